using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests;

/// <summary>What the contract makes of each fault of Baloan's sandbox.</summary>
/// <param name="Status">The status with which a call that waits for Baloan is answered; 200 where it goes right.</param>
/// <param name="Code">The problem's code; null where it goes right.</param>
internal sealed record MagicOutcome(int Status, string? Code)
{
    private static readonly MagicOutcome Right = new(200, null);

    // Baloan's own word, whatever is asked for.
    private static readonly Dictionary<string, MagicOutcome> Said = new()
    {
        [Fault.Refused.Name] = new(422, "duplicate_request"),
        [Fault.RefusedAfterEffect.Name] = new(422, "duplicate_request"),
        [Fault.RefusedWithDetail.Name] = new(422, "invoice_not_acceptable"),
        [Fault.RefusedWithFieldErrors.Name] = new(422, "baloan_rejected"),
        [Fault.RefusedWithNonFieldErrors.Name] = new(422, "baloan_rejected"),
        [Fault.RefusedWithString.Name] = new(422, "baloan_rejected"),
        [Fault.CreditTooLow.Name] = new(422, "insufficient_user_credit"),
        [Fault.WrongOtp.Name] = new(422, "incorrect_otp_code"),
        [Fault.ExpiredOtp.Name] = new(422, "expired_otp_code"),
        [Fault.Unauthorized.Name] = new(502, "baloan_unauthorized"),
        [Fault.ThrottledSeconds.Name] = new(429, "baloan_throttled"),
        [Fault.SlowAnswer.Name] = Right,
    };

    // What may be something else's in front of Baloan: who only reads takes it at its word, and of what acts it says nothing.
    private static readonly Dictionary<string, MagicOutcome> SaidOfReading = new()
    {
        [Fault.RefusedWithHtml.Name] = new(422, "baloan_rejected"),
        [Fault.RefusedEmpty.Name] = new(422, "baloan_rejected"),
        [Fault.NotOk.Name] = new(422, "duplicate_request"),
        [Fault.Pending.Name] = new(422, "baloan_rejected"),
        [Fault.PendingAfterEffect.Name] = new(422, "baloan_rejected"),
        [Fault.ForbiddenByFront.Name] = new(422, "baloan_rejected"),
        [Fault.NotFound.Name] = new(404, "not_found"),
        [Fault.NotFoundByFront.Name] = new(404, "not_found"),
        [Fault.Conflict.Name] = new(422, "baloan_rejected"),
        [Fault.TooLargeForFront.Name] = new(422, "baloan_rejected"),
        [Fault.ThrottledByFront.Name] = new(429, "baloan_throttled"),
        [Fault.ClientClosed.Name] = new(422, "baloan_rejected"),
        [Fault.Unavailable.Name] = new(503, "baloan_unavailable"),
        [Fault.UnavailableRetryAfter.Name] = new(503, "baloan_unavailable"),
        [Fault.UnavailableInJson.Name] = new(503, "baloan_unavailable"),
        [Fault.UnavailableAfterEffect.Name] = new(503, "baloan_unavailable"),
    };

    /// <summary>Nobody knows what became of the call.</summary>
    public bool IsUnknown => Status == 504;

    /// <summary>Baloan said no, and that is the end of it.</summary>
    public bool IsRefusal => Status is 422 or 404;

    /// <summary>What becomes of one call on which a magic number strikes.</summary>
    public static MagicOutcome Of(MagicNumber number, Operation operation)
    {
        var reads = operation is Operation.CheckCredit or Operation.GetContract;
        var name = number.Fault.Name;
        // A contract is handed on as it comes, and this one comes with nothing in it.
        return (operation == Operation.GetContract && number.Fault == Fault.Accepted) ? Right
            : number.Once && (reads || Said.ContainsKey(name) || name.StartsWith("throttled_", StringComparison.Ordinal)) ? Right
            : Said.TryGetValue(name, out var said) ? said
            : reads && SaidOfReading.TryGetValue(name, out var read) ? read
            : new(504, reads ? "baloan_timeout" : "outcome_unknown");
    }

    /// <summary>Whether Baloan itself says it, and not what may be something in front of it.</summary>
    public static bool IsBaloansWord(MagicNumber number) =>
        Said.ContainsKey(number.Fault.Name) || number.Fault == Fault.NotOk || number.Fault == Fault.NotFound;
}
