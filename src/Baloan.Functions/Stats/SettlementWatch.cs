using Baloan.Core.Settlements;
using Baloan.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace Baloan.Functions.Stats;

/// <summary>Says which settlements wait for Baloan or for a person, and since when: alerts and the workbook live on it.</summary>
public sealed partial class SettlementWatch(SettlementStore settlements, AppMeter meter, TimeProvider time, ILogger<SettlementWatch> logger)
{
    private static readonly TimeSpan LongVerifying = TimeSpan.FromMinutes(15);
    private const int MostEntries = 5_000;

    /// <summary>Measures what is being verified, and says what stands too long, each time for as long as it does.</summary>
    /// <param name="verifying">The codes, and when each was sent (UTC).</param>
    public void LookAtVerifying(IReadOnlyList<(string Code, DateTimeOffset Since)> verifying)
    {
        meter.SettlementsWait(SettlementStatus.Verifying.Name(), verifying.Count, AgeOf(verifying));
        var now = time.GetUtcNow();
        var late = verifying.Where(one => now - one.Since > LongVerifying).ToList();
        if (late.Count > 0)
        {
            var (code, since) = late.MinBy(one => one.Since);
            Log.VerifyingLong(logger, late.Count, code, since);
        }
    }

    /// <summary>Looks at what is in review, measures it, and says so, each time for as long as there is any.</summary>
    public async Task LookAtReviewAsync(CancellationToken cancellationToken)
    {
        var inReview = await settlements.ReadInReviewAsync(MostEntries, cancellationToken);
        meter.SettlementsWait(SettlementStatus.NeedsReview.Name(), inReview.Count, AgeOf(inReview));
        if (inReview.Count > 0)
        {
            var (code, since) = inReview.MinBy(one => one.Since);
            Log.InReview(logger, inReview.Count, code, since);
        }
    }

    private TimeSpan AgeOf(IReadOnlyList<(string Code, DateTimeOffset Since)> waiting) =>
        waiting.Count == 0 ? TimeSpan.Zero : time.GetUtcNow() - waiting.Min(one => one.Since);

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "{Count} settlements are in review, of which the oldest, {Code}, has been since {Since:u}. A person has to decide about each."
        )]
        public static partial void InReview(ILogger logger, int count, string code, DateTimeOffset since);

        [LoggerMessage(
            2,
            LogLevel.Warning,
            "{Count} settlements are being verified for more than 15 minutes; the oldest, {Code}, was sent at {SentAt:u}."
        )]
        public static partial void VerifyingLong(ILogger logger, int count, string code, DateTimeOffset sentAt);
    }
}
