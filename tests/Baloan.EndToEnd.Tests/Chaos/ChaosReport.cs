using System.Globalization;
using System.Runtime.InteropServices;
using Spectre.Console;

namespace Baloan.EndToEnd.Tests.Chaos;

/// <summary>What a person sees of a run, in tables that a document can take over as they are.</summary>
internal sealed class ChaosReport(ChaosSettings settings, ChaosLedger ledger)
{
    private static readonly ErrandKind[] Kinds = Enum.GetValues<ErrandKind>();

    private static long MemoryGiB => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1L << 30);

    private readonly IAnsiConsole console = MakeConsole();

    public void Begin()
    {
        Line(
            $"Chaos: {settings.Duration.TotalMinutes:0.##} minutes of faults, {settings.Rate:0.##} things a second, seed {settings.Seed}."
        );
        Line($"{Environment.ProcessorCount} cores, {MemoryGiB} GiB, {RuntimeInformation.OSDescription}, .NET {Environment.Version}");
    }

    public void WindDown(int underWay) => Line($"The faults are over; {underWay} things are under way.");

    public void Print(ChaosFaults faults, ChaosAudit audit, int begun, TimeSpan windDown, string logs)
    {
        Line($"{begun} things were begun; all had ended and was compared {windDown.TotalSeconds:0} s after the last fault.");
        Line($"Callbacks that Baloan's sandbox gave up after five tries: {audit.GivenUpByBaloan}.");
        Line($"Loans opened whose amount could not be recorded, with an alert: {audit.OpeningsNotRecorded}.");
        Line($"Messages in poison queues: {audit.Poison}.");
        Line($"Moved twice by what stands in front of Baloan: {audit.MovedTwiceByFront}.");
        Line($"Refused duplicates of what had moved the money, which the credit could not show: {audit.Deceived}.");
        console.WriteLine();
        Counts(audit);
        Times(faults);
        Faults(faults);
        if (ledger.Findings.Count > 0)
        {
            Findings(audit);
            Line($"The logs of the apps, and what all callers did: {logs}");
        }
    }

    private static IAnsiConsole MakeConsole()
    {
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = AnsiSupport.No,
                Interactive = InteractionSupport.No,
                Enrichment = new() { UseDefaultEnrichers = false },
            }
        );
        console.Profile.Width = 10_000;
        return console;
    }

    private static string Number(double number) => number.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string[] Spread(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Select(time => time.TotalSeconds).Order().ToList();
        string At(double share) => sorted.Count == 0 ? "" : Number(sorted[(int)Math.Ceiling(share * sorted.Count) - 1]);
        return [Number(sorted.Count), At(0.5), At(0.95), At(1)];
    }

    private static Table NewTable(params string[] columns)
    {
        var table = new Table().MarkdownBorder();
        foreach (var (index, column) in columns.Index())
        {
            table.AddColumn(new TableColumn(column) { Alignment = index == 0 ? Justify.Left : Justify.Right });
        }

        return table;
    }

    private void Counts(ChaosAudit audit)
    {
        var table = NewTable(["", .. Kinds.Select(kind => $"{kind}s".ToLowerInvariant())]);
        void Row(string name, Func<ErrandKind, int> count) => table.AddRow([name, .. Kinds.Select(kind => Number(count(kind)))]);
        int Ended(ErrandKind kind, params string[] ends) =>
            ledger.Errands.Count(errand => errand.Kind == kind && errand.End is { } end && ends.Contains(end));
        int Reviews(ErrandKind kind) =>
            kind == ErrandKind.Settlement
                ? ledger.Errands.OfType<SettlementErrand>().Count(errand => errand.AllTold.Any(told => told.Status == "needs_review"))
                : 0;
        int Wrongs(ErrandKind kind, Wrong what) => ledger.Findings.Count(finding => finding.Kind == kind && finding.What == what);

        Row("begun", kind => kind == ErrandKind.Event ? audit.Events : ledger.Errands.Count(errand => errand.Kind == kind));
        Row(
            "accepted",
            kind =>
                kind == ErrandKind.Event
                    ? audit.Events
                    : ledger.Errands.Count(errand => errand.Kind == kind && errand.AcceptedAt is not null)
        );
        Row(
            "settled, uploaded, paid or cancelled, recorded, told",
            kind => kind == ErrandKind.Event ? audit.Events : Ended(kind, "settled", "uploaded", "loan_paid", "canceled", "recorded")
        );
        Row(
            "of these, found out by the customer's credit",
            kind =>
                kind == ErrandKind.Settlement
                    ? ledger.Errands.OfType<SettlementErrand>().Count(errand => errand.LastTold is { Inferred: true })
                    : 0
        );
        Row("rejected", kind => Ended(kind, "rejected", "refused"));
        Row("failed", kind => Ended(kind, "failed"));
        Row("needs review (then resolved)", Reviews);
        Row("outcome unknown, and the caller was told so", kind => Ended(kind, "outcome unknown"));
        Row("given up by the caller or by Baloan", kind => Ended(kind, "given up by the caller", "Baloan gave up telling"));
        Row("moved twice", kind => Wrongs(kind, Wrong.MovedTwice));
        Row("lost", kind => Wrongs(kind, Wrong.Lost));
        Row("said wrong", kind => Wrongs(kind, Wrong.SaidWrong));
        console.Write(table);
        console.WriteLine();
    }

    private void Times(ChaosFaults faults)
    {
        var table = NewTable("seconds", "count", "median", "p95", "max");
        foreach (var kind in Kinds)
        {
            table.AddRow([
                $"{kind}: from acceptance to the end",
                .. Spread(ledger.Times.Where(entry => entry.Kind == kind).Select(entry => entry.Time)),
            ]);
        }

        foreach (var kind in Kinds)
        {
            var successes = ledger.Successes.Where(success => success.Kind == kind).Select(success => success.At).Order().ToList();
            table.AddRow([
                $"{kind}: from the end of an outage to the next success",
                .. Spread(
                    faults.Outages.SelectMany(outage =>
                        successes.Where(at => at > outage.EndedAt).Take(1).Select(at => at - outage.EndedAt)
                    )
                ),
            ]);
        }

        console.Write(table);
        console.WriteLine();
    }

    private void Faults(ChaosFaults faults)
    {
        var table = NewTable("fault", "times");
        foreach (var (name, times) in faults.Done.OrderBy(fault => fault.Key, StringComparer.Ordinal))
        {
            table.AddRow(name, Number(times));
        }

        console.Write(table);
        console.WriteLine();
    }

    private void Findings(ChaosAudit audit)
    {
        foreach (var finding in ledger.Findings.OrderBy(finding => finding.What))
        {
            Line($"{finding.What}: {finding.Kind} {finding.Name}: {finding.Text}");
            foreach (var line in ledger.Errands.FirstOrDefault(errand => errand.Name == finding.Name)?.History ?? [])
            {
                Line($"    {line}");
            }

            foreach (var line in audit.LogOf(finding.Name).Take(80))
            {
                Line($"    log {line}");
            }
        }
    }

    private void Line(FormattableString text) => console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
