using System.Text.RegularExpressions;

namespace Baloan.Core.Reconciliation;

/// <summary>Makes lines of a statement's rows: finds the columns, and tells lines from totals, blanks and what cannot be read.</summary>
public static partial class StatementReader
{
    /// <summary>The most lines that are read.</summary>
    public const int MostLines = 100_000;

    // Exports begin with a title, a period, the shop's name.
    private const int MostBeforeHeader = 50;

    /// <summary>Reads a statement, which is not kept.</summary>
    /// <param name="sheets">Its sheets: one, without a name, in a text.</param>
    /// <param name="choice">What the caller says about its columns.</param>
    /// <exception cref="StatementException">No or several columns are recognised, or it is too large.</exception>
    public static Statement Read(IEnumerable<StatementSheet> sheets, StatementChoice choice)
    {
        ArgumentNullException.ThrowIfNull(sheets);
        ArgumentNullException.ThrowIfNull(choice);
        var statement = new Reading(choice);
        foreach (var sheet in sheets)
        {
            statement.Add(sheet);
        }

        return statement.End();
    }

    private sealed class Reading(StatementChoice choice)
    {
        private readonly List<StatementLine> lines = [];
        private readonly List<BadLine> badLines = [];
        private readonly List<StatementPlace> totalsRows = [];
        private readonly List<string> skippedSheets = [];
        private StatementColumns? columns;
        private string? missing;
        private IReadOnlyList<string> names = [];

        // The last row of the sheet but for remarks, where it has an amount and no code: no line, where it sums up all others.
        private (BadLine Line, long Amount)? withoutCode;

        public void Add(StatementSheet sheet)
        {
            StatementTable? table = null;
            var before = 0;
            var first = lines.Count;
            withoutCode = null;
            foreach (var row in sheet.Rows)
            {
                if (row.Cells.All(string.IsNullOrWhiteSpace))
                {
                    continue;
                }

                if (table is null)
                {
                    table = StatementTable.Find(row.Cells, choice, out var lacking);
                    if (table is not null)
                    {
                        columns ??= table.Columns;
                    }
                    else
                    {
                        Remember(row.Cells, lacking);
                        if (++before == MostBeforeHeader)
                        {
                            break;
                        }
                    }
                }
                else if (!table.IsHeader(row.Cells))
                {
                    Add(row, table);
                    if (lines.Count + badLines.Count > MostLines)
                    {
                        throw new StatementException(StatementFault.TooManyLines, "file", MostLines);
                    }
                }
            }

            if (withoutCode is var (last, amount) && lines.Skip(first).Sum(line => (decimal)line.Amount) == amount)
            {
                badLines.Remove(last);
                totalsRows.Add(last.Place);
            }

            if (table is null && sheet.Name is { } name && before > 0)
            {
                skippedSheets.Add(name);
            }
        }

        public Statement End()
        {
            if (columns is null)
            {
                throw names.Count == 0
                    ? new StatementException(StatementFault.Empty)
                    : new StatementException(
                        StatementFault.ColumnNotFound,
                        missing ?? "code_column",
                        string.Join(", ", names.Select(name => $"“{name}”"))
                    );
            }

            return lines.Count + badLines.Count == 0
                ? throw new StatementException(StatementFault.Empty)
                : new(columns, lines, badLines, totalsRows, skippedSheets);
        }

        /// <summary>Keeps the row that most likely names the columns, for the sentence that asks for them.</summary>
        private void Remember(IReadOnlyList<string> row, string? lacking)
        {
            var named = row.Select(cell => Marks.Strip(cell).Trim())
                .Where(cell => cell.Any(char.IsLetter))
                .Take(40)
                .Select(cell => cell.Length > 40 ? cell[..40] : cell)
                .ToList();
            if ((lacking is not null && missing is null) || (lacking is null == missing is null && named.Count > names.Count))
            {
                (missing, names) = (lacking ?? missing, named);
            }
            else if (names.Count == 0)
            {
                names = [.. row.Where(cell => cell.Length > 0).Take(40).Select(cell => cell.Length > 40 ? cell[..40] : cell)];
            }
        }

        private void Add(StatementRow row, StatementTable table)
        {
            var cells = row.Cells;
            var written = table.Code(cells);
            var (day, reference) = (table.Date(cells), Marks.Strip(table.Reference(cells)).Trim());
            var hasCode = !string.IsNullOrWhiteSpace(written);
            var hasMore = !string.IsNullOrWhiteSpace(day) || reference.Length > 0;
            var hasTotal = !string.IsNullOrWhiteSpace(table.Total(cells));
            if (!hasCode && !hasTotal && !hasMore && !row.IsBroken)
            {
                // A remark below or between the lines.
                return;
            }

            withoutCode = hasTotal || hasMore ? null : withoutCode;
            var code = StatementText.Code(written);
            if (row.IsBroken)
            {
                badLines.Add(new(row.Place, BadLineReason.OpenQuote, null));
            }
            else if (!hasMore && (!hasCode || ColumnNames.IsTotals(written)) && cells.Any(ColumnNames.IsTotals))
            {
                totalsRows.Add(row.Place);
            }
            else if (FaultOf(cells, table, code, out var line, row.Place, reference) is { } reason)
            {
                var bad = new BadLine(row.Place, reason, code.Length > 0 ? code : null);
                badLines.Add(bad);
                if (reason == BadLineReason.NoCode && !hasMore && StatementAmount.TryRead(table.Total(cells), out var sum, out _))
                {
                    withoutCode = (bad, sum);
                }
            }
            else
            {
                lines.Add(line!);
            }
        }

        private static BadLineReason? FaultOf(
            IReadOnlyList<string> cells,
            StatementTable table,
            string code,
            out StatementLine? line,
            StatementPlace place,
            string reference
        )
        {
            line = null;
            if (code.Length == 0)
            {
                return BadLineReason.NoCode;
            }

            if (Rounded().IsMatch(code))
            {
                return BadLineReason.RoundedCode;
            }

            var total = table.Total(cells);
            if (string.IsNullOrWhiteSpace(total))
            {
                return BadLineReason.NoTotal;
            }

            if (!StatementAmount.TryRead(total, out var amount, out var unit))
            {
                return BadLineReason.UnreadableTotal;
            }

            if (amount <= 0)
            {
                return BadLineReason.NotPositive;
            }

            DateOnly? date = null;
            string? time = null;
            if (table.Date(cells) is { } day && !string.IsNullOrWhiteSpace(day))
            {
                if (!StatementDate.TryRead(day, out var read, out time))
                {
                    return BadLineReason.UnreadableDate;
                }

                date = read;
            }

            if (Digits.Typed(table.Time(cells)) is { Length: > 0 } clock)
            {
                time = clock;
            }

            unit ??= StatementAmount.UnitOf(StatementText.Join(table.Unit(cells))) ?? table.Columns.Unit;
            line = new(
                place,
                code,
                amount,
                unit,
                date,
                time is "" or "00:00" or "00:00:00" ? null : time,
                reference.Length > 0 ? reference : null
            );
            return null;
        }
    }

    [GeneratedRegex(@"^[0-9](?:\.[0-9]+)?E\+[0-9]{2,}$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Rounded();
}
