using System.Globalization;
using System.Text.Json.Nodes;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests.Chaos;

/// <summary>Holds Baloan's books, the app's records and what callers and the subscriber were told against each other.</summary>
/// <remarks>It reads the API; of the tables, only the attempts before the last one, which the API does not show.</remarks>
internal sealed class ChaosAudit(
    ChaosLedger ledger,
    BaloanServer baloan,
    Azurite storage,
    Subscriber subscriber,
    IReadOnlyList<ChaosApp> apps,
    Caller caller,
    IReadOnlySet<string> touched,
    ChaosFaults faults
)
{
    // For all that callers do not wait for: events, lists, and what nobody asks for any more.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    // Of the sandbox, for one callback.
    private const int MostTries = 5;

    private static readonly string[] Ranks = ["created", "cheque_verified", "send_loan_to_bank", "loan_paid"];

    // Of these, the answer is Baloan's own yes.
    private static readonly string[] AnsweredRight = [Fault.SlowAnswer.Name, "slow_work", Fault.SentOnTwice.Name];

    // After a no, the credit is looked at at once, or by another process after the death of the first.
    private static readonly TimeSpan UntilLookedAt = TimeSpan.FromSeconds(30);

    private static readonly string[] Final = ["loan_paid", "canceled"];

    private readonly Dictionary<string, string> ends = [];
    private readonly HashSet<(string Code, int Attempts, string Status)> settlementEnds = [];
    private readonly HashSet<(string Uuid, string State)> loanChanges = [];
    private readonly List<string> attemptEnds = [];

    /// <summary>Loans whose opening could not be recorded, of which an alert was raised as it should be.</summary>
    public int OpeningsNotRecorded { get; private set; }

    /// <summary>Messages in the poison queues.</summary>
    public int Poison { get; private set; }

    /// <summary>Changes of loans that Baloan's sandbox told five times in vain.</summary>
    public int GivenUpByBaloan { get; private set; }

    /// <summary>Settlements that something in front of Baloan sent on twice, and that moved the money twice by that.</summary>
    public int MovedTwiceByFront { get; private set; }

    /// <summary>
    /// Refusals of a duplicate of what had moved the money, which the credit could not show: it was old, or others had changed it.
    /// </summary>
    public int Deceived { get; private set; }

    /// <summary>How many different events the subscriber has taken.</summary>
    public int Events => Taken.Select(told => told.Id).Distinct().Count();

    private DateTimeOffset limit;

    private TimeSpan Left => limit - DateTimeOffset.UtcNow is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    private IEnumerable<ToldEvent> Taken => subscriber.Events.Where(told => told.Status == 200);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        limit = DateTimeOffset.UtcNow + Limit;
        await ReadSettlementsAsync(cancellationToken);
        CheckUploads();
        await CheckLoansAsync(cancellationToken);
        await CheckListsAsync(cancellationToken);
        await CheckEventsAsync(cancellationToken);
        await CheckStatsAsync(cancellationToken);
        foreach (var queue in new[] { "invoices-poison", "loans-poison", "events-poison" })
        {
            Poison += await CountAsync(queue, cancellationToken);
        }
    }

    private async Task<JsonObject?> GetAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            switch (await caller.SendAsync(HttpMethod.Get, path, null, cancellationToken))
            {
                case { Status: 200 or 202, Json: { } found }:
                    return found;
                case { Status: 404 }:
                    return null;
                default:
                    await Task.Delay(500, cancellationToken);
                    break;
            }
        }
    }

    private async Task ReadSettlementsAsync(CancellationToken cancellationToken)
    {
        var moved = baloan.Books.Settlements.ToLookup(settlement => settlement.Code);
        var earlier = await EarlierAttemptsAsync(cancellationToken);
        foreach (var errand in ledger.Errands.OfType<SettlementErrand>())
        {
            var final = await EndAsync(errand, cancellationToken);
            if (final is not null)
            {
                var told = Told.Of(final, "GET at the end");
                ends[errand.Name] = told.Status;
                attemptEnds.AddRange([told.Status, .. earlier[errand.Name].Select(attempt => attempt.Status)]);
                settlementEnds.Add((errand.Name, told.Attempts, told.Status));
                settlementEnds.UnionWith(errand.AllTold.Where(one => one.Ended).Select(one => (errand.Name, one.Attempts, one.Status)));
                settlementEnds.UnionWith(earlier[errand.Name].Select(attempt => (errand.Name, attempt.Attempts, attempt.Status)));
                Check(errand, [.. errand.AllTold, told], [.. moved[errand.Name]], earlier[errand.Name].ToList());
            }
            else
            {
                Check(errand, errand.AllTold, [.. moved[errand.Name]], []);
                if (errand.AcceptedAt is not null)
                {
                    ledger.Add(errand, Wrong.Lost, "it was accepted, and GET says 404");
                }
            }
        }
    }

    /// <summary>A settlement when it has ended; also one of which its caller knows nothing goes on by itself.</summary>
    private async Task<JsonObject?> EndAsync(SettlementErrand errand, CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = await GetAsync($"api/merchant/settlements/{errand.Name}", cancellationToken);
            if (found is null || Told.Of(found, "GET").Ended)
            {
                return found;
            }

            if (Left == TimeSpan.Zero)
            {
                ledger.Add(errand, Wrong.Lost, $"it has a row, and is still {found.Text("status")}");
                return found;
            }

            await Task.Delay(500, cancellationToken);
        }
    }

    private async Task<ILookup<string, (int Attempts, string Status)>> EarlierAttemptsAsync(CancellationToken cancellationToken)
    {
        const string Prefix = "attempt-";
        var rows = await new TableClient(storage.ConnectionString, "Settlements")
            .QueryAsync<TableEntity>(cancellationToken: cancellationToken)
            .Where(row => row.RowKey.StartsWith(Prefix, StringComparison.Ordinal))
            .ToListAsync(cancellationToken);
        return rows.ToLookup(
            row => row.GetString("Code")!,
            row =>
                (
                    int.Parse(row.RowKey.AsSpan(Prefix.Length), CultureInfo.InvariantCulture),
                    System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(row.GetString("Status")!)
                )
        );
    }

    private void Check(
        SettlementErrand errand,
        IReadOnlyList<Told> told,
        IReadOnlyList<BookedSettlement> moved,
        IReadOnlyList<(int Attempts, string Status)> earlier
    )
    {
        void Wrongly(string text) => ledger.Add(errand, Wrong.SaidWrong, text);
        foreach (var one in moved)
        {
            errand.Note(string.Create(CultureInfo.InvariantCulture, $"Baloan's books: moved at {one.At:HH:mm:ss.fff}"));
        }

        MovedTwiceByFront += moved.Count(one => one.SentOnTwice);
        // The duplicate of one that had moved the money was refused while the credit could not tell: the no was believed, and asked for
        // anew.
        bool IsUnseen(BookedSettlement one) =>
            one.Fault == Fault.RefusedAfterEffect.Name
            && (
                touched.Contains(one.NationalIdentifier)
                || baloan.Books.Settlements.Any(other => other.SentOnTwice && other.NationalIdentifier == one.NationalIdentifier)
                || faults.OldCreditBetween(one.At, one.At + UntilLookedAt)
            );
        if (moved.Count(one => !one.SentOnTwice && !IsUnseen(one)) is > 1 and var times)
        {
            ledger.Add(errand, Wrong.MovedTwice, $"moved {times} times");
        }

        var order = errand.Order;
        // What makes a customer's credit no proof: that others change it, or that Baloan tells an old one.
        bool IsCreditUnsure(DateTimeOffset until) =>
            touched.Contains(order.Customer)
            || baloan.Books.Settlements.Any(one => one.SentOnTwice && one.NationalIdentifier == order.Customer)
            || faults.OldCreditBetween(errand.Posts.FirstOrDefault(until), until);
        if (
            moved.Any(one =>
                one.Total != order.Total || one.NationalIdentifier != order.Customer || one.InvoiceSha256 != order.InvoiceSha256
            )
        )
        {
            Wrongly("what was moved is not what was asked for");
        }

        var first = moved.Count > 0 ? moved[0].At : (DateTimeOffset?)null;
        foreach (var one in told)
        {
            if (one.Status == "settled" && !(first <= one.At))
            {
                Wrongly($"told settled by {one.By}, and it had not been moved");
            }
            else if (one.Status is "rejected" or "failed" && first is not null)
            {
                // An attempt after it tells of its own sending, which moved nothing.
                var isOfLaterAttempt = errand.Posts.Any(post => post > first && post < one.At);
                if (
                    first < one.At
                    && (one.Status == "rejected" || isOfLaterAttempt)
                    && moved[0].Fault == Fault.RefusedAfterEffect.Name
                    && IsCreditUnsure(one.At)
                )
                {
                    Deceived++;
                }
                else if (first < one.At)
                {
                    Wrongly($"told {one.Status} by {one.By}, and it had been moved");
                }
                else if (!errand.Posts.Any(post => post > one.At && post < first))
                {
                    Wrongly($"told {one.Status} by {one.By}, and it was moved later without a new POST");
                }
            }
            else if (
                one is { Status: "settled", KnownBy: "baloan" }
                && moved
                    .Where(movement => movement.At <= one.At)
                    .All(movement => movement.Fault is { } fault && !AnsweredRight.Contains(fault))
            )
            {
                Wrongly($"told settled by Baloan's word, and what was answered was {moved[0].Fault}");
            }
            else if (one.Status == "needs_review" && !IsCreditUnsure(one.At))
            {
                Wrongly("told needs_review, and nobody else had touched the customer's credit");
            }

            if (
                one is { Status: "settled", UserCredit: { } credit }
                && !touched.Contains(order.Customer)
                && moved.Count == 1
                && credit != CreditAfter(moved[0])
            )
            {
                Wrongly($"told that {credit} Toman are left, and it was {CreditAfter(moved[0])}");
            }
        }

        foreach (var (attempts, status) in earlier)
        {
            if (status is not ("rejected" or "failed"))
            {
                Wrongly($"attempt {attempts} had ended as {status}, and a new one was let through");
            }

            foreach (
                var one in told.Where(one => one.Attempts == attempts && one.Ended && one.Status != "needs_review" && one.Status != status)
            )
            {
                Wrongly($"told {one.Status} of attempt {attempts}, which is kept as {status}");
            }
        }

        long CreditAfter(BookedSettlement settlement) =>
            Books.DefaultCredit
            - baloan
                .Books.Settlements.TakeWhile(one => one != settlement)
                .Append(settlement)
                .Where(one => one.NationalIdentifier == order.Customer)
                .Sum(one => one.Total);
    }

    private void CheckUploads()
    {
        var files = baloan.Books.Files.ToDictionary(file => file.Uuid);
        foreach (var errand in ledger.Errands.OfType<UploadErrand>().Where(errand => errand.End == "uploaded"))
        {
            if (errand.Uuid is not { } uuid || !files.TryGetValue(uuid, out var file) || file.Sha256 != errand.Sha256)
            {
                ledger.Add(errand, Wrong.SaidWrong, "told uploaded, and Baloan does not have that file under that uuid");
            }
        }
    }

    private async Task CheckLoansAsync(CancellationToken cancellationToken)
    {
        await Until.TrueAsync(
            "Baloan has told of the present state of each loan, or given up",
            () =>
            {
                var told = baloan
                    .Loans.Callbacks.Where(callback => callback.Status == 200 || callback.Try == MostTries)
                    .Select(callback => (callback.Uuid, Normal(callback.State)))
                    .ToHashSet();
                return baloan.Loans.All.All(loan => told.Contains((loan.Uuid, LoanName(loan.State))));
            }
        );
        var callbacks = baloan.Loans.Callbacks;
        var errands = ledger.Errands.OfType<LoanErrand>().ToList();
        GivenUpByBaloan = callbacks.Count(callback => callback.Try == MostTries && callback.Status != 200);
        foreach (var loan in baloan.Loans.All)
        {
            var sent = callbacks.Where(callback => callback.Uuid == loan.Uuid).ToList();
            var errand = errands.FirstOrDefault(one => one.Uuid == loan.Uuid);
            await CheckLoanAsync(
                ErrandKind.Loan,
                loan.Uuid,
                errand,
                [.. sent.Where(callback => callback.Status == 200).Select(callback => Normal(callback.State))],
                loan.State == LoanState.Canceled ? [.. Ranks[..^1], "canceled"] : Ranks[..(Rank(LoanName(loan.State)) + 1)],
                cancellationToken
            );
        }

        foreach (var errand in ledger.Errands.OfType<CallbackErrand>())
        {
            await CheckLoanAsync(ErrandKind.Callback, errand.Loan, errand, [.. errand.Accepted], [.. Ranks, "canceled"], cancellationToken);
        }

        foreach (var errand in errands)
        {
            var booked = baloan.Loans.All.Where(loan => loan.NationalIdentifier == errand.Customer).ToList();
            if (booked.Count > 1)
            {
                ledger.Add(errand, Wrong.MovedTwice, $"opened {booked.Count} times");
            }

            if (booked.Any(loan => loan.OpenedAt < errand.DeniedAt))
            {
                ledger.Add(errand, Wrong.SaidWrong, "told that it was not opened, and it was");
            }

            if (errand.Uuid is { } uuid && booked.All(loan => loan.Uuid != uuid))
            {
                ledger.Add(errand, Wrong.SaidWrong, "told opened, and Baloan does not know it");
            }
        }
    }

    /// <param name="answered">The states that the app has answered with 200.</param>
    /// <param name="possible">All that it may have been told.</param>
    private async Task CheckLoanAsync(
        ErrandKind kind,
        Guid uuid,
        Errand? errand,
        IReadOnlyCollection<string> answered,
        IReadOnlyCollection<string> possible,
        CancellationToken cancellationToken
    )
    {
        void Found(Wrong what, string text)
        {
            errand?.Note($"!! {what}: {text}");
            ledger.Add(new Finding(kind, uuid.ToString(), what, text));
        }

        JsonObject? found = null;
        IReadOnlyList<Change> history = [];
        try
        {
            await Until.TrueAsync(
                $"all callbacks of {uuid} are recorded",
                async () =>
                {
                    found = await GetAsync($"api/loans/{uuid}", cancellationToken);
                    history = found?.History() ?? [];
                    return answered.All(state => history.Any(change => change.State == state));
                },
                Left
            );
        }
        catch (ShouldAssertException)
        {
            Found(
                Wrong.Lost,
                $"answered 200 to {string.Join(", ", answered)}; recorded are {string.Join(", ", history.Select(change => change.State))}"
            );
        }

        if (found is null)
        {
            if (errand is LoanErrand { AcceptedAt: not null } && !AlertRaised(uuid))
            {
                Found(Wrong.Lost, "it was opened, and GET says 404");
            }

            return;
        }

        loanChanges.UnionWith(history.Where(change => change.Note is null).Select(change => (uuid.ToString(), change.State)));
        var state = (string)found["state"]!;
        ends[uuid.ToString()] = state;
        if (history.Any(change => !possible.Contains(change.State)))
        {
            Found(Wrong.SaidWrong, "its history has what Baloan never said");
        }

        var finals = answered.Where(Final.Contains).ToList();
        var least = answered.Count == 0 ? 0 : answered.Max(Rank);
        if (finals.Count > 0 ? !finals.Contains(state) : !possible.Contains(state) || (!Final.Contains(state) && Rank(state) < least))
        {
            Found(Wrong.SaidWrong, $"it is {state} after {string.Join(", ", answered)}");
        }

        if (errand is LoanErrand { AcceptedAt: not null } && found["amount"] is null)
        {
            OpeningsNotRecorded++;
            if (!AlertRaised(uuid))
            {
                Found(Wrong.Lost, "its amount is not recorded, and no alert was raised");
            }
        }
    }

    private bool AlertRaised(Guid uuid) =>
        LogOf(uuid.ToString()).Any(line => line.Contains("was opened and could not be recorded.", StringComparison.Ordinal));

    private async Task CheckListsAsync(CancellationToken cancellationToken)
    {
        (ErrandKind Kind, string Address, string Id, string[] States)[] lists =
        [
            (
                ErrandKind.Settlement,
                "api/merchant/settlements?status=",
                "code",
                ["queued", "submitting", "verifying", "settled", "rejected", "failed", "needs_review"]
            ),
            (
                ErrandKind.Loan,
                "api/loans?state=",
                "uuid",
                ["created", "cheque_verified", "send_loan_to_bank", "loan_paid", "blocked", "canceled"]
            ),
        ];
        foreach (var list in lists)
        {
            var expected = ends.Where(end =>
                    list.States.Contains(end.Value) && Guid.TryParse(end.Key, out _) == (list.Kind == ErrandKind.Loan)
                )
                .ToList();
            ILookup<string, string> listed = null!;
            try
            {
                await Until.TrueAsync(
                    $"all of {list.Kind} are listed where they belong",
                    async () =>
                    {
                        listed = await ReadAsync(list.Address, list.Id, list.States, cancellationToken);
                        return expected.All(end => listed[end.Key].SequenceEqual([end.Value]))
                            && listed.All(entry => ends.ContainsKey(entry.Key));
                    },
                    Left
                );
            }
            catch (ShouldAssertException)
            {
                foreach (var (id, state) in expected.Where(end => !listed[end.Key].SequenceEqual([end.Value])))
                {
                    ledger.Add(
                        new Finding(
                            list.Kind,
                            id,
                            listed[id].Any() ? Wrong.SaidWrong : Wrong.Lost,
                            $"it is {state}, and listed as [{string.Join(", ", listed[id])}]"
                        )
                    );
                }

                foreach (var stray in listed.Where(entry => !ends.ContainsKey(entry.Key)))
                {
                    ledger.Add(
                        new Finding(
                            list.Kind,
                            stray.Key,
                            Wrong.SaidWrong,
                            $"nobody asked for it, and it is listed as {string.Join(", ", stray)}"
                        )
                    );
                }
            }
        }
    }

    private async Task<ILookup<string, string>> ReadAsync(string address, string id, string[] states, CancellationToken cancellationToken)
    {
        var listed = new List<(string Id, string State)>();
        foreach (var state in states)
        {
            for (var continuation = ""; ; )
            {
                var page = (await GetAsync($"{address}{state}&top=100{continuation}", cancellationToken))!;
                listed.AddRange(page["items"]!.AsArray().Select(item => ((string)item![id]!, state)));
                if ((string?)page["continuation"] is not { } next)
                {
                    break;
                }

                continuation = $"&continuation={Uri.EscapeDataString(next)}";
            }
        }

        return listed.ToLookup(entry => entry.Id, entry => entry.State);
    }

    /// <summary>The counters may be late; in the end they say what all else says.</summary>
    private async Task CheckStatsAsync(CancellationToken cancellationToken)
    {
        string[] outcomes = ["settled", "rejected", "failed"];
        string[] states = [.. Ranks, "blocked", "canceled"];
        var expected = string.Join(
            ", ",
            outcomes
                .Select(outcome => $"{outcome} {attemptEnds.Count(end => end == outcome)}")
                .Prepend($"accepted {attemptEnds.Count}")
                .Concat(states.Select(state => $"{state} {ends.Count(end => end.Value == state)}"))
        );
        var said = "";
        try
        {
            await Until.TrueAsync(
                "all is counted",
                async () =>
                {
                    var stats = (await GetAsync("api/stats?hours=168", cancellationToken))!;
                    int Of(string column) => stats["hours"]!.AsArray().Sum(hour => (int)hour!["settlements"]![column]!);
                    said = string.Join(
                        ", ",
                        outcomes
                            .Prepend("accepted")
                            .Select(column => $"{column} {Of(column)}")
                            .Concat(states.Select(state => $"{state} {stats["loans"]![state]}"))
                    );
                    return said == expected;
                },
                Left
            );
        }
        catch (ShouldAssertException)
        {
            ledger.Add(new Finding(ErrandKind.Settlement, "stats", Wrong.SaidWrong, $"counted are {said}, and there are {expected}"));
        }
    }

    private async Task CheckEventsAsync(CancellationToken cancellationToken)
    {
        List<(string Id, string Text)> Missing()
        {
            var settlements = Taken
                .Where(told => told.Type == "settlement")
                .Select(told => (told.Data.Text("code"), (int)told.Data["attempts"]!, told.Data.Text("status")))
                .ToHashSet();
            var loans = Taken
                .Where(told => told.Type == "loan_state")
                .Select(told => (told.Data.Text("uuid"), told.Data.Text("state")))
                .ToHashSet();
            return
            [
                .. settlementEnds
                    .Where(end => !settlements.Contains(end))
                    .Select(end => (end.Code, $"the subscriber was not told of attempt {end.Attempts}, {end.Status}")),
                .. loanChanges
                    .Where(change => !loans.Contains(change))
                    .Select(change => (change.Uuid, $"the subscriber was not told of {change.State}")),
            ];
        }

        try
        {
            await Until.TrueAsync("all events are told", () => Missing().Count == 0, Left);
        }
        catch (ShouldAssertException)
        {
            foreach (var (id, text) in Missing())
            {
                ledger.Add(new Finding(ErrandKind.Event, id, Wrong.Lost, text));
            }
        }

        foreach (var told in subscriber.Events)
        {
            if (told.Type == "settlement")
            {
                var (code, end) = (told.Data.Text("code"), (told.Data.Text("code"), (int)told.Data["attempts"]!, told.Data.Text("status")));
                var moved = baloan.Books.Settlements.Any(one => one.Code == code && one.At <= told.At);
                if (!settlementEnds.Contains(end) || (told.Data.Text("status") == "settled" && !moved))
                {
                    ledger.Add(new Finding(ErrandKind.Event, code, Wrong.SaidWrong, $"the subscriber was told {end}, which is not so"));
                }
            }
            else if (
                told.Data.Text("uuid") is var uuid
                && told.Data.Text("state") is var state
                && !loanChanges.Contains((uuid, state))
                // It may have come since.
                && (await GetAsync($"api/loans/{uuid}", cancellationToken))
                    ?.History()
                    .Any(change => change.State == state && change.Note is null) != true
            )
            {
                ledger.Add(
                    new Finding(
                        ErrandKind.Event,
                        told.Data.Text("uuid"),
                        Wrong.SaidWrong,
                        $"the subscriber was told {told.Data.Text("state")}, which is not in its history"
                    )
                );
            }
        }

        foreach (
            var same in subscriber
                .Events.GroupBy(told => told.Id)
                .Where(same => same.Select(told => told.Data.ToJsonString()).Distinct().Skip(1).Any())
        )
        {
            ledger.Add(
                new Finding(
                    ErrandKind.Event,
                    same.Key,
                    Wrong.SaidWrong,
                    $"one id, and different data: {string.Join(" / ", same.Select(told => told.Data.ToJsonString()).Distinct())}"
                )
            );
        }
    }

    /// <summary>The lines of the apps' logs that name something.</summary>
    public IReadOnlyList<string> LogOf(string name) =>
        [
            .. apps.SelectMany(app => Lines(app.LogPath).Where(line => line.Contains(name, StringComparison.Ordinal)))
                .Order(StringComparer.Ordinal),
        ];

    private static IEnumerable<string> Lines(string path)
    {
        using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (file.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private static string Normal(string state) => state is "canceld" ? "canceled" : state;

    private static string LoanName(LoanState state) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());

    private static int Rank(string state) => Array.IndexOf(Ranks, state);

    private async Task<int> CountAsync(string queue, CancellationToken cancellationToken)
    {
        try
        {
            return (await new QueueClient(storage.ConnectionString, queue).GetPropertiesAsync(cancellationToken))
                .Value
                .ApproximateMessagesCount;
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return 0;
        }
    }
}
