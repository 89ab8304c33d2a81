using System.Net;

namespace Baloan.Client;

/// <summary>What kind of failure a <see cref="BaloanException"/> is.</summary>
public enum BaloanFailure
{
    /// <summary>
    /// Baloan refused: 400 with JSON in a shape that its framework writes. For a call that changes nothing also another 4xx, or a
    /// success whose body says no: an envelope that does not say <c>ok</c>.
    /// </summary>
    Rejected,

    /// <summary>Baloan says 404 to a call that changes nothing.</summary>
    NotFound,

    /// <summary>Baloan says 401, also to a fresh token; or to the username and password.</summary>
    Unauthorized,

    /// <summary>Baloan says 429, and went on saying it, or asks for a longer wait than one call should hold.</summary>
    Throttled,

    /// <summary>
    /// No connection could be made, the circuit breaker is open, or Baloan says 503 to a call that changes nothing. Nothing took effect.
    /// </summary>
    Unavailable,

    /// <summary>
    /// No answer that can be used: a timeout, a cut connection, an unreadable answer, 408, a redirect, a 5xx; for a call that acts
    /// every answer that Baloan's documents do not know.
    /// </summary>
    NoAnswer,
}

/// <summary>The one exception of a call to Baloan that went wrong.</summary>
/// <remarks>
/// Two more things can come out of a call: <see cref="OperationCanceledException"/>, when the caller's own token was
/// cancelled (a call that acts may have taken effect then), and what an <see cref="IAccessTokenSource"/> or a
/// <see cref="FileSource"/> threw, when nothing that matters had taken effect: where a settlement's file breaks off while it
/// is read, that is a <see cref="BaloanException"/> of unknown outcome.
/// </remarks>
public sealed class BaloanException : Exception
{
    internal BaloanException(BaloanFailure failure, string code, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Failure = failure;
        Code = code;
    }

    /// <summary>What kind of failure it is.</summary>
    public BaloanFailure Failure { get; }

    /// <summary>
    /// For <see cref="BaloanFailure.Rejected"/> Baloan's own code, <c>baloan_rejected</c> where it gave none. For the others
    /// <c>not_found</c>, <c>baloan_unauthorized</c>, <c>baloan_throttled</c>, <c>baloan_unavailable</c>, and with no answer
    /// <c>baloan_timeout</c> (safe to repeat) or <c>outcome_unknown</c> (may have taken effect).
    /// </summary>
    public string Code { get; }

    /// <summary>The HTTP status of the last answer; null where none came, or none came whole.</summary>
    public HttpStatusCode? Status { get; internal init; }

    /// <summary>Whether the same call, made again later, is safe and may succeed.</summary>
    public bool CanRepeat { get; internal init; }

    /// <summary>How long Baloan, or the circuit breaker, asks to wait; null where nobody said.</summary>
    public TimeSpan? RetryAfter { get; internal init; }

    /// <summary>
    /// True: the operation certainly did not take effect. False: it may have. Only an operation that acts (send OTP,
    /// validate OTP, settle; open a loan, send its contract's OTP, sign the contract, cancel the loan) can be false; the others
    /// change nothing that matters and may simply be repeated.
    /// </summary>
    public bool OutcomeKnown { get; internal init; } = true;

    /// <summary>
    /// Whether <see cref="Exception.Message"/> is Baloan's own text, in the language that was asked for. It is plain text
    /// and can be shown to whoever made the call, but belongs in no log: it may name another person's phone number. Otherwise
    /// the message is an English one of this library. <see cref="TextIn"/> chooses between the two by the reader's language.
    /// </summary>
    public bool IsBaloanText { get; internal init; }

    /// <summary>Baloan's texts by field (<c>bill.total</c> for a field inside a field); null where it gave none.</summary>
    public IReadOnlyDictionary<string, string[]>? FieldErrors { get; internal init; }

    /// <summary>Every try of the call, oldest first; empty where none was made.</summary>
    public IReadOnlyList<Sending> Sendings { get; internal set; } = [];

    /// <summary>The time to begin it was over: not even tried, and of no use to try again within the same call.</summary>
    internal bool TooLate { get; init; }

    /// <summary>The documented error that Baloan named, with whatever status; null where it named none.</summary>
    internal LoanError? LoanError { get; init; }

    /// <summary>
    /// The sentence to show to a reader. Baloan's own, where it is in the reader's language; or else, for a code of
    /// <see cref="LoanErrors"/>, this library's text, filled with the phone number or service name that Baloan gave; or else Baloan's
    /// own in whatever language; null where there is none of these. It may name another person's phone number, and belongs
    /// in no log.
    /// </summary>
    /// <param name="language">The reader's language.</param>
    public string? TextIn(Language language) => LoanErrors.TextIn(language, LoanError, IsBaloanText ? Message : null);
}
