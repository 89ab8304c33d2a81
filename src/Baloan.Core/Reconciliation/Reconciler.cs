using Baloan.Core.Calendar;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;

namespace Baloan.Core.Reconciliation;

/// <summary>What a caller asks of a reconciliation; null for what is to be found out.</summary>
/// <param name="Columns">What is said about the statement's columns.</param>
/// <param name="Unit">The unit of its amounts.</param>
/// <param name="From">The first day (Asia/Tehran).</param>
/// <param name="To">The last day, itself included.</param>
public sealed record ReconciliationRequest(StatementChoice Columns, AmountUnit? Unit, DateOnly? From, DateOnly? To);

/// <summary>A statement held against our books.</summary>
/// <param name="From">The first day that was compared; null where no period is known.</param>
/// <param name="To">The last day.</param>
/// <param name="IsPeriodOfCodes">Whether the period was found out by the statement's codes, for want of dates.</param>
/// <param name="Statement">The statement.</param>
/// <param name="Comparison">What came of it.</param>
/// <param name="LinesOutside">How many lines are of other days and were left out.</param>
/// <param name="NotLookedUp">How many codes were not looked up outside the period.</param>
public sealed record ReconciliationResult(
    DateOnly? From,
    DateOnly? To,
    bool IsPeriodOfCodes,
    Statement Statement,
    Comparison Comparison,
    int LinesOutside,
    int NotLookedUp
);

/// <summary>Holds a statement of Baloan against our books. Nothing is kept.</summary>
/// <remarks>
/// A settlement belongs to the day on which it was sent: that is when the money was moved, however late it was found out. So the books are
/// read some days further than the period; and what a line names that is not among them is looked up by its code.
/// </remarks>
public sealed class Reconciler(EndedSettlements ended, SettlementStore store, StorageClock clock)
{
    // An end is known within a day, and a person has decided within a week or nobody hurries.
    private const int DaysAfter = 7;

    // Many more are not what a period has missed, but a statement of another one.
    private const int MostLookedUp = 5_000;
    private const int LookedUpAtOnce = 32;
    private const int Samples = 64;

    /// <summary>Compares.</summary>
    /// <exception cref="StatementException">The statement cannot be compared.</exception>
    public async Task<ReconciliationResult> CompareAsync(byte[] file, ReconciliationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var statement = StatementReader.Read(StatementFile.Open(file, request.Columns), request.Columns);
        var lines = statement.Lines.Where(line => !(line.Date < request.From) && !(line.Date > request.To)).ToList();
        var ours = new Dictionary<string, OurSettlement>();
        var period = PeriodOf(lines, request);
        var isOfCodes = period is null;
        if (isOfCodes)
        {
            var every = Math.Max(1, lines.Count / Samples);
            await LookUpAsync(
                [.. lines.Where((_, index) => index % every == 0).Select(line => line.Code).Distinct()],
                null,
                ours,
                cancellationToken
            );
            var days = ours.Values.Where(own => own.IsSettled).Select(DayOf).ToList();
            period = days.Count > 0 ? (request.From ?? days.Min(), request.To ?? days.Max()) : null;
            ours.Clear();
        }

        if (period is { } span)
        {
            var last = TehranDays.DayOf(clock.GetUtcNow());
            var to =
                span.To.AddDays(DaysAfter) < last ? span.To.AddDays(DaysAfter)
                : last > span.To ? last
                : span.To;
            await foreach (var attempt in ended.ReadEndedAsync(span.From, to, cancellationToken))
            {
                Add(ours, attempt, period);
            }
        }

        var missing = lines
            .Select(line => line.Code)
            .Distinct()
            .Where(code => Comparison.Find(ours, code) is not { IsSettled: true })
            .ToList();
        await LookUpAsync([.. missing.Take(MostLookedUp)], period, ours, cancellationToken);
        var compared = Comparison.Of(lines, statement.BadLines, ours, request.Unit);
        return new(
            period?.From,
            period?.To,
            isOfCodes,
            statement,
            // Where no line is left, the column says it all the same.
            lines.Count == 0
                ? compared with
                {
                    Unit = request.Unit ?? statement.Columns.Unit ?? compared.Unit,
                }
                : compared,
            statement.Lines.Count - lines.Count,
            Math.Max(0, missing.Count - MostLookedUp)
        );
    }

    private static (DateOnly From, DateOnly To)? PeriodOf(List<StatementLine> lines, ReconciliationRequest request)
    {
        var days = lines.Where(line => line.Date is not null).Select(line => line.Date!.Value).ToList();
        var (from, to) = (request.From, request.To);
        if (days.Count > 0)
        {
            (from, to) = (from ?? days.Min(), to ?? days.Max());
        }

        return from is { } first && to is { } last && first <= last ? (first, last) : null;
    }

    private async Task LookUpAsync(
        IReadOnlyList<string> codes,
        (DateOnly From, DateOnly To)? period,
        Dictionary<string, OurSettlement> ours,
        CancellationToken cancellationToken
    )
    {
        foreach (var batch in codes.Chunk(LookedUpAtOnce))
        {
            foreach (var row in await Task.WhenAll(batch.Select(FindAsync)))
            {
                if (row is not null)
                {
                    Add(ours, row, period);
                }
            }
        }

        async Task<Settlement?> FindAsync(string code) =>
            await SettlementCodes.FindAsync(store, code, cancellationToken)
            ?? (
                Digits.ToAscii(code) is var ascii && ascii != code ? await SettlementCodes.FindAsync(store, ascii, cancellationToken) : null
            );
    }

    /// <summary>Adds what is known of a code: of its attempts the last one, which alone can be settled.</summary>
    private static void Add(Dictionary<string, OurSettlement> ours, Settlement attempt, (DateOnly From, DateOnly To)? period)
    {
        var code = SettlementCodes.Normalize(attempt.Code);
        if (ours.TryGetValue(code, out var before) && before.IsSettled && attempt.Status != SettlementStatus.Settled)
        {
            return;
        }

        var own = new OurSettlement(
            code,
            attempt.StatusName,
            attempt is { Status: SettlementStatus.Settled, UnknownStatus: null },
            attempt.Total,
            attempt.EndKnownBy?.ToString().ToLowerInvariant(),
            attempt.SubmittedAt,
            attempt.Ended,
            IsInPeriod: false
        );
        ours[code] = own with
        {
            IsInPeriod = period is { } span && own.IsSettled && DayOf(own) is var day && day >= span.From && day <= span.To,
        };
    }

    private static DateOnly DayOf(OurSettlement own) => TehranDays.DayOf(own.SentAt ?? own.EndedAt ?? default);
}
