using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests;

/// <summary>What the contract makes of each fault of Baloan's sandbox.</summary>
/// <param name="Status">The status with which a call that waits for Baloan is answered; 200 where it goes right.</param>
/// <param name="Code">The problem's code; null where it goes right.</param>
internal sealed record MagicOutcome(int Status, string? Code)
{
    private static readonly MagicOutcome Right = new(200, null);

    private static readonly Dictionary<string, MagicOutcome> Said = new()
    {
        [Fault.Refused.Name] = new(422, "duplicate_request"),
        [Fault.RefusedWithDetail.Name] = new(422, "invoice_not_acceptable"),
        [Fault.RefusedWithFieldErrors.Name] = new(422, "baloan_rejected"),
        [Fault.RefusedWithNonFieldErrors.Name] = new(422, "baloan_rejected"),
        [Fault.RefusedWithString.Name] = new(422, "baloan_rejected"),
        [Fault.RefusedWithHtml.Name] = new(422, "baloan_rejected"),
        [Fault.RefusedEmpty.Name] = new(422, "baloan_rejected"),
        [Fault.CreditTooLow.Name] = new(422, "insufficient_user_credit"),
        [Fault.WrongOtp.Name] = new(422, "incorrect_otp_code"),
        [Fault.ExpiredOtp.Name] = new(422, "expired_otp_code"),
        [Fault.NotOk.Name] = new(422, "duplicate_request"),
        [Fault.NotFound.Name] = new(404, "not_found"),
        [Fault.Unauthorized.Name] = new(502, "baloan_unauthorized"),
        [Fault.ThrottledSeconds.Name] = new(429, "baloan_throttled"),
        [Fault.Unavailable.Name] = new(503, "baloan_unavailable"),
        [Fault.SlowAnswer.Name] = Right,
    };

    /// <summary>Nobody knows what became of the call.</summary>
    public bool IsUnknown => Status == 504;

    /// <summary>Baloan said no, and that is the end of it.</summary>
    public bool IsRefusal => Status is 422 or 404;

    /// <summary>What becomes of one call on which a magic number strikes.</summary>
    public static MagicOutcome Of(MagicNumber number, Operation operation) =>
        number.Once ? Right
        : Said.TryGetValue(number.Fault.Name, out var outcome) ? outcome
        : new(504, operation is Operation.CheckCredit or Operation.GetContract ? "baloan_timeout" : "outcome_unknown");
}
