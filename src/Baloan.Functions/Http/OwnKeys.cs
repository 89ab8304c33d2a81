using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace Baloan.Functions.Http;

/// <summary>
/// Functions that ask for a key of their own, besides the one that the host has checked: whoever has a host's key has not theirs.
/// </summary>
/// <remarks>
/// The host takes for a function at level <c>Function</c> that function's own keys and the keys of the host, and does not tell the app
/// which
/// it was. So this key is the app's: the setting <c>Keys__</c> and the function's name holds it, and the header <see cref="Header"/>
/// brings it.
/// </remarks>
public sealed class OwnKeys
{
    /// <summary>The header that brings the key.</summary>
    public const string Header = "x-baloan-key";

    private const string Section = "Keys";
    private const int Shortest = 32;

    // Azure hands the reference itself to the app where the secret cannot be had. It is no secret.
    private const string UnresolvedReference = "@Microsoft.KeyVault(";

    private static readonly byte[] Nobodys = RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes);

    private readonly Dictionary<string, byte[]> hashes = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the settings. A key that Azure could not fetch from Key Vault opens to nobody.</summary>
    /// <exception cref="InvalidOperationException">A name is that of no HTTP function, or a key is shorter than 32 characters.</exception>
    public OwnKeys(IConfiguration configuration)
    {
        foreach (var setting in configuration.GetSection(Section).GetChildren().Where(setting => !string.IsNullOrEmpty(setting.Value)))
        {
            if (!HttpFunctions().Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
            {
                throw new InvalidOperationException(
                    $"{Section}__{setting.Key} names no HTTP function of this app. docs/security.md lists them."
                );
            }

            var key = setting.Value!.Trim();
            hashes[setting.Key] =
                key.StartsWith(UnresolvedReference, StringComparison.OrdinalIgnoreCase) ? Nobodys
                : key.Length >= Shortest ? Hash(key)
                : throw new InvalidOperationException($"{Section}__{setting.Key} has to be a key of at least {Shortest} characters.");
        }
    }

    /// <summary>Lets a request in that brings the function's own key, or is for a function that asks for none.</summary>
    /// <exception cref="ProblemException">401: it brings none, or another.</exception>
    public void Check(string function, HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        // Hashes are of one length, so that the time tells nothing of the key.
        if (
            hashes.TryGetValue(function, out var expected)
            && (request.Headers[Header] is not [{ } presented] || !CryptographicOperations.FixedTimeEquals(Hash(presented), expected))
        )
        {
            throw new ProblemException(401, "own_key_required", language => BookTexts.OwnKeyRequired.In(language, function, Header));
        }
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private static IEnumerable<string> HttpFunctions() =>
        from type in typeof(OwnKeys).Assembly.GetTypes()
        from method in type.GetMethods()
        let function = method.GetCustomAttribute<FunctionAttribute>()
        where function is not null && method.GetParameters().Any(parameter => parameter.IsDefined(typeof(HttpTriggerAttribute)))
        select function.Name;
}
