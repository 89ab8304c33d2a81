using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>Checks the keys of HTTP functions and of <c>/admin</c>.</summary>
/// <remarks>
/// No key configured: nothing is checked. One configured: everything but anonymous functions is checked, and where the key that would
/// open something is not configured, nothing opens it. So a forgotten admin key closes the admin functions instead of opening them.
/// </remarks>
internal sealed class FunctionKeys(IConfiguration configuration)
{
    private readonly byte[]? functionKey = Hash(configuration["Standalone:FunctionKey"]);
    private readonly byte[]? adminKey = Hash(configuration["Standalone:AdminKey"]);

    public bool Allows(HttpRequest request, AuthorizationLevel level)
    {
        if (level == AuthorizationLevel.Anonymous || (functionKey is null && adminKey is null))
        {
            return true;
        }

        var presented = request.Headers.TryGetValue("x-functions-key", out var header) ? header : request.Query["code"];
        if (presented is not [{ Length: > 0 } key])
        {
            return false;
        }

        // Hashes are of one length, so that the time tells nothing of the key, its length included. Both are always compared.
        var hash = Hash(key);
        var isFunctionKey = functionKey is not null & CryptographicOperations.FixedTimeEquals(hash, functionKey);
        var isAdminKey = adminKey is not null & CryptographicOperations.FixedTimeEquals(hash, adminKey);
        return isAdminKey | (isFunctionKey & level is AuthorizationLevel.Function or AuthorizationLevel.User);
    }

    private static byte[]? Hash(string? key) => string.IsNullOrEmpty(key) ? null : SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
