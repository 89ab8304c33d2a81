using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace Baloan.Functions.Stats;

/// <summary>Says which settlements wait for Baloan or for a person, and since when: alerts and the workbook live on it.</summary>
public sealed partial class SettlementWatch(SettlementStore settlements, AppMeter meter, TimeProvider time, ILogger<SettlementWatch> logger)
{
    // Most end within seconds, and need no look.
    private static readonly TimeSpan Young = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongVerifying = TimeSpan.FromMinutes(15);
    private const int MostEntries = 5_000;
    private const int MostRows = 500;

    /// <summary>Looks, measures, and says what stands too long, each time for as long as it does.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var inReview = await settlements.ReadInReviewAsync(MostEntries, cancellationToken);
        meter.SettlementsWait(SettlementStatus.NeedsReview.Name(), inReview.Count, AgeOf(inReview));
        if (inReview.Count > 0)
        {
            var (code, since) = inReview.MinBy(one => one.Since);
            Log.InReview(logger, inReview.Count, code, since);
        }

        var verifying = await ReadVerifyingAsync(now, cancellationToken);
        meter.SettlementsWait(SettlementStatus.Verifying.Name(), verifying.Count, AgeOf(verifying));
        var late = verifying.Where(one => now - one.Since > LongVerifying).ToList();
        if (late.Count > 0)
        {
            var (code, since) = late.MinBy(one => one.Since);
            Log.VerifyingLong(logger, late.Count, code, since);
        }

        TimeSpan AgeOf(IReadOnlyList<(string Code, DateTimeOffset Since)> waiting) =>
            waiting.Count == 0 ? TimeSpan.Zero : now - waiting.Min(one => one.Since);
    }

    private async Task<List<(string Code, DateTimeOffset Since)>> ReadVerifyingAsync(
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var entries = await settlements
            .ReadOpenAsync(cancellationToken)
            .Where(entry => now - entry.WrittenAt > Young)
            .Take(MostEntries)
            .ToListAsync(cancellationToken);
        var verifying = new List<(string, DateTimeOffset)>();
        foreach (var entry in entries.OrderBy(entry => entry.WrittenAt).Take(MostRows))
        {
            if (await settlements.FindAsync(entry.Id, cancellationToken) is { Status: SettlementStatus.Verifying } row)
            {
                verifying.Add((row.Code, row.SubmittedAt ?? row.AttemptStartedAt));
            }
        }

        return verifying;
    }

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
