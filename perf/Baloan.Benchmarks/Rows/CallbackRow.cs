using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Baloan.Benchmarks.Report;
using Baloan.Benchmarks.Surroundings;

namespace Baloan.Benchmarks.Rows;

/// <summary>Baloan's callbacks, each with a new state, against bare writes to a table.</summary>
internal static class CallbackRow
{
    private const int Senders = 16;

    // It is counted after the answer.
    private static readonly TimeSpan Tail = TimeSpan.FromSeconds(1);

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

        async Task<double> FloorAsync(TimeSpan time, string each)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"writes?atOnce={Senders}&seconds={time.TotalSeconds}&each={each}");
            using var response = await floor.Http.PostAsync(path, null, cancellationToken);
            response.EnsureSuccessStatusCode();
            return double.Parse(await response.Content.ReadAsStringAsync(cancellationToken), CultureInfo.InvariantCulture);
        }

        rounds.Progress("callbacks: warming up");
        await AppAsync(Senders, rounds.Time * 2);

        // A loan from its first state to its last.
        var calls = new List<int>();
        var uuid = Guid.NewGuid().ToString();
        foreach (var state in States)
        {
            calls.Add(
                (
                    await app.CountStorageCallsAsync(async () =>
                    {
                        await SendAsync(app, uuid, state, cancellationToken);
                        await Task.Delay(Tail, cancellationToken);
                    })
                ).Count(call => !call.Contains("ByStatus()", StringComparison.Ordinal))
            );
        }

        var each = string.Join(',', calls);
        await FloorAsync(rounds.Time, each);

        var samples = new Samples();
        await rounds.RunAsync(
            "callbacks",
            async _ =>
            {
                samples.Add("one", await FloorAsync(rounds.Time, "1"));
                var cpu = app.Cpu;
                var load = await AppAsync(Senders, rounds.Time);
                samples.Add("app", load.PerSecond);
                samples.Add("cpu", (app.Cpu - cpu).TotalMilliseconds / load.Count);
                samples.Add("as many", await FloorAsync(rounds.Time, each));
            }
        );
        return
        [
            new(
                $"callbacks, {Senders} senders: a second",
                "one bare table write each",
                samples.Of("one"),
                samples.Of("app"),
                Target.AtLeastTimes(0.8)
            ),
            new(
                $"callbacks, {Senders} senders: a second",
                $"as many bare table writes each as storage calls ({each})",
                samples.Of("as many"),
                samples.Of("app"),
                Target.AtLeastTimes(0.8)
            ),
            new($"callbacks, {Senders} senders: CPU time each, ms", null, null, samples.Of("cpu")),
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
