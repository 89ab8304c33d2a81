using Baloan.Client;
using Baloan.Core.Reconciliation;

namespace Baloan.Functions.Http.Responses;

/// <summary>A statement held against our books, as callers see it. Amounts are whole Toman.</summary>
/// <param name="Period">The days that were compared; null where none are known.</param>
/// <param name="Matched">How many codes both have once and with the same total.</param>
/// <param name="TheirsNotOurs">What the statement has and our books have not as settled.</param>
/// <param name="OursNotTheirs">What our books have as settled and the statement has not.</param>
/// <param name="DifferentTotal">What both have with another total.</param>
/// <param name="MovedTwice">What the statement has more than once.</param>
/// <param name="Totals">The sums of what was compared.</param>
/// <param name="Columns">The statement's columns, by their names.</param>
/// <param name="BadLines">The lines that are in no sum.</param>
/// <param name="RepeatedLines">Lines that an export repeated; each is compared once.</param>
/// <param name="Warnings">What a person should know of this comparison.</param>
public sealed record ReconciliationResponse(
    PeriodResponse? Period,
    int Matched,
    IReadOnlyList<DifferenceResponse> TheirsNotOurs,
    IReadOnlyList<DifferenceResponse> OursNotTheirs,
    IReadOnlyList<DifferenceResponse> DifferentTotal,
    IReadOnlyList<DifferenceResponse> MovedTwice,
    ReconciledTotals Totals,
    StatementColumnsResponse Columns,
    IReadOnlyList<BadLineResponse> BadLines,
    IReadOnlyList<RepeatedLinesResponse> RepeatedLines,
    IReadOnlyList<string> Warnings
)
{
    /// <summary>What a caller sees of a comparison.</summary>
    public static ReconciliationResponse Of(ReconciliationResult result, Language language)
    {
        ArgumentNullException.ThrowIfNull(result);
        var (statement, comparison) = (result.Statement, result.Comparison);
        return new(
            result is { From: { } from, To: { } to } ? new(from, to) : null,
            comparison.Matched,
            [.. comparison.TheirsNotOurs.Select(DifferenceResponse.Of)],
            [.. comparison.OursNotTheirs.Select(DifferenceResponse.Of)],
            [.. comparison.DifferentTotal.Select(DifferenceResponse.Of)],
            [.. comparison.MovedTwice.Select(DifferenceResponse.Of)],
            new(comparison.TheirsTotal, comparison.OursTotal),
            new(
                statement.Columns.Code,
                statement.Columns.Total,
                comparison.Unit == AmountUnit.Rial ? "rial" : "toman",
                statement.Columns.Date,
                statement.Columns.Time,
                statement.Columns.Reference,
                statement.Columns.Names
            ),
            [.. comparison.BadLines.OrderBy(line => line.Place.Line).Select(line => BadLineResponse.Of(line, language))],
            [.. comparison.Repeated.Select(one => new RepeatedLinesResponse(one.Code, [.. one.Lines.Select(StatementLineResponse.Of)]))],
            [.. WarningsOf(result).Select(warning => warning(language))]
        );
    }

    private static IEnumerable<Func<Language, string>> WarningsOf(ReconciliationResult result)
    {
        if (result.Comparison.IsUnitAssumed)
        {
            yield return language => BookTexts.UnitAssumed.In(language);
        }

        if (result.Comparison.BadLines.Count is > 0 and var bad)
        {
            yield return language => BookTexts.LinesKeptOut.In(language, bad);
        }

        if (result.LinesOutside > 0)
        {
            yield return language => BookTexts.LinesOutside.In(language, result.LinesOutside);
        }

        if (result.Statement.SkippedSheets.Count > 0)
        {
            yield return language => BookTexts.SheetsSkipped.In(language, string.Join(", ", result.Statement.SkippedSheets));
        }

        if (result.IsPeriodOfCodes)
        {
            yield return language => (result.From is null ? BookTexts.NoPeriod : BookTexts.PeriodOfCodes).In(language);
        }

        if (result.NotLookedUp > 0)
        {
            yield return language => BookTexts.NotAllLookedUp.In(language, result.NotLookedUp);
        }
    }
}

/// <summary>Days of Asia/Tehran.</summary>
/// <param name="From">The first one, Gregorian.</param>
/// <param name="To">The last one, itself included.</param>
public sealed record PeriodResponse(DateOnly From, DateOnly To);

/// <summary>Sums.</summary>
/// <param name="Theirs">Of the statement's lines that were compared, in Toman.</param>
/// <param name="Ours">Of our settled ones of the period and of those that a line is about, in Toman.</param>
public sealed record ReconciledTotals(long Theirs, long Ours);

/// <summary>The statement's columns.</summary>
/// <param name="Code">The name of the column of codes.</param>
/// <param name="Total">The name of the column of amounts.</param>
/// <param name="TotalUnit"><c>toman</c> or <c>rial</c>.</param>
/// <param name="Date">The name of the column of days; null where there is none.</param>
/// <param name="Time">The name of the column of times; null where there is none.</param>
/// <param name="Reference">The name of the column of references; null where there is none.</param>
/// <param name="Names">The names of all columns.</param>
public sealed record StatementColumnsResponse(
    string Code,
    string Total,
    string TotalUnit,
    string? Date,
    string? Time,
    string? Reference,
    IReadOnlyList<string> Names
);

/// <summary>A difference.</summary>
/// <param name="Code">The code.</param>
/// <param name="Theirs">What the statement says in all, in Toman; null where it says nothing.</param>
/// <param name="Ours">What our books say, in Toman; null where they know nothing of the code.</param>
/// <param name="Status">Where it stands in our books; null where they know nothing of it.</param>
/// <param name="KnownBy">By whom its end is known.</param>
/// <param name="SentAt">UTC.</param>
/// <param name="EndedAt">UTC.</param>
/// <param name="Lines">The statement's lines.</param>
public sealed record DifferenceResponse(
    string Code,
    long? Theirs,
    long? Ours,
    string? Status,
    string? KnownBy,
    DateTimeOffset? SentAt,
    DateTimeOffset? EndedAt,
    IReadOnlyList<StatementLineResponse> Lines
)
{
    /// <summary>What a caller sees of it.</summary>
    public static DifferenceResponse Of(Difference difference) =>
        new(
            difference.Code,
            difference.Theirs,
            difference.Ours,
            difference.Settlement?.Status,
            difference.Settlement?.KnownBy,
            difference.Settlement?.SentAt,
            difference.Settlement?.EndedAt,
            [.. difference.Lines.Select(StatementLineResponse.Of)]
        );
}

/// <summary>A line of the statement.</summary>
/// <param name="Sheet">The sheet; null in a text.</param>
/// <param name="Line">The line of the file or the row of the sheet, from 1.</param>
/// <param name="Total">Toman; null where it could not be read.</param>
/// <param name="Date">The day, Gregorian; null where there is none.</param>
/// <param name="Time">The time of day as it stands there; null where there is none.</param>
/// <param name="Reference">The reference; null where there is none.</param>
public sealed record StatementLineResponse(string? Sheet, long Line, long? Total, DateOnly? Date, string? Time, string? Reference)
{
    /// <summary>What a caller sees of it.</summary>
    public static StatementLineResponse Of(ComparedLine line) =>
        new(line.Sheet, line.Line, line.Total, line.Date, line.Time, line.Reference);
}

/// <summary>A line that is in no sum.</summary>
/// <param name="Sheet">The sheet; null in a text.</param>
/// <param name="Line">The line of the file or the row of the sheet, from 1.</param>
/// <param name="Code">Its code, where that could be read.</param>
/// <param name="Text">Why.</param>
public sealed record BadLineResponse(string? Sheet, long Line, string? Code, string Text)
{
    /// <summary>What a caller sees of it.</summary>
    public static BadLineResponse Of(BadLine line, Language language) =>
        new(line.Place.Sheet, line.Place.Line, line.Code, BookTexts.TextOf(line.Reason).In(language));
}

/// <summary>Lines that say the same.</summary>
/// <param name="Code">The code.</param>
/// <param name="Lines">The first one, which is compared, and its repetitions.</param>
public sealed record RepeatedLinesResponse(string Code, IReadOnlyList<StatementLineResponse> Lines);
