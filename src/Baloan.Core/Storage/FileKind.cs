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

    /// <summary>What was a PDF before it was read and written as text on its way: its bytes are lost.</summary>
    DamagedPdf,
}

/// <summary>What follows from a file's kind.</summary>
public static class FileKinds
{
    /// <summary>How many of the first bytes <see cref="Of"/> needs.</summary>
    public const int SignatureLength = MostBeforePdf + 8;

    // As readers of PDFs do (ISO 32000-1, annex H.3.4.1): a BOM, blank lines, a printer's job language or a script's warning may stand
    // first.
    private const int MostBeforePdf = 1024;

    /// <summary>The kind of a file that begins with these bytes.</summary>
    public static FileKind Of(ReadOnlySpan<byte> start) =>
        start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? FileKind.Jpeg
        : start.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]) ? FileKind.Png
        : start.StartsWith("%PDF-"u8) || HasPdfHeader(start) ? FileKind.Pdf
        : FileKind.Other;

    /// <summary>Whether a version follows the mark: a text that only speaks of <c>%PDF-</c> is none.</summary>
    private static bool HasPdfHeader(ReadOnlySpan<byte> start)
    {
        var at = start[..Math.Min(start.Length, MostBeforePdf + 5)].IndexOf("%PDF-"u8);
        return at >= 0
            && start.Length >= at + 8
            && char.IsAsciiDigit((char)start[at + 5])
            && start[at + 6] == '.'
            && char.IsAsciiDigit((char)start[at + 7]);
    }

    /// <summary>The media type.</summary>
    public static string MediaType(this FileKind kind) =>
        kind switch
        {
            FileKind.Pdf => "application/pdf",
            FileKind.Jpeg => "image/jpeg",
            FileKind.Png => "image/png",
            _ => "application/octet-stream",
        };

    /// <summary>The ending of a file's name, with its dot.</summary>
    public static string Extension(this FileKind kind) =>
        kind switch
        {
            FileKind.Pdf => ".pdf",
            FileKind.Jpeg => ".jpg",
            FileKind.Png => ".png",
            _ => "",
        };
}
