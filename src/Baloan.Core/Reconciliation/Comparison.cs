namespace Baloan.Core.Reconciliation;

/// <summary>A line of the statement that something is about.</summary>
/// <param name="Sheet">The sheet's name; null in a text.</param>
/// <param name="Line">The line of the file or the row of the sheet, from 1.</param>
/// <param name="Total">Toman; null where it could not be read.</param>
/// <param name="Date">The day; null where there is none.</param>
/// <param name="Time">The time of day as it stands there; null where there is none.</param>
/// <param name="Reference">The reference; null where there is none.</param>
public sealed record ComparedLine(string? Sheet, long Line, long? Total, DateOnly? Date, string? Time, string? Reference);

/// <summary>A difference between the two books.</summary>
/// <param name="Code">The code.</param>
/// <param name="Theirs">What the statement says in all, in Toman; null where it says nothing.</param>
/// <param name="Ours">What our books say, in Toman; null where they know nothing of the code.</param>
/// <param name="Lines">The statement's lines; one that could not be read, where it has the code.</param>
/// <param name="Settlement">What our books say of the code; null where they know nothing of it.</param>
public sealed record Difference(string Code, long? Theirs, long? Ours, IReadOnlyList<ComparedLine> Lines, OurSettlement? Settlement);

/// <summary>Lines that say the same once more: with the same reference, amount, day and time.</summary>
/// <param name="Code">The code.</param>
/// <param name="Lines">The first one, which is compared, and its repetitions, which are not.</param>
public sealed record RepeatedLines(string Code, IReadOnlyList<ComparedLine> Lines);

/// <summary>What the two books say, held against each other.</summary>
/// <param name="Matched">How many codes both have once and with the same total.</param>
/// <param name="TheirsNotOurs">What the statement has and our books have not as settled.</param>
/// <param name="OursNotTheirs">What our books have as settled in the period and the statement has not.</param>
/// <param name="DifferentTotal">What both have with another total.</param>
/// <param name="MovedTwice">What the statement has more than once.</param>
/// <param name="TheirsTotal">The sum of all of the statement's lines that were compared, in Toman.</param>
/// <param name="OursTotal">The sum of our settled ones of the period and of those that a line was found to be about, in Toman.</param>
/// <param name="Repeated">Lines that an export repeated; each is compared once.</param>
/// <param name="BadLines">Lines that were kept out.</param>
/// <param name="Unit">The unit in which the amounts were read.</param>
/// <param name="IsUnitAssumed">Whether neither the statement nor the caller nor a common total says that unit.</param>
public sealed record Comparison(
    int Matched,
    IReadOnlyList<Difference> TheirsNotOurs,
    IReadOnlyList<Difference> OursNotTheirs,
    IReadOnlyList<Difference> DifferentTotal,
    IReadOnlyList<Difference> MovedTwice,
    long TheirsTotal,
    long OursTotal,
    IReadOnlyList<RepeatedLines> Repeated,
    IReadOnlyList<BadLine> BadLines,
    AmountUnit Unit,
    bool IsUnitAssumed
)
{
    /// <summary>Holds a statement against our books.</summary>
    /// <param name="lines">The statement's lines of the period.</param>
    /// <param name="badLines">The lines that could not be read.</param>
    /// <param name="ours">Our books, by code: those of the period, and those that a line of the statement names.</param>
    /// <param name="unit">The unit that the caller gives; null for that of the statement.</param>
    /// <exception cref="StatementException">It is not clear whether the amounts are Rial or Toman.</exception>
    public static Comparison Of(
        IReadOnlyList<StatementLine> lines,
        IReadOnlyList<BadLine> badLines,
        IReadOnlyDictionary<string, OurSettlement> ours,
        AmountUnit? unit
    )
    {
        ArgumentNullException.ThrowIfNull(lines);
        ArgumentNullException.ThrowIfNull(badLines);
        ArgumentNullException.ThrowIfNull(ours);
        ours = WithAsciiDigits(ours);
        var (otherwise, isAssumed) = unit is { } given ? (given, false) : UnitOf(lines, ours);
        var (kept, bad) = (new Dictionary<string, List<ComparedLine>>(), new List<BadLine>(badLines));
        var repeated = new Dictionary<(string, long), List<ComparedLine>>();
        var theirsTotal = 0L;
        foreach (var line in lines)
        {
            var isRial = (unit ?? line.Unit ?? otherwise) == AmountUnit.Rial;
            if (isRial && line.Amount % 10 != 0)
            {
                bad.Add(new(line.Place, BadLineReason.NotWholeToman, line.Code));
                continue;
            }

            var total = isRial ? line.Amount / 10 : line.Amount;
            var compared = new ComparedLine(line.Place.Sheet, line.Place.Line, total, line.Date, line.Time, line.Reference);
            // In whichever digits it stands there: two lines of one settlement are two.
            var code = Find(ours, line.Code)?.Code ?? line.Code;
            var ofCode = kept.TryGetValue(code, out var there) ? there : kept[code] = new(1);
            if (ofCode.Find(first => Repeats(compared, first)) is { } said)
            {
                var all = repeated.TryGetValue((code, said.Line), out var more) ? more : repeated[(code, said.Line)] = [said];
                all.Add(compared);
                continue;
            }

            ofCode.Add(compared);
            theirsTotal += total;
        }

        var matched = 0;
        var (theirsNotOurs, oursNotTheirs, differentTotal, movedTwice) = (
            new List<Difference>(),
            new List<Difference>(),
            new List<Difference>(),
            new List<Difference>()
        );
        var met = new HashSet<string>();
        foreach (var (code, ofCode) in kept)
        {
            var own = Find(ours, code);
            if (own is not null)
            {
                met.Add(own.Code);
            }

            var difference = new Difference(code, ofCode.Sum(line => line.Total), own?.Total, ofCode, own);
            if (ofCode.Count > 1)
            {
                movedTwice.Add(difference);
            }
            else if (own is not { IsSettled: true })
            {
                theirsNotOurs.Add(difference);
            }
            else if (own.Total != ofCode[0].Total)
            {
                differentTotal.Add(difference);
            }
            else
            {
                matched++;
            }
        }

        var unread = bad.Where(line => line.Code is not null).ToLookup(line => line.Code!);
        var oursTotal = 0L;
        foreach (var own in ours.Values.Distinct().Where(own => own.IsSettled && (own.IsInPeriod || met.Contains(own.Code))))
        {
            oursTotal += own.Total;
            if (!met.Contains(own.Code))
            {
                oursNotTheirs.Add(
                    new(
                        own.Code,
                        null,
                        own.Total,
                        [.. unread[own.Code].Select(line => new ComparedLine(line.Place.Sheet, line.Place.Line, null, null, null, null))],
                        own
                    )
                );
            }
        }

        return new(
            matched,
            theirsNotOurs,
            oursNotTheirs,
            differentTotal,
            movedTwice,
            theirsTotal,
            oursTotal,
            [.. repeated.Select(one => new RepeatedLines(one.Key.Item1, one.Value))],
            bad,
            unit ?? lines.FirstOrDefault(line => line.Unit is not null)?.Unit ?? otherwise,
            isAssumed
        );
    }

    /// <summary>Our settlement of a code of the statement, also where a spreadsheet shows the digits of the code as Persian ones.</summary>
    internal static OurSettlement? Find(IReadOnlyDictionary<string, OurSettlement> ours, string code) =>
        ours.TryGetValue(code, out var same) ? same : ours.GetValueOrDefault(Digits.ToAscii(code));

    /// <summary>Our books, in which a code of Persian digits is found by ASCII ones too, as an export may write it.</summary>
    private static Dictionary<string, OurSettlement> WithAsciiDigits(IReadOnlyDictionary<string, OurSettlement> ours)
    {
        var all = new Dictionary<string, OurSettlement>(ours);
        foreach (var (code, own) in ours)
        {
            // One that has that code of its own comes first.
            all.TryAdd(Digits.ToAscii(code), own);
        }

        return all;
    }

    // Without a reference, two lines may be one that is written twice, or money that was moved twice within the same second.
    private static bool Repeats(ComparedLine line, ComparedLine first) =>
        line.Reference is not null
        && line.Reference == first.Reference
        && line.Total == first.Total
        && line.Date == first.Date
        && line.Time == first.Time;

    /// <summary>The unit of lines that name none, by the totals that both books have.</summary>
    private static (AmountUnit Unit, bool IsAssumed) UnitOf(
        IReadOnlyList<StatementLine> lines,
        IReadOnlyDictionary<string, OurSettlement> ours
    )
    {
        var (unnamed, asToman, asRial) = (0, 0, 0);
        foreach (var line in lines.Where(line => line.Unit is null))
        {
            unnamed++;
            if (Find(ours, line.Code) is { IsSettled: true } own)
            {
                asToman += line.Amount == own.Total ? 1 : 0;
                asRial += line.Amount == own.Total * 10 ? 1 : 0;
            }
        }

        return asToman == 0 && asRial > 0
            ? throw new StatementException(StatementFault.UnitNotClear, "total_unit", asRial)
            : (AmountUnit.Toman, unnamed > 0 && asToman == 0);
    }
}
