using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Baloan.Core.Calendar;
using Baloan.Core.Retention;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Functions.Functions;
using Baloan.Model.Tests.Storage;
using Baloan.Model.Tests.World;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Model.Tests.Settlements;

/// <summary>Shops that POST settlements, the queue, the sweep, Baloan, and what has to be true of it all.</summary>
internal sealed class SettlementWorld : World.World
{
    private const string Queue = "invoices";
    private const string Table = "Settlements";
    private const string IndexTable = "SettlementsByStatus";
    private const long Total = 500_000;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan NotAfter = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan VerifyAfter = TimeSpan.FromMinutes(5);
    private static readonly RetentionOptions Month = new(RetentionOptions.Least);
    private static readonly string[] Codes = ["T-1", "T-2", "T-3"];
    private static readonly string[] Customers = ["0910000017", "0910000025", "0910000033"];

    // Two settlements of the first customer, with the same total.
    private static readonly int[] CustomerOfCode = [0, 0, 1];

    // No sum of these is a total.
    private static readonly long[] Amounts = [7, 11, 13, -7, -17, 1009];
    private static readonly TimeSpan?[] Latenesses =
    [
        null,
        TimeSpan.Zero,
        TimeSpan.FromSeconds(3),
        TimeSpan.FromSeconds(60),
        TimeSpan.FromSeconds(200),
        VerifyAfter - TimeSpan.FromSeconds(2),
    ];

    private static readonly TimeSpan[] Lags = [TimeSpan.Zero, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(90)];

    private readonly bool withCoincidence;
    private readonly bool withOldCredit;
    private readonly HashSet<string> repeated = [];
    private readonly HashSet<(string Code, int Number)> erased = [];
    private bool hasErased;
    private readonly HashSet<string> newer = [];
    private bool isNewerWriting;
    private readonly Dictionary<string, DateTimeOffset> denied = [];
    private readonly List<Post> posts = [];
    private readonly Dictionary<(string Code, int Number), Attempt> attempts = [];
    private readonly Dictionary<string, Queue<Fate>> plans = [];
    private readonly Dictionary<string, List<(DateTimeOffset At, long Amount)>> spendings = Customers.ToDictionary(
        customer => customer,
        _ => new List<(DateTimeOffset, long)>()
    );
    private readonly Dictionary<Task, MemoryQueues.Message> deliveries = [];
    private readonly DateTimeOffset began;

    public SettlementWorld(bool withCoincidence = false, bool withOldCredit = false)
        : base(2)
    {
        (this.withCoincidence, this.withOldCredit) = (withCoincidence, withOldCredit);
        began = Clock.Now;
        Storage.Tables.Written = Written;
        Storage.Tables.Put(
            "Subscriptions",
            "subscription",
            "s1",
            """{"PartitionKey":"subscription","RowKey":"s1","CallbackUrl":"https://hook.logic.azure.com/","Events":"settlement","States":""}"""
        );
        Baloan.Moved = Moved;
        Baloan.MovedAgain = (customer, total) =>
        {
            Coverage.Count("moved twice by something in front of Baloan");
            spendings[customer].Add((Clock.Now, total));
        };
        Baloan.Confirmed = (operation, body) =>
        {
            if (operation == "settle-confirm")
            {
                posts.Single(post => post.Proof == BaloanBooks.ProofIn(body)).IsConfirmed = true;
            }
        };
        Baloan.Denied = (operation, body) =>
        {
            denied[BaloanBooks.CustomerIn(body)] = Clock.Now;
            if (operation == "settle-confirm" && posts.Single(post => post.Proof == BaloanBooks.ProofIn(body)) is { Moves: > 0 } refused)
            {
                Coverage.Count("duplicates of what had moved the money refused");
                repeated.Add(refused.Proof);
            }
        };
        Baloan.CreditBefore = code =>
            Rows.FirstOrDefault(row => row.Text("Code") == code)?.Text("CreditBefore") is { } credit
                ? long.Parse(credit, CultureInfo.InvariantCulture)
                : null;
        Baloan.Validated = otp =>
        {
            var post = posts.Single(post => post.Otp == otp);
            Require(++post.Validations == 1, $"The OTP of {post.Code} was sent for validation again after it had been used up.");
        };
    }

    private IEnumerable<MemoryTables.Row> Rows => Storage.Tables.Rows(Table).Where(row => row.RowKey == "settlement");

    protected override Fate FateOf(PendingCall call) =>
        call is BaloanCall baloan && plans.TryGetValue(baloan.Operation, out var planned) && planned.TryDequeue(out var fate)
            ? fate
            : base.FateOf(call);

    protected override void TakeOwn(Step step)
    {
        switch (step.Name)
        {
            case "post":
                Post(At(step.A), step.B % Codes.Length, step.C);
                break;
            case "deliver":
                var visible = Storage.Queues.Of(Queue).Where(message => message.VisibleAt <= Clock.Now).ToList();
                if (visible.Count > 0)
                {
                    Deliver(At(step.A), visible[step.B % visible.Count], twice: step.C == 1);
                }

                break;
            case "sweep":
                Sweep(At(step.A));
                break;
            case "plan" when Fates.IsFate(step.B):
                var operation = Operations[step.A % Operations.Length];
                plans.TryAdd(operation, []);
                plans[operation].Enqueue((Fate)step.B);
                break;
            case "spend":
                var customer = Customers[step.A % Customers.Length];
                var amount =
                    step.B < Amounts.Length ? Amounts[step.B]
                    : withCoincidence ? Total
                    : 0;
                Baloan.Spend(customer, amount);
                spendings[customer].Add((Clock.Now, amount));
                break;
            case "late":
                // What Baloan does late has to show in the credit within the time after which an unchanged one is taken for proof.
                Baloan.Lateness = Latenesses[step.A % (withOldCredit ? Latenesses.Length - 1 : Latenesses.Length)];
                break;
            case "lag":
                Baloan.Lag = withOldCredit ? Lags[step.A % Lags.Length] : TimeSpan.Zero;
                break;
            case "newer":
                MakeNewer(Codes[step.A % Codes.Length], byStatus: step.B % 2 == 1);
                break;
            case "older":
                MakeOlder(Codes[step.A % Codes.Length]);
                break;
            case "get":
                var code = Codes[step.B % Codes.Length];
                Start(
                    At(step.A),
                    $"GET {code}",
                    () =>
                        At(step.A)
                            .ServeAsync(
                                new DefaultHttpContext().Request,
                                request => At(step.A).Function<SettlementFunctions>().Get(request, code)
                            ),
                    _ => { }
                );
                break;
            case "withdraw":
                var withdrawn = Codes[step.B % Codes.Length];
                Start(
                    At(step.A),
                    $"DELETE {withdrawn}",
                    () =>
                        At(step.A)
                            .ServeAsync(
                                new DefaultHttpContext().Request,
                                request => At(step.A).Function<SettlementFunctions>().Withdraw(request, withdrawn)
                            ),
                    _ => { }
                );
                break;
            case "resolve":
                Resolve(At(step.A), Codes[step.B % Codes.Length]);
                break;
            case "age":
                // Longer than what ended lately is left alone, or than what is kept is whole.
                Advance(TimeSpan.FromDays(step.A));
                break;
            case "erase":
                hasErased = true;
                Start(
                    At(step.A),
                    $"erase customer {step.B}",
                    () => At(step.A).Get<CustomerEraser>().EraseAsync(new(Customers[step.B % Customers.Length], null), default),
                    _ => { }
                );
                break;
            case "retention":
                hasErased = true;
                Start(At(step.A), "retention", () => At(step.A).With<RetentionSweep>(Month).GoOnAsync(default), _ => { });
                break;
            case "plan":
                break;
            default:
                throw new ArgumentException(step.Name);
        }
    }

    private static new readonly string[] Operations = ["settle-confirm", "check-credit", "validate-credit-otp"];

    public static int OperationCount => Operations.Length;

    public static int AmountCount => Amounts.Length;

    public static int LatenessCount => Latenesses.Length;

    public static int LagCount => Lags.Length;

    protected override void FaultsOver()
    {
        plans.Clear();
        Baloan.Lag = TimeSpan.Zero;
    }

    // A message that a process holds is seen by others after a while, and is no longer its own to remove.
    protected override void StoodStill(Operation operation)
    {
        if (deliveries.TryGetValue(operation.Task, out var message) && message.VisibleAt == DateTimeOffset.MaxValue)
        {
            message.VisibleAt = Clock.Now + Lease;
        }
    }

    protected override void Died(Operation operation)
    {
        if (deliveries.Remove(operation.Task, out var message))
        {
            message.VisibleAt = Clock.Now + Lease;
        }
    }

    protected override bool TryDeliver(int turn)
    {
        if (Storage.Queues.Of(Queue).Find(message => message.VisibleAt <= Clock.Now) is not { } message)
        {
            return false;
        }

        Deliver(At(turn), message, twice: false);
        return true;
    }

    protected override DateTimeOffset? NextMessage() =>
        Storage.Queues.Of(Queue) is { Count: > 0 } messages ? messages.Min(message => message.VisibleAt) : null;

    protected override void Sweep(Instance instance) =>
        Start(instance, "sweep", () => instance.Function<VerifySettlementsFunction>().Run(new TimerInfo(), default), _ => { });

    protected override bool HasEnded() =>
        Storage.Queues.Of(Queue).Count == 0
        && attempts.Values.All(attempt => attempt.HasEnded || newer.Contains(attempt.Post.Code))
        && !Storage.Tables.Rows(IndexTable).Any(row => row.Text("Id") is { } id && !newer.Contains(id));

    protected override void Check()
    {
        Require(Alerts.Bugs.Count == 0, $"The app failed by itself: {Alerts.Bugs.FirstOrDefault()}");
        foreach (var post in posts)
        {
            CheckAnswer(post);
        }

        foreach (var attempt in attempts.Values.Where(attempt => !newer.Contains(attempt.Post.Code)))
        {
            CheckEnd(attempt);
        }

        EraseRest();
        CheckSecrets();
        CheckHolds();
        CheckLists();
        CheckEnds();
        CheckCounters();
        Coverage.Count("sequences");
    }

    /// <summary>Whatever died over it, the next erasure goes on, and then nothing is half erased.</summary>
    private void EraseRest()
    {
        if (!hasErased)
        {
            return;
        }

        // So that nothing is taken for what may be on its way.
        MoveTo(Clock.Now + SettlementList.UntilRow + TimeSpan.FromMinutes(1));
        foreach (var customer in Customers)
        {
            Ask(At(0).Get<CustomerEraser>().EraseAsync(new(customer, null), default));
        }

        // A lap may be begun, and one of the day before over.
        for (var sweeps = 0; sweeps < 2; sweeps++)
        {
            Ask(SweepAsync());
            MoveTo(Clock.Now + TimeSpan.FromDays(1));
        }

        foreach (var row in Storage.Tables.Rows(Table).Concat(Storage.Tables.Rows(IndexTable)))
        {
            if (
                row.Text("Code") is { } code
                && !newer.Contains(code)
                && (erased.Contains((code, row.Number("Attempts"))) || row.Text("ErasedAt") is not null)
            )
            {
                Require(
                    row.Text("ErasedAt") is not null
                        && row.Text("MaskedIdentifier") == ""
                        && row.Text("InvoiceBlob") == ""
                        && row.Text("CreditBefore") is null,
                    $"{row.PartitionKey} {row.RowKey} was erased and still tells of somebody."
                );
            }
        }

        Coverage.Count("attempts erased", erased.Count);

        async Task<bool> SweepAsync()
        {
            await At(0).With<RetentionSweep>(Month).GoOnAsync(default);
            return true;
        }
    }

    /// <summary>Whether a POST asks for what an attempt was; of an erased one, nobody knows the invoice any more.</summary>
    private bool IsSame(Attempt attempt, Content content) =>
        attempt.Post.Content == content
        || (
            erased.Contains((attempt.Post.Code, attempt.Number))
            && attempt.Post.Content == content with { Invoice = attempt.Post.Content.Invoice }
        );

    private void CheckCounters()
    {
        if (newer.Count > 0)
        {
            Coverage.Count("sequences with a row of a newer version");
            return;
        }

        if (Clock.Now - began > Counters.Span)
        {
            Coverage.Count("sequences too long for the counters");
            return;
        }

        var counters = new Counters(Storage);
        Require(
            counters.Of("accepted") == attempts.Count,
            $"{attempts.Count} attempts were accepted and {counters.Of("accepted")} counted."
        );
        foreach (var status in SettlementStatuses.Ended)
        {
            // One that was in review is counted where it ended.
            var those = attempts.Values.Where(attempt => attempt.Status == status.ToString()).ToList();
            var (ended, sum) = (those.Count, those.Sum(attempt => attempt.Post.Content.Total));
            Require(
                counters.Of(status.Name()) == ended,
                $"{ended} attempts ended as {status} and {counters.Of(status.Name())} were counted."
            );
            Require(
                counters.SumOf(SettlementCounters.SumColumn(status.Name())) == sum
                    && counters.SumOf(SettlementCounters.NumberColumn(status.Name())) == ended,
                $"Attempts of {sum} Toman ended as {status} and {counters.SumOf(SettlementCounters.SumColumn(status.Name()))} were counted."
            );
            Coverage.Count($"counted as {status.Name()}", ended);
        }

        Require(
            counters.SumOf(SettlementCounters.SumColumn("accepted")) == attempts.Values.Sum(attempt => attempt.Post.Content.Total),
            "The sum of what was accepted is another."
        );
        Require(
            Enum.GetValues<SettlementKnownBy>().Sum(by => counters.SumOf(SettlementCounters.KnownByColumn(by))) == counters.Of("settled"),
            "Not of each that is counted as settled is counted by whom it is known."
        );
        Require(counters.Timed == counters.Of("settled"), "Not each that is counted as settled has its time.");
        Require(!counters.AreBehind, "Something was announced that no loan is about.");
    }

    private void CheckAnswer(Post post)
    {
        Coverage.Count($"POST answered {(post.Answer is { } answer ? answer.ToString(CultureInfo.InvariantCulture) : "not at all")}");
        if (newer.Contains(post.Code))
        {
            return;
        }

        switch (post.Answer)
        {
            case 200 or 202:
                Require(
                    attempts.Values.Any(attempt => attempt.Post.Code == post.Code && IsSame(attempt, post.Content)),
                    $"{post.Code} was accepted and is not there."
                );
                break;
            case 409:
                Require(
                    attempts.Values.Any(attempt => attempt.Post.Code == post.Code && attempt.Post.Content != post.Content),
                    $"{post.Code} was refused as another one, and there is no other one."
                );
                break;
            case null or 503:
                break;
            default:
                throw new ModelException($"A POST of {post.Code} was answered {post.Answer}.");
        }
    }

    private void CheckEnd(Attempt attempt)
    {
        var row = Rows.Single(row => row.Text("Code") == attempt.Post.Code);
        var isLast = row.Number("Attempts") == attempt.Number;
        Coverage.Count($"attempt ended {attempt.Status}{(isLast && row.Text("Inferred") == "True" ? " (inferred)" : "")}");
        if (attempt.Number > 1)
        {
            Coverage.Count("attempts after the first");
        }

        if (attempt.IsDeceived)
        {
            Coverage.Count("attempts deceived by the coincidence");
            return;
        }

        if (attempt.IsDuplicateUnseen)
        {
            Coverage.Count("attempts whose refused duplicate the credit could not show");
            return;
        }

        var moved = attempt.Post.Moves > 0;
        Require(
            attempt.Status == "NeedsReview" || attempt.Status == "Settled" == moved,
            $"{attempt.Post.Code} ended as {attempt.Status}, and the money was{(moved ? "" : " not")} moved."
        );
        var told = Storage.Queues.Of("events").Select(message => JsonElement.Parse(message.Text).GetProperty("event").GetProperty("data"));
        Require(
            told.Any(data =>
                data.GetProperty("code").GetString() == attempt.Post.Code
                && data.GetProperty("attempts").GetInt32() == attempt.Number
                && data.GetProperty("status").GetString() == Enum.Parse<SettlementStatus>(attempt.Status).Name()
            ),
            $"Nobody was told that attempt {attempt.Number} of {attempt.Post.Code} ended as {attempt.Status}."
        );
    }

    private void CheckSecrets()
    {
        string[] secrets =
        [
            .. Customers,
            .. posts.Select(post => post.Proof),
            .. posts.Select(post => post.Otp).OfType<string>().Select(otp => $"\"{otp}\""),
        ];
        var kept = string.Concat(
            new[] { Table, IndexTable }
                .SelectMany(table => Storage.Tables.Rows(table))
                .Where(row => row.Text("Code") is not { } code || !newer.Contains(code))
                .Select(row => Encoding.UTF8.GetString(row.Json))
                .Concat(new[] { Queue, "events" }.SelectMany(Storage.Queues.Of).Select(message => message.Text))
        );
        Require(
            !Array.Exists(secrets, secret => kept.Contains(secret, StringComparison.Ordinal)),
            "An identity, an OTP or a token was not wiped."
        );
    }

    private void CheckHolds()
    {
        foreach (var hold in Storage.Tables.Rows(Table).Where(row => row.RowKey == "hold"))
        {
            Require(
                string.IsNullOrEmpty(hold.Text("Code"))
                    || newer.Contains(hold.Text("Code")!)
                    || (attempts.TryGetValue((hold.Text("Code")!, hold.Number("Attempt")), out var holder) && holder.HasEnded),
                "A customer is held by a settlement that is not under way."
            );
            Coverage.Count(
                string.IsNullOrEmpty(hold.Text("Code"))
                    ? "customers whose last credit is kept"
                    : "holds left behind by the dead, which hold nobody up"
            );
        }
    }

    private void CheckLists()
    {
        // What a newer version has written is its to file.
        var all = Rows.Select(row => row.Text("Code")!).Where(code => !newer.Contains(code)).Order().ToList();
        var finder = At(0).Get<SettlementFinder>();
        CheckCopies(Ask(finder.FindAsync(new(), 100, null, default)).Rows);
        var listed = Ask(finder.FindAsync(new(), 100, null, default))
            .Rows.Select(row => row.Code)
            .Where(code => !newer.Contains(code))
            .Order()
            .ToList();
        Require(listed.SequenceEqual(all), $"The list has {string.Join(", ", listed)} and should have {string.Join(", ", all)}.");
        foreach (var status in SettlementStatuses.Ended)
        {
            var some = Ask(finder.FindAsync(new() { Status = status }, 100, null, default))
                .Rows.Select(row => row.Code)
                .Where(code => !newer.Contains(code))
                .Order()
                .ToList();
            var should = Rows.Where(row => row.Text("Status") == status.ToString() && !newer.Contains(row.Text("Code")!))
                .Select(row => row.Text("Code")!)
                .Order()
                .ToList();
            CheckCopies(Ask(finder.FindAsync(new() { Status = status }, 100, null, default)).Rows);
            Require(
                some.SequenceEqual(should),
                $"The list of {status} has {string.Join(", ", some)} and should have {string.Join(", ", should)}."
            );
        }
    }

    private void CheckCopies(IEnumerable<Settlement> listed)
    {
        foreach (var copy in listed.Where(copy => !newer.Contains(copy.Code)))
        {
            var row = Rows.Single(row => row.Text("Code") == copy.Code);
            Require(
                row.Text("WriteId") == copy.WriteId && row.Text("Status") == copy.Status.ToString(),
                $"{copy.Code} is listed as {copy.Status}, which it is not any more: it is {row.Text("Status")}."
            );
        }
    }

    /// <summary>Each attempt stands once among the ends, as it ended, and each settlement under its customer.</summary>
    private void CheckEnds()
    {
        var (from, to) = (TehranDays.DayOf(began).AddDays(-1), TehranDays.DayOf(Clock.Now).AddDays(1));
        var books = At(0).Get<EndedSettlements>();
        static string Line(string code, int number, string status) => $"{code} {number} {status}";
        var told = Ask(books.ReadEndedAsync(from, to, default).ToListAsync().AsTask())
            .Where(end => !newer.Contains(end.Code))
            .Select(end => Line(end.Code, end.Attempts, end.Status.ToString()))
            .ToList();
        var ended = attempts
            .Values.Where(attempt => !newer.Contains(attempt.Post.Code))
            .Select(attempt => Line(attempt.Post.Code, attempt.Number, attempt.Status))
            .Order(StringComparer.Ordinal)
            .ToList();
        Require(
            told.Order(StringComparer.Ordinal).SequenceEqual(ended),
            $"The ends are {string.Join(", ", told)} and should be {string.Join(", ", ended)}."
        );
        // What a newer version has written is listed by that version's sweep.
        var own = Rows.Where(row => !newer.Contains(row.Text("Code")!)).ToList();
        var accepted = Ask(books.ReadAcceptedAsync(from, to, default).ToListAsync().AsTask())
            .Select(row => row.Code)
            .Where(code => !newer.Contains(code))
            .ToList();
        Require(
            accepted.Order().SequenceEqual(own.Select(row => row.Text("Code")!).Order()),
            $"Accepted are said to be {string.Join(", ", accepted)}."
        );
        foreach (
            var customer in own.Where(row => row.Text("CustomerHash") is not null && row.Text("ErasedAt") is null)
                .GroupBy(row => row.Text("CustomerHash")!)
        )
        {
            var found = Ask(At(0).Get<SettlementFinder>().FindAsync(new() { CustomerHash = customer.Key }, 100, null, default))
                .Rows.Select(row => row.Code)
                .Where(code => !newer.Contains(code));
            Require(
                found.Order().SequenceEqual(customer.Select(row => row.Text("Code")!).Order()),
                $"A customer has {string.Join(", ", found)}."
            );
        }
    }

    private void Post(Instance instance, int codeNumber, int variant)
    {
        var code = Codes[codeNumber];
        var change = variant % 4;
        var invoice = change == 3 ? "%PDF-1.7 another" : $"%PDF-1.7 invoice of {code}";
        var content = new Content(Customers[change == 2 ? 2 : CustomerOfCode[codeNumber]], change == 1 ? Total + 100_000 : Total, invoice);
        var number = posts.Count;
        var notAfter = (variant & 16) != 0 ? Clock.Now + NotAfter : (DateTimeOffset?)null;
        var otp = (variant & 4) != 0 ? (10_000 + number).ToString(CultureInfo.InvariantCulture) : null;
        var post = new Post(code, content, otp is null ? $"caller-{number}." : $"token-{otp}", otp);
        posts.Add(post);
        Task<IResult>? posting = null;
        Start(
            instance,
            $"POST {code} ({post.Proof})",
            () =>
                posting = instance.ServeAsync(
                    RequestOf(post, number, notAfter, asJson: (variant & 8) != 0),
                    instance.Function<SettlementFunctions>().Create
                ),
            _ =>
            {
                var told = Answer.Of(posting!.Result);
                post.Answer = told.Status;
                if (post.Answer is 200 or 202)
                {
                    using var answer = JsonDocument.Parse(told.Body);
                    var attempt = attempts.GetValueOrDefault((code, answer.RootElement.GetProperty("attempts").GetInt32()));
                    Require(attempt is not null && IsSame(attempt, content), $"{code} was accepted and is not there.");
                }
            }
        );
    }

    private HttpRequest RequestOf(Post post, int number, DateTimeOffset? notAfter, bool asJson)
    {
        var context = new DefaultHttpContext();
        var request = context.Request;
        request.Method = "POST";
        request.Scheme = "https";
        request.Host = new HostString("app.example");
        var data = $$"""{"code":"{{post.Code}}","bill":{"total":{{post.Content.Total}} } }""";
        var (proofName, proof) = post.Otp is null ? ("token", post.Proof) : ("otp", post.Otp);
        string body;
        if (asJson)
        {
            var blob = $"caller/{number}.pdf";
            Storage.Blobs.Put($"/invoices/{blob}", Encoding.UTF8.GetBytes(post.Content.Invoice));
            request.ContentType = "application/json";
            var limit = notAfter is { } at ? $",\"not_after\":\"{at:O}\"" : "";
            body =
                $$"""{"national_identifier":"{{post.Content.Customer}}","{{proofName}}":"{{proof}}","data":{{data}},"invoice_blob":"{{blob}}"{{limit}}}""";
        }
        else
        {
            request.ContentType = "multipart/form-data; boundary=b";
            var text = new StringBuilder();
            (string, string)[] fields = [("national_identifier", post.Content.Customer), (proofName, proof), ("data", data)];
            foreach (
                var (name, value) in notAfter is { } at
                    ? [.. fields, ("not_after", at.ToString("O", CultureInfo.InvariantCulture))]
                    : fields
            )
            {
                text.Append(CultureInfo.InvariantCulture, $"--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            }

            body = text.Append(
                    CultureInfo.InvariantCulture,
                    $"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"i.pdf\"\r\n\r\n{post.Content.Invoice}\r\n--b--\r\n"
                )
                .ToString();
        }

        request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        return request;
    }

    private void Deliver(Instance instance, MemoryQueues.Message message, bool twice)
    {
        Coverage.Count("deliveries");
        Task? running = null;
        message.VisibleAt = twice ? Clock.Now : DateTimeOffset.MaxValue;
        var receipt = ++message.Receipts;
        if (twice)
        {
            Coverage.Count("deliveries twice");
        }

        Start(
            instance,
            $"message {message.Id}",
            () => running = instance.Function<InvoiceFunction>().Run(message.Text, default),
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
                    queue.Remove(message);
                    Coverage.Count("messages poisoned");
                }
                else
                {
                    message.VisibleAt = Clock.Now + Lease;
                }
            }
        );
        deliveries[running!] = message;
    }

    /// <summary>A newer version of the app writes a row, which this one has to leave as it is.</summary>
    private void MakeNewer(string code, bool byStatus)
    {
        if (Rows.FirstOrDefault(row => row.Text("Code") == code) is not { } row || newer.Contains(code))
        {
            return;
        }

        Say($"a newer version writes {code}");
        var json = JsonNode.Parse(row.Json)!.AsObject();
        json[byStatus ? "Status" : "SchemaVersion"] = byStatus ? "Reserved" : 1_000;
        isNewerWriting = true;
        CarryOut(
            new StorageRequest(
                "table",
                "PUT",
                $"/{Table}(PartitionKey='{row.PartitionKey}',RowKey='{row.RowKey}')",
                new Dictionary<string, string>(),
                null,
                "application/json",
                Encoding.UTF8.GetBytes(json.ToJsonString())
            )
        );
        isNewerWriting = false;
        newer.Add(code);
    }

    /// <summary>
    /// A settlement becomes one of a version of the app that knew lists by outcome alone, as if that had done all so far.
    /// </summary>
    private void MakeOlder(string code)
    {
        if (
            base.Operations.Count > 0
            || newer.Contains(code)
            || Rows.FirstOrDefault(row => row.Text("Code") == code) is not { } row
            || row.Text("ListETag") is null
            || erased.Any(one => one.Code == code)
        )
        {
            return;
        }

        Say($"an older version has {code}");
        Coverage.Count("settlements of an older version");
        var index = Storage.Tables.Rows(IndexTable).Where(entry => (entry.Text("Code") ?? entry.Text("Id")) == code).ToList();
        isNewerWriting = true;
        index.ForEach(entry => CarryOutTable("DELETE", IndexTable, entry.PartitionKey, entry.RowKey, "*", ""));
        var hasEnded = row.Text("Status") is "Settled" or "Rejected" or "Failed" or "NeedsReview";
        var key = TableKeys.NewestFirst(row.Time("CreatedAt"), code);
        var json = JsonNode.Parse(row.Json)!.AsObject();
        json.Remove("ListETag");
        void Add(string partition) =>
            json["OpenETag"] = CarryOutTable(
                "PUT",
                IndexTable,
                partition,
                key,
                null,
                $$"""{"PartitionKey":"{{partition}}","RowKey":"{{key}}","Id":"{{code}}","WrittenAt@odata.type":"Edm.DateTime","WrittenAt":"{{Clock.Now.UtcDateTime:O}}"}"""
            );
        if (hasEnded)
        {
            Add(Enum.Parse<SettlementStatus>(row.Text("Status")!).Name());
        }

        if (!hasEnded || index.Exists(entry => entry.PartitionKey.StartsWith("open", StringComparison.Ordinal)))
        {
            Add("open");
        }

        CarryOutTable("PUT", Table, row.PartitionKey, row.RowKey, null, json.ToJsonString());
        isNewerWriting = false;
    }

    /// <summary>Changes a row as somebody outside of the app would.</summary>
    /// <returns>Its ETag; null where it is gone.</returns>
    private string? CarryOutTable(string method, string table, string partitionKey, string rowKey, string? ifMatch, string body) =>
        CarryOut(
                new StorageRequest(
                    "table",
                    method,
                    $"/{table}(PartitionKey='{partitionKey}',RowKey='{rowKey}')",
                    new Dictionary<string, string>(),
                    ifMatch,
                    "application/json",
                    Encoding.UTF8.GetBytes(body)
                )
            )
            .Header("ETag");

    private void Resolve(Instance instance, string code)
    {
        // A person asks Baloan, when all is quiet.
        var attempt = attempts.Values.Where(attempt => attempt.Post.Code == code).MaxBy(attempt => attempt.Number);
        if (attempt?.Status is not ("NeedsReview" or "Verifying") || !IsQuiet || newer.Contains(code))
        {
            return;
        }

        var context = new DefaultHttpContext();
        context.Request.ContentType = "application/json";
        context.Request.Body = new MemoryStream(
            Encoding.UTF8.GetBytes($$"""{"outcome":"{{(attempt.Post.Moves > 0 ? "settled" : "not_settled")}}","note":"asked"}""")
        );
        Start(
            instance,
            $"resolve {code}",
            () => instance.ServeAsync(context.Request, request => instance.Function<SettlementFunctions>().Resolve(request, code)),
            _ => { }
        );
    }

    private void Moved(string proof, string code, string customer, long total)
    {
        var post = posts.Single(post => post.Proof == proof);
        Coverage.Count("moved");
        Say($"money is moved for {code} ({proof})");
        Require(
            post.Code == code && post.Content.Customer == customer && post.Content.Total == total,
            "Something else was settled than was asked for."
        );
        Require(++post.Moves == 1, $"Money was moved twice for one attempt at {code}.");
        Require(!post.IsWithdrawn, $"{code} was moved after it had been withdrawn.");
        var attempt = attempts.Values.SingleOrDefault(attempt => attempt.Post == post);
        Require(attempt is not null, $"Money was moved for a POST of {code} that is no attempt.");
        if (
            posts.Exists(other =>
                (other.Code == code || other.Content.Customer == customer)
                && attempts.Values.Any(attempt => attempt.Post == other && (attempt.IsDeceived || attempt.IsDuplicateUnseen))
            )
        )
        {
            return;
        }

        Require(attempt!.Status is not ("Failed" or "Rejected"), $"{code} was moved after it was said to have ended as {attempt.Status}.");
        Require(posts.Where(other => other.Code == code).Sum(other => other.Moves) == 1, $"Money was moved twice for {code}.");
    }

    private void Written(string table, MemoryTables.Row row)
    {
        if (table != Table || row.RowKey != "settlement" || isNewerWriting)
        {
            return;
        }

        var (code, number, status) = (row.Text("Code")!, row.Number("Attempts"), row.Text("Status")!);
        Require(!newer.Contains(code), $"{code} was written by a newer version, and then by this one.");
        Say($"row {code} attempt {number}: {status} {row.Text("ErrorCode")}");
        if (!attempts.TryGetValue((code, number), out var attempt))
        {
            var post = posts.Single(post =>
                post.Code == code && (post.Otp ?? post.Proof) == (row.Text("Otp") ?? row.Text("TransactionToken"))
            );
            Require(
                number == 1 || attempts[(code, number - 1)].Status is "Rejected" or "Failed",
                $"A new attempt at {code} was let through before the last one had ended."
            );
            attempts[(code, number)] = new Attempt(post, number, Clock.Now);
            return;
        }

        Require(!attempts.ContainsKey((code, number + 1)), $"An old attempt at {code} was written over a new one.");
        if (row.Text("ErasedAt") is not null)
        {
            erased.Add((code, number));
        }

        var before = attempt.Status;
        attempt.Status = status;
        if (!attempt.HasEnded)
        {
            Require(
                before is not ("Settled" or "Rejected" or "Failed" or "NeedsReview") || row.Text("Note") is not null,
                $"{code} had ended as {before} and is {status} again."
            );
            return;
        }

        Require(
            before is not ("Settled" or "Rejected" or "Failed") || before == status,
            $"{code} had ended as {before} and is {status} now."
        );
        Require(
            row.Text("NationalIdentifier") is null && row.Text("Otp") is null && row.Text("TransactionToken") is null,
            $"{code} ended and was not wiped."
        );
        CheckTruth(attempt, isInferred: row.Text("Inferred") == "True", row);
    }

    /// <summary>What a row says at the moment in which it is said.</summary>
    private void CheckTruth(Attempt attempt, bool isInferred, MemoryTables.Row row)
    {
        var (post, moved) = (attempt.Post, attempt.Post.Moves > 0);
        var others = spendings[post.Content.Customer].Where(spending => spending.At >= attempt.Since).ToList();
        if (
            attempts.Values.Any(before =>
                before != attempt
                && before.IsDuplicateUnseen
                && (before.Post.Code == post.Code || before.Post.Content.Customer == post.Content.Customer)
            )
        )
        {
            // Its money, which nobody knows of, is in the credit by which this one goes.
            attempt.IsDuplicateUnseen = true;
            return;
        }

        switch (attempt.Status)
        {
            case "Settled" when !moved && withCoincidence && isInferred && others.Exists(spending => spending.Amount == post.Content.Total):
                attempt.IsDeceived = true;
                break;
            case "Settled":
                var knownBy =
                    row.Text("KnownBy")
                    ?? (
                        isInferred ? "Credit"
                        : row.Text("Note") is null ? "Baloan"
                        : "Person"
                    );
                Require(moved, $"{post.Code} is said to be settled (known by {knownBy}), and was not moved.");
                Require(
                    knownBy != "Baloan" || post.IsConfirmed,
                    $"{post.Code} is said to be settled by Baloan's word, which Baloan did not give."
                );
                Coverage.Count($"settled, known by {knownBy}");
                break;
            case "Rejected"
            or "Failed" when moved && repeated.Contains(post.Proof) && (others.Exists(spending => spending.Amount != 0) || withOldCredit):
                // Something in front sent it twice, Baloan refused the second, and the credit did not show the first by exactly the total.
                attempt.IsDuplicateUnseen = true;
                break;
            case "Rejected" or "Failed":
                Require(
                    attempt.Status == "Failed" || (denied.TryGetValue(post.Content.Customer, out var said) && said >= attempt.Since),
                    $"{post.Code} is said to have been refused by Baloan, which has refused nothing."
                );
                Require(!moved, $"{post.Code} is said to have ended as {attempt.Status}, and was moved.");
                Require(
                    !Calls.OfType<BaloanCall>().Any(call => call.Operation == "settle-confirm" && call.Carries(post.Proof)),
                    $"{post.Code} is said to have ended as {attempt.Status}, and is still on its way."
                );
                break;
            default:
                Require(
                    others.Count > 0
                        || posts.Exists(other =>
                            other != post && other.Content.Customer == post.Content.Customer && other.Moves > 0 && other.Code != post.Code
                        )
                        || withOldCredit
                        || Clock.Now - attempt.Since > TimeSpan.FromDays(1),
                    $"{post.Code} was put before a person, and nothing about it was unclear."
                );
                break;
        }

        if (attempt.Status == "Failed")
        {
            post.IsWithdrawn |= row.Text("ErrorCode") is "withdrawn" or "expired";
            Coverage.Count($"failed: {row.Text("ErrorCode")}");
        }
    }
}
