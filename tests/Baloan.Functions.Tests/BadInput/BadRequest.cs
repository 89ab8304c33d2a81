using System.Text;
using Baloan.Functions.Tests.ApiDescription;

namespace Baloan.Functions.Tests.BadInput;

/// <summary>A request that nobody should send.</summary>
/// <param name="Number">Its number; with the seed it makes the same request again.</param>
/// <param name="Operation">The operation that it is aimed at.</param>
/// <param name="Kind">What is wrong with it, for whoever reads a failure.</param>
/// <param name="Bytes">What is sent.</param>
/// <param name="Ending">What the caller does after sending.</param>
internal sealed record BadRequest(int Number, Operation Operation, string Kind, byte[] Bytes, Ending Ending)
{
    /// <summary>
    /// Whether a web server may refuse it without asking a function: its target or a header is odd, or it is not HTTP at all.
    /// </summary>
    public bool IsForServer =>
        Ending != Ending.Waits
        || Kind.StartsWith("path", StringComparison.Ordinal)
        || Kind.StartsWith("query", StringComparison.Ordinal)
        || Bytes.AsSpan().IndexOf("%00"u8) >= 0
        || Bytes.AsSpan(0, Math.Max(0, Bytes.AsSpan().IndexOf("\r\n\r\n"u8))).ContainsAnyInRange((byte)0x7F, (byte)0xFF);

    /// <summary>The request for a person's eyes: the beginning of it, with what cannot be printed escaped.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"case {Number}, {Operation.Id}, {Kind}, {Ending}, {Bytes.Length} bytes:\n");
        foreach (var unit in Bytes.Take(2_000))
        {
            _ = unit is (byte)'\n' or (>= 0x20 and < 0x7F) ? text.Append((char)unit) : text.Append($"\\x{unit:x2}");
        }

        return text.ToString();
    }
}

/// <summary>What a caller does after sending.</summary>
internal enum Ending
{
    /// <summary>It waits for the answer; the request is HTTP, so that a function or the host's routing gives it.</summary>
    Waits,

    /// <summary>It waits for the answer; the request is no HTTP, so that the web server itself may refuse it.</summary>
    WaitsForServer,

    /// <summary>It says that no more comes, though more was announced, and waits.</summary>
    EndsEarly,

    /// <summary>It hangs up in the middle.</summary>
    HangsUp,
}
