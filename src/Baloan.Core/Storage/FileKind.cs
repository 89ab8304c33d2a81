namespace Baloan.Core.Storage;

/// <summary>What a file is, by its bytes.</summary>
public enum FileKind
{
    /// <summary>Nothing that Baloan takes.</summary>
    Other,

    /// <summary>A PDF.</summary>
    Pdf,

    /// <summary>A JPEG.</summary>
    Jpeg,

    /// <summary>A PNG.</summary>
    Png,
}

/// <summary>What follows from a file's kind.</summary>
public static class FileKinds
{
    /// <summary>How many of the first bytes <see cref="Of"/> needs.</summary>
    public const int SignatureLength = 8;

    /// <summary>The kind of a file that begins with these bytes.</summary>
    public static FileKind Of(ReadOnlySpan<byte> start) =>
        start.StartsWith("%PDF-"u8) ? FileKind.Pdf
        : start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? FileKind.Jpeg
        : start.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]) ? FileKind.Png
        : FileKind.Other;

    /// <summary>The media type.</summary>
    public static string MediaType(this FileKind kind) => kind switch
    {
        FileKind.Pdf => "application/pdf",
        FileKind.Jpeg => "image/jpeg",
        FileKind.Png => "image/png",
        _ => "application/octet-stream",
    };

    /// <summary>The ending of a file's name, with its dot.</summary>
    public static string Extension(this FileKind kind) => kind switch
    {
        FileKind.Pdf => ".pdf",
        FileKind.Jpeg => ".jpg",
        FileKind.Png => ".png",
        _ => "",
    };
}
