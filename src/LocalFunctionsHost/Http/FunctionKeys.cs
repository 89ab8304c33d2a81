using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace LocalFunctionsHost.Http;

/// <summary>
/// Checks keys where <c>LocalFunctionsHost__FunctionKey</c> or <c>LocalFunctionsHost__AdminKey</c> is set; where one alone is, nothing
/// opens
/// what the other would.
/// </summary>
internal sealed class FunctionKeys(IConfiguration settings)
{
    private readonly byte[]? functionKey = Hash(settings[$"{HostSettings.Own}:FunctionKey"]);
    private readonly byte[]? adminKey = Hash(settings[$"{HostSettings.Own}:AdminKey"]);

    /// <summary>Whether no key is asked for.</summary>
    public bool AreOff => functionKey is null && adminKey is null;

    /// <summary>Whether a request may come in.</summary>
    /// <param name="request">The request.</param>
    /// <param name="level"><c>Anonymous</c>, <c>Function</c> or <c>Admin</c>.</param>
    public bool Allow(HttpRequest request, string? level)
    {
        if (AreOff || "Anonymous".Equals(level, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        // Of several in the query the first is the key, as on Azure: an app may have a parameter of the same name.
        var presented = request.Headers.TryGetValue("x-functions-key", out var header)
            ? header
            : new StringValues(request.Query["code"].FirstOrDefault());
        if (presented is not [{ Length: > 0 } key])
        {
            return false;
        }

        // Hashes are of one length, so that the time tells nothing of the key, its length included. Both are always compared.
        var hash = Hash(key);
        var isFunctionKey = functionKey is not null & CryptographicOperations.FixedTimeEquals(hash, functionKey);
        var isAdminKey = adminKey is not null & CryptographicOperations.FixedTimeEquals(hash, adminKey);
        return isAdminKey | (isFunctionKey & !"Admin".Equals(level, StringComparison.OrdinalIgnoreCase));
    }

    private static byte[]? Hash(string? key) => string.IsNullOrEmpty(key) ? null : SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
