namespace Azure.Data.Tables;

/// <summary>Where an account's tables are, and what opens them: what a connection string says.</summary>
/// <param name="Endpoint">The Table service; a shared access signature, if there is one, is its query.</param>
/// <param name="Credential">The account's key; null with a shared access signature.</param>
internal sealed record TableAccount(Uri Endpoint, TableSharedKeyCredential? Credential)
{
    // The emulator's account and key are public knowledge: every Azure Storage SDK knows them.
    private const string EmulatorAccount = "devstoreaccount1";
    private const string EmulatorKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    public static TableAccount Parse(string connectionString)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        var settings = Settings(connectionString);

        if (settings.GetValueOrDefault("UseDevelopmentStorage") == "true")
        {
            var proxy = new Uri(settings.GetValueOrDefault("DevelopmentStorageProxyUri", "http://127.0.0.1"));
            return new(
                new UriBuilder(proxy.Scheme, proxy.Host, 10002, EmulatorAccount).Uri,
                new TableSharedKeyCredential(EmulatorAccount, EmulatorKey));
        }

        var endpoint = settings.GetValueOrDefault("TableEndpoint");
        if (settings.TryGetValue("AccountName", out var name) && settings.TryGetValue("AccountKey", out var key))
        {
            if (endpoint is null && settings.TryGetValue("EndpointSuffix", out var suffix))
            {
                endpoint = $"{settings.GetValueOrDefault("DefaultEndpointsProtocol", "https")}://{name}.table.{suffix}";
            }

            if (Uri.TryCreate(endpoint, UriKind.Absolute, out var uri))
            {
                return new(uri, new TableSharedKeyCredential(name, key));
            }
        }
        else if (Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && settings.TryGetValue("SharedAccessSignature", out var signature))
        {
            return new(new UriBuilder(uri) { Query = signature }.Uri, null);
        }

        // The string has a secret in it and so stays out of the message.
        throw new ArgumentException("The connection string has no valid combination of an account's endpoint and its key or shared access signature.", nameof(connectionString));
    }

    /// <summary>The account's name as its address has it: the first label of the host, or of the path with the emulator.</summary>
    public static string NameOf(Uri endpoint) => endpoint.IsLoopback || endpoint.HostNameType is UriHostNameType.IPv4
        ? endpoint.Segments.ElementAtOrDefault(1)?.TrimEnd('/') ?? ""
        : endpoint.Host.Split('.')[0];

    private static Dictionary<string, string> Settings(string connectionString)
    {
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var segment in connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            // Keys and signatures have '=' in them, so only the first one counts.
            var separator = segment.IndexOf('=', StringComparison.Ordinal);
            if (separator <= 0 || separator == segment.Length - 1)
            {
                throw new InvalidOperationException("The connection string has a part that is not of the form Name=Value.");
            }

            settings[segment[..separator].TrimEnd()] = segment[(separator + 1)..].TrimStart();
        }

        return settings;
    }
}
