namespace Baloan.Core.Reconciliation;

/// <summary>Where the columns of a table are, found by their names in one of its rows.</summary>
internal sealed class StatementTable
{
    private readonly int code;
    private readonly int total;
    private readonly int date;
    private readonly int time;
    private readonly int reference;
    private readonly int unit;
    private readonly IReadOnlyList<string> header;

    private StatementTable(IReadOnlyList<string> header, int code, int total, AmountUnit? unitOfTotal, int date, Name[] names)
    {
        (this.header, this.code, this.total, this.date) = (header, code, total, date);
        (time, reference, unit) = (First(names, ColumnNames.Time), First(names, ColumnNames.Reference), First(names, ColumnNames.Unit));
        if (time == date)
        {
            time = -1;
        }

        Columns = new(
            Shown(code)!,
            Shown(total)!,
            unitOfTotal,
            Shown(date),
            Shown(time),
            Shown(reference),
            [.. names.Where(name => name.Joined.Length > 0).Select(name => name.Shown)]
        );

        string? Shown(int index) => index < 0 ? null : names[index].Shown;
    }

    public StatementColumns Columns { get; }

    /// <summary>The columns, where this row names those of code and amount; null where it does not.</summary>
    /// <param name="row">A row.</param>
    /// <param name="choice">What the caller says.</param>
    /// <param name="missing">The field that this row has no column for; null where it has one for none.</param>
    /// <exception cref="StatementException">It names several for one.</exception>
    public static StatementTable? Find(IReadOnlyList<string> row, StatementChoice choice, out string? missing)
    {
        var names = row.Select(cell => new Name(cell)).ToArray();
        var codes = choice.Code is { } named ? Chosen(names, named) : Candidates(names, ColumnNames.Code, name => name.Joined);
        var totals = choice.Total is { } amount ? Chosen(names, amount) : Candidates(names, ColumnNames.Total, name => name.WithoutUnit);
        var dates =
            choice.Date is { } day ? Chosen(names, day)
            : First(names, ColumnNames.Date) is >= 0 and var first ? [first]
            : [];
        missing = (codes.Count, totals.Count, dates.Count) switch
        {
            (0, 0, _) => null,
            (0, _, _) => "code_column",
            (_, 0, _) => "total_column",
            (_, _, 0) when choice.Date is not null => "date_column",
            _ => "",
        };
        if (missing is not "")
        {
            return null;
        }

        missing = null;
        if (codes.Count > 1)
        {
            throw new StatementException(StatementFault.ColumnNotClear, "code_column", Shown(codes));
        }

        if (totals.Count > 1)
        {
            // The same amount in both units is one amount.
            var toman = totals.Where(index => names[index].Unit == AmountUnit.Toman).ToList();
            totals =
                toman.Count == 1 && totals.TrueForAll(index => names[index].Unit is not null)
                    ? toman
                    : throw new StatementException(StatementFault.ColumnNotClear, "total_column", Shown(totals));
        }

        return new(row, codes[0], totals[0], names[totals[0]].Unit, dates is [var one, ..] ? one : -1, names);

        string Shown(List<int> indices) => string.Join(", ", indices.Select(index => $"“{names[index].Shown}”"));
    }

    /// <summary>Whether a row names the columns once more, as some exports do on each page.</summary>
    public bool IsHeader(IReadOnlyList<string> row) => row.SequenceEqual(header);

    public string Code(IReadOnlyList<string> row) => Cell(row, code);

    public string Total(IReadOnlyList<string> row) => Cell(row, total);

    public string Date(IReadOnlyList<string> row) => Cell(row, date);

    public string Time(IReadOnlyList<string> row) => Cell(row, time);

    public string Reference(IReadOnlyList<string> row) => Cell(row, reference);

    public string Unit(IReadOnlyList<string> row) => Cell(row, unit);

    private static string Cell(IReadOnlyList<string> row, int index) => index >= 0 && index < row.Count ? row[index] : "";

    private static List<int> Chosen(Name[] names, string chosen)
    {
        var exact = Where(names, name => name.Shown == Marked(chosen));
        return exact.Count > 0 ? exact : Where(names, name => name.Joined.Length > 0 && name.Joined == StatementText.Join(chosen));
    }

    private static List<int> Candidates(Name[] names, string[][] groups, Func<Name, string> spelling)
    {
        foreach (var group in groups)
        {
            var found = Where(names, name => group.Contains(spelling(name)));
            if (found.Count > 0)
            {
                return found;
            }
        }

        return [];
    }

    private static List<int> Where(Name[] names, Func<Name, bool> matches) =>
        [.. Enumerable.Range(0, names.Length).Where(index => matches(names[index]))];

    private static int First(Name[] names, string[] spellings) =>
        spellings.Select(spelling => Array.FindIndex(names, name => name.Joined == spelling)).FirstOrDefault(index => index >= 0, -1);

    private static string Marked(string cell) => Marks.Strip(cell).Trim();

    private sealed record Name
    {
        // No column has a longer name; a note may be as long as it likes.
        private const int Longest = 60;

        public Name(string cell)
        {
            Shown = Marked(cell);
            Joined = Shown.Length is > 0 and <= Longest ? StatementText.Join(cell) : "";
            (WithoutUnit, Unit) = StatementAmount.SplitUnit(Joined);
            if (Unit is not null && WithoutUnit.EndsWith("به", StringComparison.Ordinal))
            {
                WithoutUnit = WithoutUnit[..^2];
            }
        }

        public string Shown { get; }

        public string Joined { get; }

        public string WithoutUnit { get; }

        public AmountUnit? Unit { get; }
    }
}
