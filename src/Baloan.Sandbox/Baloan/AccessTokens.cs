using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Baloan.Sandbox;

/// <summary>Access and refresh tokens: JWTs signed with HS256, with the claims and lives of the documents' sample.</summary>
internal sealed class AccessTokens(TimeProvider time)
{
    private static readonly TimeSpan RefreshLifetime = TimeSpan.FromDays(200);

    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<string, (int User, DateTimeOffset Expiry)> valid = new();

    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(24);

    public (string Refresh, string Access) Issue(int user)
    {
        var now = time.GetUtcNow();
        var access = Sign("access", user, now, now + Lifetime);
        valid[access] = (user, now + Lifetime);
        return (Sign("refresh", user, now, now + RefreshLifetime), access);
    }

    /// <summary>Whose token it is; null where it is unknown, revoked or has expired.</summary>
    public int? User(string access) => valid.TryGetValue(access, out var token) && token.Expiry > time.GetUtcNow() ? token.User : null;

    public void Revoke(string access) => valid.TryRemove(access, out _);

    public void RevokeAll() => valid.Clear();

    private string Sign(string type, int user, DateTimeOffset issued, DateTimeOffset expires)
    {
        var payload = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"token_type":"{{type}}","exp":{{expires.ToUnixTimeSeconds()}},"iat":{{issued.ToUnixTimeSeconds()}},"jti":"{{Guid.NewGuid():N}}","user_id":{{user}}}"""
        );
        var unsigned = $"{Encode("""{"typ":"JWT","alg":"HS256"}"""u8)}.{Encode(Encoding.UTF8.GetBytes(payload))}";
        return $"{unsigned}.{Encode(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(unsigned)))}";
    }

    private static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
