using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Baloan.Benchmarks.Report;
using Baloan.Benchmarks.Surroundings;

namespace Baloan.Benchmarks.Rows;

/// <summary>Baloan's callbacks, each with a new state, against the least storage work that they need.</summary>
internal static class CallbackRow
{
    private const int Senders = 16;
    private const int Counts = 3;

    // It is counted after the answer.
    public static readonly TimeSpan Tail = TimeSpan.FromMilliseconds(500);

    public static readonly string[] States = ["created", "cheque_verified", "send_loan_to_bank", "loan_paid"];

    public static async Task<IReadOnlyList<Figure>> RunAsync(Stage stage, Rounds rounds, CancellationToken cancellationToken)
    {
        await using var app = await stage.StartAppAsync(probed: true, cancellationToken: cancellationToken);
        await using var floor = await stage.StartFloorAsync(cancellationToken);

        Task<Load> AppAsync(int senders, TimeSpan time)
        {
            var loans = new string[senders];
            return Load.RunAsync(
                senders,
                time,
                async (sender, turn) =>
                {
                    loans[sender] = turn % States.Length == 0 ? Guid.NewGuid().ToString() : loans[sender];
                    await SendAsync(app, loans[sender], States[turn % States.Length], cancellationToken);
                }
            );
        }

        async Task<double> FloorAsync(TimeSpan time)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"callbacks?atOnce={Senders}&seconds={time.TotalSeconds}");
            using var response = await floor.Http.PostAsync(path, null, cancellationToken);
            response.EnsureSuccessStatusCode();
            return double.Parse(await response.Content.ReadAsStringAsync(cancellationToken), CultureInfo.InvariantCulture);
        }

        rounds.Progress("callbacks: warming up");
        await AppAsync(Senders, rounds.Time * 2);
        await FloorAsync(rounds.Time);

        var samples = new Samples();
        await rounds.RunAsync(
            "callbacks",
            async _ =>
            {
                samples.Add("floor", await FloorAsync(rounds.Time));
                var (cpu, host) = (app.Cpu, app.HostCpu);
                var load = await AppAsync(Senders, rounds.Time);
                samples.Add("app", load.PerSecond);
                samples.Add("cpu", (app.Cpu - cpu).TotalMilliseconds / load.Count);
                samples.Add("host", (app.HostCpu - host).TotalMilliseconds / load.Count);
            }
        );

        // A loan from its first state to its last; the least of some times, since the sweep has calls of its own.
        var counts = new List<int>();
        for (var i = 0; i < Counts; i++)
        {
            counts.Add(
                (
                    await app.CountStorageCallsAsync(async () =>
                    {
                        var uuid = Guid.NewGuid().ToString();
                        foreach (var state in States)
                        {
                            await SendAsync(app, uuid, state, cancellationToken);
                            await Task.Delay(Tail, cancellationToken);
                        }
                    })
                ).Count
            );
        }

        var least = (
            await floor.CountStorageCallsAsync(async () =>
            {
                using var response = await floor.Http.PostAsync("loans", null, cancellationToken);
                response.EnsureSuccessStatusCode();
            })
        ).Count;
        return
        [
            new($"callbacks, {Senders} senders: a second", "floor", samples.Of("floor"), samples.Of("app"), Target.AtLeastTimes(0.85)),
            new("callbacks, a loan from its first state to its last: storage calls", "floor", least, counts.Min(), Target.AtMostTimes(1)),
            new($"callbacks, {Senders} senders: worker's CPU time each, ms", null, null, samples.Of("cpu")),
            new($"callbacks, {Senders} senders: host's CPU time each, ms", null, null, samples.Of("host")),
        ];
    }

    public static async Task SendAsync(Server app, string uuid, string state, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes($$"""{"uuid":"{{uuid}}","state":"{{state}}"}"""));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await app.Http.PostAsync("api/callbacks/loan-state", content, cancellationToken);
        response.EnsureSuccessStatusCode();
    }
}
