using System.Reflection;
using System.Text;
using Baloan.Client;
using Baloan.Core.Settlements;

namespace Baloan.Core.Tests.Settlements;

public sealed class StateDiagramTests
{
    private const string Page = "docs/architecture.md";
    private const string Begin = "```mermaid\nstateDiagram-v2\n";
    private const string End = "```\n";
    private const string Again = "BALOAN_WRITE_PAGES=1 dotnet run --project tests/Baloan.Core.Tests -- -class '*.StateDiagramTests'";

    private const long Credit = 1_000_000;
    private const long Total = 100_000;

    private static readonly SettlementOptions Options = new(TimeSpan.FromMinutes(5));
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string Repository = typeof(StateDiagramTests)
        .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Repository")
        .Value!;

    [Fact]
    public async Task The_page_shows_the_way_of_a_settlement_as_the_rules_decide_it()
    {
        var path = Path.Combine(Repository, Page);
        var page = (await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n");
        var begin = page.IndexOf(Begin, StringComparison.Ordinal);
        begin.ShouldBePositive($"{Page} has no state diagram.");
        var end = page.IndexOf(End, begin + Begin.Length, StringComparison.Ordinal);
        var now = page[..begin] + Diagram() + page[end..];
        if (Environment.GetEnvironmentVariable("BALOAN_WRITE_PAGES") is not (null or ""))
        {
            await File.WriteAllTextAsync(path, now, TestContext.Current.CancellationToken);
            return;
        }

        page.ShouldBe(now, $"It is written anew by: {Again}");
    }

    [Fact]
    public void A_settlement_that_may_have_moved_money_is_never_queued_or_sent_again_by_itself() =>
        Play()
            .Where(change => change.From is SettlementStatus.Verifying or SettlementStatus.NeedsReview or SettlementStatus.Settled)
            .ShouldAllBe(change => change.To != SettlementStatus.Queued && change.To != SettlementStatus.Submitting);

    private static string Diagram()
    {
        var text = new StringBuilder(Begin).Append("  [*] --> queued: a POST is accepted\n");
        foreach (
            var change in Play().GroupBy(change => (change.From, change.To)).OrderBy(group => group.Key.From).ThenBy(group => group.Key.To)
        )
        {
            var (from, to) = change.Key;
            var reasons = change.Select(one => one.Why).Distinct().Order(StringComparer.Ordinal);
            text.Append($"  {from.Name()} --> {to.Name()}: {string.Join("<br>", reasons)}\n");
        }

        return text.ToString();
    }

    /// <summary>Plays all that can happen to a settlement, from its acceptance on, until nothing new comes of it.</summary>
    private static HashSet<Change> Play()
    {
        var changes = new HashSet<Change>();
        var known = new HashSet<object>();
        var open = new Queue<Settlement>([Accepted()]);
        while (open.TryDequeue(out var row))
        {
            // When it is due, and when every limit is over.
            foreach (var now in new[] { row.DueAt, row.DueAt + TimeSpan.FromDays(2) })
            {
                foreach (var (why, next) in Events(row, now))
                {
                    changes.Add(new(row.Status, next.Status, why));
                    if (known.Add(KeyOf(next)))
                    {
                        open.Enqueue(next);
                    }
                }
            }
        }

        return changes;
    }

    private static IEnumerable<(string Why, Settlement Next)> Events(Settlement row, DateTimeOffset now)
    {
        switch (SettlementRules.NextStep(row, now))
        {
            case SettlementStep.Expire:
                yield return ("its not_after is over", EndUnsettled(SettlementErrors.Expired));
                break;
            case SettlementStep.Submit:
                yield return ("Baloan cannot be asked", PutOff("baloan_unavailable"));
                yield return ("another of the customer is on its way", SettlementRules.WaitForCustomer(row, now, Options));
                if (SettlementRules.HasMovedAlready(row, Credit - Total))
                {
                    yield return ("the credit says that an earlier sending took effect", SettlementRules.BeginVerifying(row, now, Options));
                }

                yield return ("it is sent", SettlementRules.BeginSending(row, Credit, $"{row.Rounds}", now, Options));
                if (!SettlementSendings.Reached(row))
                {
                    yield return (
                        "Baloan refuses the customer or the OTP",
                        SettlementRules.EndUnsettled(row, SettlementStatus.Rejected, "code", null, now, Options)
                    );
                }

                break;
            case SettlementStep.BeginVerifying:
                yield return ("no answer was written in time", SettlementRules.BeginVerifying(row, now, Options));
                break;
            case SettlementStep.Verify:
                foreach (var (why, credit) in Looks)
                {
                    yield return (why, SettlementRules.Look(row, credit, now, Options));
                }

                break;
        }

        foreach (var (why, verdict, told) in Answers)
        {
            var answer = new SettleAnswer(row.SendingId ?? "none", verdict, [new(now, told)])
            {
                Code = "code",
                UserCredit = verdict == SettleVerdict.Yes ? Credit - Total : null,
            };
            if (SettlementRules.Judge(row, answer, MerchantApiVersion.V2, now, Options, 0) is { } judged)
            {
                yield return (why, judged);
            }
        }

        if (SettlementRules.HasWaitedTooLong(row, now))
        {
            yield return ("it was not sent for a day", EndUnsettled(SettlementErrors.NeverSent));
        }

        if (SettlementRules.CanBeWithdrawn(row))
        {
            yield return ("it is withdrawn", EndUnsettled(SettlementErrors.Withdrawn));
        }

        if (SettlementRules.MayBeResolved(row, now, Options))
        {
            yield return ("a person decides", SettlementRules.Resolve(row, settled: true, "note", null, now));
            yield return ("a person decides", SettlementRules.Resolve(row, settled: false, "note", null, now));
        }

        if (row.Status.AllowsNewAttempt())
        {
            yield return ("a POST begins a new attempt", Accepted());
        }

        Settlement EndUnsettled(string code) => SettlementRules.EndUnsettled(row, SettlementStatus.Failed, code, null, now, Options);

        Settlement PutOff(string code) => SettlementRules.PutOff(row, code, null, now, Options, 0);
    }

    private static IEnumerable<(string Why, long? Credit)> Looks =>
        [
            ("the credit is lower by exactly the total", Credit - Total),
            ("the credit is unchanged", Credit),
            ("the credit is another one", Credit - 1),
            ("the credit cannot be read", null),
        ];

    private static IEnumerable<(string Why, SettleVerdict Verdict, string Told)> Answers =>
        [
            ("Baloan says yes", SettleVerdict.Yes, "yes 200"),
            ("Baloan says no", SettleVerdict.No, "refused 400"),
            ("it certainly did not take effect", SettleVerdict.NotTaken, "not_connected"),
            ("it certainly did not take effect", SettleVerdict.NotTaken, "throttled 429"),
            ("the answer proves nothing", SettleVerdict.Unknown, "unknown 503"),
        ];

    private static Settlement Accepted() =>
        new()
        {
            PartitionKey = "TLC-1",
            Code = "TLC-1",
            Status = SettlementStatus.Queued,
            NationalIdentifier = "0010350829",
            TransactionToken = "token",
            Total = Total,
            Attempts = 1,
            AttemptStartedAt = Start,
            CreatedAt = Start,
            DueAt = Start,
            NotAfter = Start + TimeSpan.FromHours(12),
            SchemaVersion = Settlement.CurrentSchema,
        };

    // What the rules tell rows apart by, without the times.
    private static object KeyOf(Settlement row) =>
        (
            row.Status,
            row.Rounds,
            row.PendingEnd,
            row.UnchangedAt is null,
            SettlementSendings.Reached(row),
            SettlementSendings.Of(row).Count > 0,
            row.KnownBy,
            (row.CreditBefore is null, row.DueAt < row.NotAfter, row.DueAt - row.VerifyingSince >= Options.VerifyAfter)
        );

    private sealed record Change(SettlementStatus From, SettlementStatus To, string Why);
}
