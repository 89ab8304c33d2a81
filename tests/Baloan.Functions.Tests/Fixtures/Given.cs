using System.Globalization;
using System.Security.Cryptography;

namespace Baloan.Functions.Tests.Fixtures;

/// <summary>Values that no other test uses.</summary>
internal static class Given
{
    /// <summary>A total (Toman) that Baloan's sandbox finds nothing special about.</summary>
    public const long Total = 1_500_000;

    private static int customers = 612_000_000;

    /// <summary>A customer of Baloan's sandbox with the default credit.</summary>
    public static string Customer() => string.Create(CultureInfo.InvariantCulture, $"0{Interlocked.Increment(ref customers)}");

    public static string Code() => $"T-{Guid.NewGuid():N}"[..20];

    /// <summary>A PDF by its first bytes, with content of its own.</summary>
    public static byte[] Pdf(int size = 2000) => File("%PDF-1.7\n"u8, size);

    public static byte[] Jpeg() => File([0xFF, 0xD8, 0xFF, 0xE0], 1500);

    public static byte[] Png() => File([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A], 1500);

    public static byte[] File(ReadOnlySpan<byte> start, int size)
    {
        var file = RandomNumberGenerator.GetBytes(size);
        start.CopyTo(file);
        return file;
    }

    public static string Sha256(byte[] file) => Convert.ToHexStringLower(SHA256.HashData(file));
}
