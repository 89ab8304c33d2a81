using System.Globalization;
using System.Text;
using System.Text.Json;
using Baloan.Core.Loans;
using Baloan.Core.Settlements;
using Baloan.Functions.Functions;
using Baloan.Model.Tests.Storage;
using Baloan.Model.Tests.World;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Model.Tests.Loans;

/// <summary>Baloan's callbacks, loans opened here, the queue, the sweep, and what has to be true of it all.</summary>
internal sealed class LoanWorld : World.World
{
    private const string Queue = "loans";
    private const string Table = "LoanStates";
    private const string IndexTable = "LoansByState";

    // Callbacks at one gate wait for each other in one instance; two instances do not.
    private const int InstanceCount = 4;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly string[] Loans = TwoLoans();
    private static readonly string[] Services = ["", "table", "queue"];

    private static readonly (string State, string? Reason)[] Kinds =
    [
        ("created", null),
        ("cheque_verified", null),
        ("send_loan_to_bank", null),
        ("loan_paid", null),
        ("blocked", "documents"),
        ("blocked", "bank"),
        ("canceld", "user"),
        ("cancelled", "user"),
        ("surprise", null),
    ];

    private readonly List<Callback> callbacks = [];
    private readonly HashSet<string> opened = [];
    private readonly Dictionary<string, Ledger> ledgers = Loans.ToDictionary(uuid => uuid, _ => new Ledger());
    private readonly Dictionary<Task, MemoryQueues.Message> deliveries = [];
    private readonly Dictionary<Task, string> busy = [];
    private readonly Dictionary<(string Uuid, string Row), int> times = [];
    private readonly DateTimeOffset began;

    public LoanWorld()
        : base(InstanceCount)
    {
        began = Clock.Now;
        Storage.Tables.Written = Written;
        Storage.Tables.Put(
            "Subscriptions",
            "subscription",
            "s1",
            """{"PartitionKey":"subscription","RowKey":"s1","CallbackUrl":"https://hook.logic.azure.com/","Events":"loan_state","States":""}"""
        );
    }

    public static int KindCount => Kinds.Length;

    public static int PlaceCount => InstanceCount;

    protected override void TakeOwn(Step step)
    {
        var uuid = Loans[step.B % Loans.Length];
        switch (step.Name)
        {
            case "callback":
                if (Free(step.A, uuid) is { } free)
                {
                    Call(free, uuid, Kinds[step.C % Kinds.Length]);
                }

                break;
            case "open":
                if (Free(step.A, uuid) is { } opener)
                {
                    _ = Track(
                        uuid,
                        "opening",
                        opener,
                        () =>
                            opener
                                .Get<LoanRecorder>()
                                .RecordAsync(new LoanOpening(uuid, 10_000_000, 12, 1, null, opener.Get<TimeProvider>().GetUtcNow())),
                        _ => Opened(uuid)
                    );
                }

                break;
            case "deliver":
                var visible = Storage.Queues.Of(Queue).Where(message => message.VisibleAt <= Clock.Now).ToList();
                if (visible.Count > 0)
                {
                    Deliver(step.A, visible[step.B % visible.Count], twice: step.C == 1);
                }

                break;
            case "sweep":
                Sweep(At(step.A));
                break;
            case "away":
                Away = Services[step.A % Services.Length];
                break;
            case "list":
                Start(At(step.A), "list", () => At(step.A).Get<LoanStore>().ListAsync(null, 10, null, default), _ => { });
                break;
            default:
                throw new ArgumentException(step.Name);
        }
    }

    protected override void FaultsOver() { }

    protected override void Died(Operation operation)
    {
        busy.Remove(operation.Task);
        if (deliveries.Remove(operation.Task, out var message))
        {
            message.VisibleAt = Clock.Now + Lease;
        }
    }

    protected override void StoodStill(Operation operation)
    {
        if (deliveries.TryGetValue(operation.Task, out var message) && message.VisibleAt == DateTimeOffset.MaxValue)
        {
            message.VisibleAt = Clock.Now + Lease;
        }
    }

    protected override bool TryDeliver(int turn) =>
        Storage.Queues.Of(Queue).Find(message => message.VisibleAt <= Clock.Now) is { } message && Deliver(turn, message, twice: false);

    protected override DateTimeOffset? NextMessage() =>
        Storage.Queues.Of(Queue) is { Count: > 0 } messages ? messages.Min(message => message.VisibleAt) : null;

    protected override void Sweep(Instance instance) =>
        Start(instance, "sweep", () => instance.Function<VerifySettlementsFunction>().Run(new TimerInfo(), default), _ => { });

    protected override bool HasEnded() =>
        Storage.Queues.Of(Queue).Count == 0
        && !Storage.Tables.Rows(IndexTable).Any(row => row.PartitionKey == "unannounced")
        && !new Counters(Storage).AreBehind;

    protected override void Check()
    {
        Require(Alerts.Bugs.Count == 0, $"The app failed by itself: {Alerts.Bugs.FirstOrDefault()}");
        foreach (var uuid in Loans)
        {
            CheckHistory(uuid);
            CheckEvents(uuid);
        }

        CheckCounters();
        CheckLists();
        Coverage.Count("sequences");
    }

    private void CheckCounters()
    {
        var counters = new Counters(Storage);
        var rows = Storage.Tables.Rows(Table).ToList();
        foreach (var state in LoanStates.All)
        {
            var there = rows.Count(row => row.RowKey == "loan" && row.Text("State") == state);
            Require(counters.Loans(state) == there, $"{there} loans are {state} and {counters.Loans(state)} are counted.");
        }

        if (Clock.Now - began <= Counters.Span)
        {
            var history = rows.Where(IsOfHistory).ToList();
            var (recorded, conflicts) = (history.Sum(row => row.Number("Times")), history.Count(row => row.Text("Note") == "conflict"));
            Require(counters.Of("callbacks") == recorded, $"{recorded} callbacks were recorded and {counters.Of("callbacks")} counted.");
            Require(
                counters.Of("conflicts") == conflicts,
                $"{conflicts} callbacks were conflicts and {counters.Of("conflicts")} were counted."
            );
            Coverage.Count("callbacks counted", recorded);
        }
    }

    /// <summary>
    /// Two loans whose callbacks never meet at a gate: what has waited at one goes on in a thread that no sequence rules.
    /// </summary>
    private static string[] TwoLoans()
    {
        var loans = Enumerable.Range(1, 9).Select(digit => Guid.Empty.ToString().Replace("0", $"{digit}", StringComparison.Ordinal));
        return [.. loans.DistinctBy(LoanStore.GateOf).Take(2)];
    }

    private static IEnumerable<MemoryTables.Row> HistoryIn(IEnumerable<MemoryTables.Row> rows, string uuid) =>
        rows.Where(row => row.PartitionKey == uuid && IsOfHistory(row));

    // Unknown states stand a second time, by their times.
    private static bool IsOfHistory(MemoryTables.Row row) =>
        row.RowKey != "loan" && !row.RowKey.StartsWith("recent-", StringComparison.Ordinal);

    private void CheckHistory(string uuid)
    {
        var history = HistoryIn(Storage.Tables.Rows(Table), uuid).ToList();
        foreach (var kind in callbacks.Where(callback => callback.Uuid == uuid).GroupBy(callback => (callback.State, callback.Reason)))
        {
            var answered = kind.Count(callback => callback.Answer == 200);
            var recorded = history
                .Where(row => row.Text("State") == kind.Key.State && row.Text("Reason") == kind.Key.Reason)
                .Sum(row => row.Number("Times"));
            Require(recorded >= answered, $"{answered} callbacks {kind.Key.State} were answered 200, and {recorded} are in the history.");
            Require(recorded <= kind.Count(), $"{kind.Count()} callbacks {kind.Key.State} came, and {recorded} are in the history.");
            foreach (var callback in kind)
            {
                Coverage.Count(
                    $"callback answered {(callback.Answer is { } answer ? answer.ToString(CultureInfo.InvariantCulture) : "not at all")}"
                );
                Require(callback.Answer is null or 200 or 503, $"A callback was answered {callback.Answer}.");
            }
        }

        var ids = history
            .SelectMany(row => row.Text("CountedIds")!.Split(' ', StringSplitOptions.RemoveEmptyEntries).Append(row.Text("CallbackId")!))
            .ToList();
        Require(ids.Distinct().Count() == ids.Count, "A callback is in the history twice.");
        Coverage.Count("loans opened here", opened.Contains(uuid) ? 1 : 0);
        if (Loan(uuid) is { } loan)
        {
            Require(!opened.Contains(uuid) || loan.Text("OpenedAt") is not null, "A loan that was opened here is not known as such.");
            Require(
                loan.Text("State") == ledgers[uuid].State,
                $"The state is {loan.Text("State")} and by the rules {ledgers[uuid].State}."
            );
            Coverage.Count($"loan is {loan.Text("State") ?? "of no known state"}");
        }
        else
        {
            Require(
                !opened.Contains(uuid) && callbacks.TrueForAll(callback => callback.Uuid != uuid || callback.Answer != 200),
                "A loan was lost."
            );
        }

        foreach (var row in history)
        {
            Coverage.Count($"history: {row.Text("Note") ?? "news"}");
            Coverage.Count("history: counted again", row.Number("Times") - 1);
            if (row.Text("Note") == "conflict")
            {
                Require(
                    Alerts.Lines.Any(line =>
                        line.Contains(uuid, StringComparison.Ordinal)
                        && line.Contains($"calls it {row.Text("State")}.", StringComparison.Ordinal)
                    ),
                    "A conflict raised no alert."
                );
            }
        }
    }

    private void CheckEvents(string uuid)
    {
        var history = HistoryIn(Storage.Tables.Rows(Table), uuid).ToList();
        var messages = Storage
            .Queues.Of("events")
            .Select(message => JsonElement.Parse(message.Text).GetProperty("event"))
            .Where(happened => happened.GetProperty("data").GetProperty("uuid").GetString() == uuid)
            .ToList();
        foreach (var row in history.Where(row => row.Text("Note") is null))
        {
            Require(
                messages.Exists(happened =>
                    happened.GetProperty("id").GetString() == row.Text("CallbackId")
                    && happened.GetProperty("change").GetProperty("key").GetString() == row.RowKey
                ),
                $"Nobody was told that a loan became {row.Text("State")}."
            );
        }

        var store = At(0).Get<LoanStore>();
        foreach (var happened in messages)
        {
            // What the delivery asks before it tells anybody.
            var (id, key) = (happened.GetProperty("id").GetString()!, happened.GetProperty("change").GetProperty("key").GetString()!);
            var isTold = Ask(store.HasChangeAsync(uuid, key, id, default));
            Coverage.Count(isTold ? "events delivered" : "events dropped: the change was never recorded");
            Require(
                isTold == history.Exists(row => row.RowKey == key && row.Text("CallbackId") == id && row.Text("Note") is null),
                "An event tells of a change that was not recorded, or keeps one back that was."
            );
        }
    }

    private void CheckLists()
    {
        var store = At(0).Get<LoanStore>();
        var rows = Loans.Select(Loan).OfType<MemoryTables.Row>().ToList();
        CheckList(Ask(store.ListAsync(null, 10, null, default)).Rows, rows, "all");
        foreach (var state in LoanStates.All)
        {
            CheckList(Ask(store.ListAsync(state, 10, null, default)).Rows, [.. rows.Where(row => row.Text("State") == state)], state);
        }

        // What is too much in the index goes away when somebody looks, after a while.
        Advance(TimeSpan.FromMinutes(11));
        foreach (var state in LoanStates.All)
        {
            Ask(store.ListAsync(state, 10, null, default));
        }

        Ask(store.ListAsync(null, 10, null, default));
        var entries = Storage.Tables.Rows(IndexTable).Count();
        Require(entries == rows.Count, $"The index has {entries} entries for {rows.Count} loans.");
    }

    private static void CheckList(IReadOnlyList<Loan> listed, List<MemoryTables.Row> rows, string what) =>
        Require(
            listed.Select(loan => loan.Uuid).Order().SequenceEqual(rows.Select(row => row.PartitionKey).Order()),
            $"The list of {what} has {listed.Count} loans and should have {rows.Count}."
        );

    private MemoryTables.Row? Loan(string uuid) =>
        Storage.Tables.Rows(Table).FirstOrDefault(row => row.PartitionKey == uuid && row.RowKey == "loan");

    /// <summary>An instance that is doing nothing with this loan: a second callback of it would only wait there for the first.</summary>
    private Instance? Free(int place, string uuid) =>
        Enumerable
            .Range(place, InstanceCount)
            .Select(At)
            .FirstOrDefault(instance =>
                !Operations.Any(operation => operation.Instance == instance && busy.GetValueOrDefault(operation.Task) == uuid)
            );

    private void Call(Instance instance, string uuid, (string State, string? Reason) kind)
    {
        var callback = new Callback(uuid, kind.State is "canceld" or "cancelled" ? "canceled" : kind.State, kind.Reason);
        callbacks.Add(callback);
        var context = new DefaultHttpContext();
        context.Request.ContentType = "application/json";
        var reason = kind.Reason is null ? "" : $",\"reason\":\"{kind.Reason}\"";
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes($"{{\"uuid\":\"{uuid}\",\"state\":\"{kind.State}\"{reason}}}"));
        Task<IResult>? calling = null;
        _ = Track(
            uuid,
            $"callback {kind.State}",
            instance,
            () => calling = instance.ServeAsync(context.Request, instance.Function<LoanStateCallbackFunction>().Run),
            _ => callback.Answer = Answer.Of(calling!.Result).Status
        );
    }

    private void Opened(string uuid)
    {
        // Where neither table nor queue answered, this cannot be helped: Baloan has opened it, and a person is told.
        if (
            Alerts.Lines.Any(line =>
                line.Contains(uuid, StringComparison.Ordinal)
                && line.Contains("was opened and could not be recorded", StringComparison.Ordinal)
            )
        )
        {
            Coverage.Count("openings of which a person was told");
        }
        else
        {
            opened.Add(uuid);
        }
    }

    private bool Deliver(int place, MemoryQueues.Message message, bool twice)
    {
        var work = LoanMessage.Parse(message.Text);
        var uuid = work.Callback?.Uuid ?? work.Opening!.Uuid;
        if (Free(place, uuid) is not { } instance)
        {
            return false;
        }

        Coverage.Count(twice ? "deliveries twice" : "deliveries");
        message.VisibleAt = twice ? Clock.Now : DateTimeOffset.MaxValue;
        var receipt = ++message.Receipts;
        var running = Track(
            uuid,
            $"message {message.Id}",
            instance,
            () => instance.Function<RecordLoansFunction>().Run(message.Text, default),
            task =>
            {
                deliveries.Remove(task);
                var queue = Storage.Queues.Of(Queue);
                if (message.Receipts != receipt)
                {
                    // Somebody else has it.
                }
                else if (task.IsCompletedSuccessfully)
                {
                    queue.Remove(message);
                }
                else if (++message.Tries == 5)
                {
                    // A person puts it back when the alarm has rung.
                    Coverage.Count("messages poisoned");
                    message.Tries = 0;
                    message.VisibleAt = Clock.Now + TimeSpan.FromHours(1);
                }
                else
                {
                    message.VisibleAt = Clock.Now + Lease;
                }
            }
        );
        deliveries[running] = message;
        return true;
    }

    private Task Track(string uuid, string name, Instance instance, Func<Task> work, Action<Task> ended)
    {
        Task? task = null;
        Start(
            instance,
            name,
            () => task = work(),
            done =>
            {
                busy.Remove(done);
                ended(done);
            }
        );
        busy[task!] = uuid;
        return task!;
    }

    private void Written(string table, MemoryTables.Row row)
    {
        if (table != Table || row.RowKey == "loan")
        {
            if (table == Table && row.Text("OpenedAt") is not null)
            {
                ledgers[row.PartitionKey].Open(row.Time("OpenedAt"));
            }

            return;
        }

        if (!IsOfHistory(row))
        {
            return;
        }

        // A row's first writing is the moment in which it was judged; all later ones count it.
        var key = (row.PartitionKey, row.RowKey);
        if (times.TryGetValue(key, out var before))
        {
            Require(row.Number("Times") == before + 1, "A callback was counted out of turn.");
            times[key] = row.Number("Times");
            return;
        }

        times[key] = 1;
        var ledger = ledgers[row.PartitionKey];
        var seen = row.RowKey.Length > "change-".Length + 32;
        var note = ledger.Judge(row.Text("State")!, row.Text("Reason"), row.Time("ReceivedAt"));
        Say(
            $"{row.PartitionKey[..4]} {row.Text("State")} is judged {row.Text("Note") ?? "news"}{(seen ? " again" : "")}; now "
                + $"{ledger.State}"
        );
        Require(
            row.Text("Note") == note,
            $"{row.Text("State")} was taken for {row.Text("Note") ?? "news"} and is by the rules {note ?? "news"}."
        );
    }
}
