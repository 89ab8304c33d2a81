using Baloan.Client;

namespace Baloan.Core.Settlements;

/// <summary>What an answer to a settle call proves.</summary>
public enum SettleVerdict
{
    /// <summary>Nothing: the money may have been moved.</summary>
    Unknown,

    /// <summary>Baloan said yes.</summary>
    Yes,

    /// <summary>Baloan said no.</summary>
    No,

    /// <summary>It certainly did not take effect, and may be sent again.</summary>
    NotTaken,
}

/// <summary>What came of sending a settlement.</summary>
/// <param name="SendingId">Names the sending; see <see cref="Settlement.SendingId"/>.</param>
/// <param name="Verdict">What it proves.</param>
/// <param name="Sendings">Every try, oldest first.</param>
public sealed record SettleAnswer(string SendingId, SettleVerdict Verdict, IReadOnlyList<Sending> Sendings)
{
    /// <summary>With a yes, what the customer has left, in Toman; null where Baloan did not say.</summary>
    public long? UserCredit { get; init; }

    /// <summary>With all but a yes, the code of what went wrong.</summary>
    public string? Code { get; init; }

    /// <summary>With a no, Baloan's own sentence, where it gave one.</summary>
    public string? Message { get; init; }

    /// <summary>How long Baloan asks to wait before it is sent again; null where it did not.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Baloan's yes.</summary>
    internal static SettleAnswer Of(string sendingId, SettleReceipt receipt) =>
        new(sendingId, SettleVerdict.Yes, receipt.Sendings) { UserCredit = receipt.UserCredit };

    /// <summary>Anything else.</summary>
    internal static SettleAnswer Of(string sendingId, BaloanException failure) =>
        new(
            sendingId,
            failure switch
            {
                { OutcomeKnown: false } => SettleVerdict.Unknown,
                { Failure: BaloanFailure.Rejected } => SettleVerdict.No,
                { Failure: BaloanFailure.Throttled or BaloanFailure.Unauthorized or BaloanFailure.Unavailable } => SettleVerdict.NotTaken,
                _ => SettleVerdict.Unknown,
            },
            failure.Sendings
        )
        {
            Code = failure.Code,
            Message = failure.IsBaloanText ? failure.Message : null,
            RetryAfter = failure.RetryAfter,
        };
}
