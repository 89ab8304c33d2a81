using System.Buffers;
using System.Text;

namespace Baloan.Core.Storage;

/// <summary>
/// Tells, piece by piece, whether a file was read and written as text: then all of it is UTF-8, and each byte that was none has become the
/// replacement character. A PDF as it was made is not: the comment after its first line and what it holds compressed are no UTF-8.
/// </summary>
internal struct TextTraces
{
    private static readonly Rune Replacement = Rune.ReplacementChar;

    private readonly byte[] open = new byte[4];
    private int openLength;
    private bool isNoText;
    private bool hasReplacement;

    public TextTraces() { }

    /// <summary>Whether what came so far is such a text.</summary>
    public readonly bool Found => !isNoText && hasReplacement;

    /// <summary>Whether a whole file is such a text.</summary>
    public static bool AreIn(ReadOnlySpan<byte> file)
    {
        var traces = new TextTraces();
        traces.Add(file);
        return traces.Found;
    }

    /// <summary>Takes the next piece.</summary>
    public void Add(ReadOnlySpan<byte> piece)
    {
        while (!isNoText && openLength > 0 && !piece.IsEmpty)
        {
            // A sequence that the piece before had begun.
            open[openLength++] = piece[0];
            piece = piece[1..];
            var status = Rune.DecodeFromUtf8(open.AsSpan(0, openLength), out var rune, out _);
            if (status == OperationStatus.NeedMoreData)
            {
                continue;
            }

            openLength = 0;
            isNoText = status == OperationStatus.InvalidData;
            hasReplacement |= rune == Replacement;
        }

        if (isNoText || piece.IsEmpty)
        {
            return;
        }

        var whole = piece.Length;
        while (whole > 0 && piece.Length - whole < 3 && (piece[whole - 1] & 0xC0) == 0x80)
        {
            whole--;
        }

        // The last sequence may go on in the next piece.
        if (
            whole > 0
            && piece[whole - 1] >= 0xC0
            && Rune.DecodeFromUtf8(piece[(whole - 1)..], out _, out _) == OperationStatus.NeedMoreData
        )
        {
            whole--;
            openLength = piece.Length - whole;
            piece[whole..].CopyTo(open);
            piece = piece[..whole];
        }

        isNoText = !System.Text.Unicode.Utf8.IsValid(piece);
        hasReplacement |= piece.IndexOf("\uFFFD"u8) >= 0;
    }
}
