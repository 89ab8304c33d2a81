using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Functions.Tests.Telemetry;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Costs;

/// <summary>The running app, at the log levels of the shipped <c>host.json</c>, with a count of all that it asks of others.</summary>
internal sealed partial class CostFixture : IAsyncDisposable
{
    /// <summary>
    /// Each thing is done so often, and costs the same each time but for one at the most, into which a sweep's last calls came.
    /// </summary>
    private const int Times = 3;

    // What the sweep looks through, and nothing else that is counted, with how many ranges it reads of each. At the last one every fifth
    // sweep looks that the clock brings; one that a test asks for is none of these.
    private static readonly (string Table, int Ranges)[] Swept =
    [
        ("SettlementsByStatus", 1),
        ("UploadsByStatus", 1),
        ("LoansByState", 1),
        ("LoanOpenings", 1),
        ("Stats", 0),
    ];

    private static readonly string[] Timers = ["VerifySettlements", "RefreshTokens"];

    private readonly List<Sample> samples = [];

    private CostFixture(BaloanServer baloan, StorageProxy storage, OtlpReceiver otlp, RunningApp app) =>
        (Baloan, Storage, Otlp, App, Api) = (baloan, storage, otlp, app, app.NewClient());

    public BaloanServer Baloan { get; }

    public StorageProxy Storage { get; }

    public RunningApp App { get; }

    public ApiClient Api { get; }

    private OtlpReceiver Otlp { get; }

    public static async Task<CostFixture> StartAsync(StorageAccounts storage, string version)
    {
        var baloan = await BaloanServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        baloan.Loans.Step = Timeout.InfiniteTimeSpan;
        var proxy = await StorageProxy.StartAsync(storage);
        var otlp = await OtlpReceiver.StartAsync();
        var app = await RunningApp.StartAsync(
            baloan,
            proxy.ConnectionString,
            version,
            [
                new("Settlements__VerifyAfter", "00:05:00"),
                new("AzureFunctionsJobHost__logging__logLevel__default", null),
                // What finds no message is not counted, and the test need not wait for it.
                new("AzureFunctionsJobHost__extensions__queues__maxPollingInterval", "00:00:00.1"),
                new("OTEL_EXPORTER_OTLP_ENDPOINT", otlp.Address.ToString()),
                new("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ]
        );
        return new CostFixture(baloan, proxy, otlp, app);
    }

    /// <summary>Counts what is done until <paramref name="work"/> ends, which has to wait for all that it sets going.</summary>
    /// <param name="what">What it is called in docs/costs.md.</param>
    /// <param name="work">Does it once. Is given the calls to storage so far.</param>
    /// <param name="times">How often.</param>
    public async Task CountAsync(string what, Func<Func<IReadOnlyList<string>>, Task> work, int times = Times)
    {
        for (var counted = 0; counted < times; )
        {
            // A sweep that came between may have told of the one before once more.
            await Until.TrueAsync(() =>
                Storage.Calls.Count(call => call == "queue POST events/messages")
                == Storage.Calls.Count(call => call == "queue DELETE events/messages/(id)")
            );
            var (calls, handedOut, vault, books) = (
                Storage.Calls.Count,
                Storage.HandedOut,
                App.Vault.RequestCount,
                Baloan.Books.Snapshot()
            );
            var began = Now();
            await work(() => [.. Storage.Calls.Skip(calls).Where(call => !OfTheHost(call))]);
            var (ended, after) = (Now(), Baloan.Books.Snapshot());
            var made = Storage.Calls.Skip(calls).Where(call => !OfTheHost(call)).ToList();

            // The sweep comes on the minute, and has calls of its own: it may begin before what is counted here, or end after it.
            if (
                Array.Exists(
                    Swept,
                    swept => made.Count(call => call == $"table GET {swept.Table}()") != (what == CostTests.Sweep ? swept.Ranges : 0)
                )
            )
            {
                continue;
            }

            int Made(string service, params string[] methods) =>
                made.Count(call =>
                    !call.StartsWith(StorageProxy.Transaction, StringComparison.Ordinal)
                    && Array.Exists(methods, method => call.StartsWith($"{service} {method} ", StringComparison.Ordinal))
                );
            var cost = new Cost(
                Executions: 0,
                BlobWrites: Made("blob", "PUT"),
                BlobReads: Made("blob", "GET", "HEAD"),
                Queue: Made("queue", "POST", "PUT", "DELETE") + Storage.HandedOut - handedOut,
                TableWrites: Made("table", "POST", "PUT", "MERGE", "PATCH"),
                TableTransactions: made.Count(call => call.StartsWith(StorageProxy.Transaction, StringComparison.Ordinal)),
                TableDeletes: Made("table", "DELETE"),
                RowReads: made.Count(call =>
                    call.StartsWith("table GET ", StringComparison.Ordinal) && call.EndsWith("(key)", StringComparison.Ordinal)
                ),
                RangeReads: made.Count(call =>
                    call.StartsWith("table GET ", StringComparison.Ordinal) && call.EndsWith("()", StringComparison.Ordinal)
                ),
                Vault: App.Vault.RequestCount - vault,
                Tokens: after.TokensIssued - books.TokensIssued,
                Baloan: CallsIn(after) - CallsIn(books)
            );
            made.Count.ShouldBe(
                cost.BlobWrites
                    + cost.BlobReads
                    + cost.Queue
                    - (Storage.HandedOut - handedOut)
                    + cost.TableWrites
                    + cost.TableTransactions
                    + cost.TableDeletes
                    + cost.RowReads
                    + cost.RangeReads,
                string.Join('\n', made)
            );
            samples.Add(new Sample(what, began, ended, cost));
            counted++;
        }
    }

    /// <summary>Runs a timer's function, and waits until it is done.</summary>
    public async Task RunTimerAsync(string name)
    {
        int Runs() => App.App.LogLines.Count(line => line.Contains($"{name} succeeded", StringComparison.Ordinal));
        var before = Runs();
        using var admin = App.NewClient(RunningApps.AdminKey);
        (await admin.PostAsync($"admin/functions/{name}", new JsonObject { ["input"] = "" })).Status.ShouldBe(202);
        await Until.TrueAsync(() => Runs() > before);
    }

    /// <summary>Ends the app, and tells what each thing cost.</summary>
    public async Task<IReadOnlyDictionary<string, (Cost Cost, Telemetry Telemetry)>> EndAsync()
    {
        // Which sends what was not sent yet. The log lines go to the host.
        await App.App.StopAsync();
        var (spans, lines) = (
            Otlp.Spans,
            App.App.LogLines.Select(text => HostLine().Match(text)).Where(line => line.Success).Select(Read).ToList()
        );
        var costs = new Dictionary<string, (Cost, Telemetry)>();
        foreach (var group in samples.GroupBy(sample => sample.What))
        {
            var counted = group
                .Select(sample =>
                {
                    bool OfAnother(string text) =>
                        Array.Exists(
                            Timers,
                            timer =>
                                text.StartsWith(timer, StringComparison.Ordinal)
                                && sample.What is not (CostTests.Sweep or CostTests.Refresh)
                        );
                    var own = spans
                        .Where(span =>
                            sample.Covers(span.Start)
                            && !OfAnother(span.Name)
                            && !span.Name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
                        )
                        .ToList();
                    var said = lines.Where(line => sample.Covers(line.At) && !OfAnother(line.Text)).Select(line => line.Text).ToList();
                    var executions = own.Count(span => span.Tags.ContainsKey("faas.name") || span.Tags.ContainsKey("faas.invocation_id"));
                    return (
                        Cost: sample.Cost with
                        {
                            Executions = executions,
                        },
                        Telemetry: new Telemetry(said.Count, said.Sum(Encoding.UTF8.GetByteCount), own.Count)
                    );
                })
                .ToList();

            // No more with what is there already: then all would differ.
            var same = counted.GroupBy(one => (one.Cost, one.Telemetry.Spans)).MaxBy(equal => equal.Count())!.ToList();
            same.Count.ShouldBeGreaterThanOrEqualTo(Math.Max(1, counted.Count - 1), $"{group.Key}: {string.Join(", ", counted)}");
            var usual = same.GroupBy(one => one.Telemetry.Lines).MaxBy(equal => equal.Count())!.ToList();
            costs.Add(group.Key, (usual[0].Cost, usual[0].Telemetry with { Bytes = (int)usual.Average(one => one.Telemetry.Bytes) }));
        }

        return costs;
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await App.DisposeAsync();
        await Otlp.DisposeAsync();
        await Storage.DisposeAsync();
        await Baloan.DisposeAsync();
    }

    private static int CallsIn(BooksSnapshot books) =>
        books.Calls.Where(calls => calls.Key is not (Operation.Token or Operation.PartnershipToken)).Sum(calls => calls.Value);

    // OTLP's: nanoseconds since 1970.
    private static ulong Now() => (ulong)(DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;

    /// <summary>Asking the queues for work, which is counted where there was any, and the timers' locks and schedules.</summary>
    public static bool OfTheHost(string call) =>
        (call.StartsWith("queue GET ", StringComparison.Ordinal) && call.EndsWith("/messages", StringComparison.Ordinal))
        || call.Contains("azure-webjobs", StringComparison.Ordinal);

    // The host writes milliseconds; what began in one was not written before it.
    private static (ulong At, string Text) Read(Match line) =>
        (
            (ulong)
                (
                    DateTime.Parse(line.Groups["at"].ValueSpan, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal)
                    - DateTime.UnixEpoch
                ).Ticks * 100
                + 999_999,
            line.Groups["text"].Value
        );

    [GeneratedRegex(@"^(?<at>\d{4}-\S+Z) \w+: \S+\[-?\d+\] (?<text>.*)$")]
    private static partial Regex HostLine();

    private sealed record Sample(string What, ulong Began, ulong Ended, Cost Cost)
    {
        public bool Covers(ulong moment) => moment >= Began && moment < Ended;
    }
}
