using System.Globalization;
using System.Text;
using System.Text.Json;
using Baloan.Core.Loans;
using Baloan.Core.Retention;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Functions.Functions;
using Baloan.Model.Tests.Storage;
using Baloan.Model.Tests.World;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Model.Tests.Loans;

/// <summary>Partners who open loans, with a key of their own or without, and what has to be true of it.</summary>
internal sealed class OpeningWorld : World.World
{
    private const string Queue = "loans";
    private const string Table = "LoanOpenings";
    private const int KeyCount = 2;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly RetentionOptions Month = new(RetentionOptions.Least);
    private static readonly string[] Services = ["", "table", "queue"];
    private static readonly TimeSpan?[] Latenesses = [null, TimeSpan.Zero, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(60)];

    private readonly List<Opening> posts = [];
    private readonly Dictionary<string, (string Customer, long Amount)> opened = [];
    private readonly Queue<Fate> plans = new();

    public OpeningWorld()
        : base(2) =>
        Baloan.Opened = (uuid, customer, amount) =>
        {
            Say($"{uuid} is opened for {customer}");
            Coverage.Count("opened");
            opened[uuid] = (customer, amount);
            var ofKey = posts.Where(post => post.Customer == customer).ToList();
            Require(
                opened.Values.Count(loan => loan.Customer == customer) == 1,
                "A loan was opened twice under one key, or for one request."
            );
            Require(ofKey.TrueForAll(post => !post.IsDenied), "A loan was opened of which it was said that it was not.");
        };

    public static int LatenessCount => Latenesses.Length;

    private IEnumerable<MemoryTables.Row> Rows => Storage.Tables.Rows(Table).Where(row => row.RowKey == "opening");

    protected override Fate FateOf(PendingCall call) =>
        call is BaloanCall { Operation: "loan" } && plans.TryDequeue(out var fate) ? fate : base.FateOf(call);

    protected override void TakeOwn(Step step)
    {
        switch (step.Name)
        {
            case "open":
                Open(At(step.A), step.B % (KeyCount + 1), step.C == 1);
                break;
            case "plan" when Fates.IsFate(step.B):
                plans.Enqueue((Fate)step.B);
                break;
            case "late":
                Baloan.Lateness = Latenesses[step.A % Latenesses.Length];
                break;
            case "away":
                Away = Services[step.A % Services.Length];
                break;
            case "sweep":
                Sweep(At(step.A));
                break;
            case "resolve":
                Resolve(At(step.A));
                break;
            case "paid":
                Pay(At(step.A));
                break;
            case "age":
                Advance(TimeSpan.FromDays(step.A));
                break;
            case "erase":
                Start(
                    At(step.A),
                    $"erase customer of key {step.B}",
                    () => At(step.A).Get<CustomerEraser>().EraseAsync(new(CustomerOf(step.B % KeyCount), null), default),
                    _ => { }
                );
                break;
            case "retention":
                Start(At(step.A), "retention", () => At(step.A).With<RetentionSweep>(Month).GoOnAsync(default), _ => { });
                break;
            case "plan":
                break;
            default:
                throw new ArgumentException(step.Name);
        }
    }

    protected override void FaultsOver() => plans.Clear();

    protected override void Died(Operation operation) { }

    protected override bool TryDeliver(int turn)
    {
        if (Storage.Queues.Of(Queue).Find(message => message.VisibleAt <= Clock.Now) is not { } message)
        {
            return false;
        }

        message.VisibleAt = DateTimeOffset.MaxValue;
        var instance = At(turn);
        Start(
            instance,
            $"message {message.Id}",
            () => instance.Function<RecordLoansFunction>().Run(message.Text, default),
            task =>
            {
                if (task.IsCompletedSuccessfully)
                {
                    Storage.Queues.Of(Queue).Remove(message);
                }
                else
                {
                    message.VisibleAt = Clock.Now + Lease;
                }
            }
        );
        return true;
    }

    protected override DateTimeOffset? NextMessage() =>
        Storage.Queues.Of(Queue) is { Count: > 0 } messages ? messages.Min(message => message.VisibleAt) : null;

    protected override void Sweep(Instance instance) =>
        Start(instance, "sweep", () => instance.Function<VerifySettlementsFunction>().Run(new TimerInfo(), default), _ => { });

    protected override bool HasEnded() =>
        Storage.Queues.Of(Queue).Count == 0
        && Rows.All(row =>
            row.Text("Status") switch
            {
                "Sending" => false,
                "Opened" => !IsListed(row),
                _ => true,
            }
        );

    protected override void Check()
    {
        Require(Alerts.Bugs.Count == 0, $"The app failed by itself: {Alerts.Bugs.FirstOrDefault()}");
        foreach (var row in Rows)
        {
            Coverage.Count("openings erased", row.Text("ErasedAt") is null ? 0 : 1);
            Coverage.Count(
                $"opening is {row.Text("Status")}{(row.Text("ResolvedAs") is { } resolved ? $", a person said {resolved}" : "")}"
            );
            if (row.Text("Status") == "Unknown")
            {
                Require(
                    Alerts.Lines.Any(line => line.Contains(row.PartitionKey, StringComparison.Ordinal)),
                    "An opening is unknown, and no alert was raised."
                );
            }
        }

        var listed = Ask(At(0).Get<LoanOpeningStore>().ListAsync(100, null, default)).Rows.Select(row => row.Id).Order().ToList();
        var unknown = Rows.Where(row => row.Text("Status") == "Unknown").Select(row => row.PartitionKey).Order().ToList();
        Require(listed.SequenceEqual(unknown), $"{listed.Count} openings are listed as unknown, and {unknown.Count} are.");
        foreach (var (uuid, (customer, amount)) in opened)
        {
            var row = Rows.FirstOrDefault(row => Amount(row) == amount);
            Require(
                row is not null && (row.Text("Status") == "Unknown" || (row.Text("Status") == "Opened" && row.Text("Uuid") == uuid)),
                $"{uuid} was opened, and its opening is {row?.Text("Status") ?? "not written down"}."
            );
        }

        foreach (var row in Rows.Where(row => row.Text("Status") == "Opened"))
        {
            var recorded = Storage
                .Tables.Rows("LoanStates")
                .Where(loan => loan.PartitionKey == row.Text("Uuid"))
                .Select(loan => loan.Text("Amount"))
                .ToList();
            Require(recorded.Contains(row.Text("Amount")), "A loan was opened, and its amount is not recorded.");
            Require(
                opened.TryGetValue(row.Text("Uuid")!, out var loan) && loan.Amount == Amount(row),
                "An opening is said to be a loan that it is not."
            );
        }

        Coverage.Count("sequences");
    }

    private bool IsListed(MemoryTables.Row opening) =>
        Storage.Tables.Rows(Table).Any(row => row.PartitionKey == StatusIndex.Open && row.Text("Id") == opening.PartitionKey);

    private static string CustomerOf(int keyNumber) => $"08{keyNumber:D8}";

    private static long Amount(MemoryTables.Row row) => long.Parse(row.Text("Amount")!, CultureInfo.InvariantCulture);

    private void Open(Instance instance, int keyNumber, bool isOther)
    {
        var key = keyNumber < KeyCount ? $"key-{keyNumber}" : null;
        var number = posts.Count;
        // What is asked for under one key has the one customer; without a key, each request has its own. Each request has its own amount.
        var customer = key is null ? $"09{number:D8}" : CustomerOf(keyNumber);
        var amount = key is null ? 20_000_000 + number : 10_000_000 + keyNumber + (isOther ? 100 : 0);
        var post = new Opening(key, customer, amount);
        posts.Add(post);
        Task<IResult>? opening = null;
        Start(
            instance,
            $"POST loan {key ?? "without a key"} ({amount})",
            () => opening = instance.ServeAsync(RequestOf(post), instance.Function<LoanFunctions>().Open),
            _ => CheckAnswer(post, Answer.Of(opening!.Result))
        );
    }

    private static HttpRequest RequestOf(Opening post)
    {
        var request = new DefaultHttpContext().Request;
        request.Method = "POST";
        request.Scheme = "https";
        request.Host = new HostString("app.example");
        request.ContentType = "application/json";
        if (post.Key is not null)
        {
            request.Headers["Idempotency-Key"] = post.Key;
        }

        request.Body = new MemoryStream(
            Encoding.UTF8.GetBytes(
                $$"""{"phone_number":"09121234567","national_identifier":"{{post.Customer}}","birth_date":"1990-01-01","amount":{{post.Amount}},"loan_due":12,"store":1}"""
            )
        );
        return request;
    }

    private void CheckAnswer(Opening post, Answer answer)
    {
        using var json = JsonDocument.Parse(answer.Body);
        var code = answer.Status == 201 ? "" : json.RootElement.GetProperty("code").GetString()!;
        Coverage.Count($"POST answered {answer.Status} {code}");
        Say($"POST loan {post.Key} ({post.Amount}) is answered {answer.Status} {code}");
        switch (answer.Status)
        {
            case 201:
                var uuid = json.RootElement.GetProperty("uuid").GetString()!;
                Require(
                    opened.GetValueOrDefault(uuid) == (post.Customer, post.Amount),
                    "A loan was said to be opened that is not, or is another."
                );
                break;
            case 409:
                Require(
                    posts.Exists(other => other.Key == post.Key && other.Amount != post.Amount),
                    "A key was said to be another request's, and is not."
                );
                break;
            case 422 or 429 or 502:
            case 503 when code is not ("storage_unavailable" or "key_vault_unavailable"):
                // Said of this request: nothing is open, and nothing is on its way. A later one under the same key may open it.
                Require(opened.Values.All(loan => loan.Customer != post.Customer), $"{answer.Status} {code}, and it was opened.");
                Require(
                    !Calls.OfType<BaloanCall>().Any(call => call.HasArrived && call.Carries(post.Customer))
                        || posts.Exists(other => other != post && other.Customer == post.Customer),
                    $"{answer.Status} {code}, and it is still on its way."
                );
                post.IsDenied = post.Key is null;
                break;
            case 503 or 504:
                break;
            default:
                throw new ModelException($"A POST of a loan was answered {answer.Status}.");
        }
    }

    /// <summary>A loan that is recorded comes to its end.</summary>
    private void Pay(Instance instance)
    {
        if (Rows.FirstOrDefault(row => row.Text("Status") == "Opened") is not { } row)
        {
            return;
        }

        var request = new DefaultHttpContext().Request;
        request.ContentType = "application/json";
        request.Body = new MemoryStream(Encoding.UTF8.GetBytes($$"""{"uuid":"{{row.Text("Uuid")}}","state":"loan_paid"}"""));
        Start(
            instance,
            $"callback loan_paid {row.Text("Uuid")}",
            () => instance.ServeAsync(request, instance.Function<LoanStateCallbackFunction>().Run),
            _ => { }
        );
    }

    /// <summary>A person asks Baloan, when all is quiet, about one of those that are listed.</summary>
    private void Resolve(Instance instance)
    {
        if (!IsQuiet || Operations.Count > 0 || Rows.FirstOrDefault(row => row.Text("Status") == "Unknown") is not { } row)
        {
            return;
        }

        var loan = opened.FirstOrDefault(loan => loan.Value.Amount == Amount(row)).Key;
        var context = new DefaultHttpContext();
        context.Request.ContentType = "application/json";
        context.Request.Body = new MemoryStream(
            Encoding.UTF8.GetBytes(
                loan is null ? """{"outcome":"not_opened","note":"asked"}""" : $$"""{"outcome":"opened","uuid":"{{loan}}","note":"asked"}"""
            )
        );
        Start(
            instance,
            $"resolve {row.PartitionKey}",
            () =>
                instance.ServeAsync(
                    context.Request,
                    request => instance.Function<LoanOpeningFunctions>().Resolve(request, row.PartitionKey)
                ),
            _ => { }
        );
    }

    /// <summary>One POST of a partner.</summary>
    private sealed record Opening(string? Key, string Customer, long Amount)
    {
        public bool IsDenied { get; set; }
    }
}
