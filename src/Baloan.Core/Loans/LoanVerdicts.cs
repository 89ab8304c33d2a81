using Baloan.Core.Telemetry;

namespace Baloan.Core.Loans;

/// <summary>What is told of a verdict.</summary>
internal static class LoanVerdicts
{
    /// <summary>A callback was recorded.</summary>
    public static void CallbackRecorded(this AppMeter meter, LoanVerdict verdict) =>
        meter.CallbackRecorded(
            verdict switch
            {
                LoanVerdict.Accepted => "accepted",
                LoanVerdict.Duplicate => "duplicate",
                LoanVerdict.Late => "late",
                LoanVerdict.Conflict => "conflict",
                _ => "unknown_state",
            }
        );
}
