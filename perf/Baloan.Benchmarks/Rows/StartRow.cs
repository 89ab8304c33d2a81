using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Baloan.Benchmarks.Report;
using Baloan.Benchmarks.Surroundings;

namespace Baloan.Benchmarks.Rows;

/// <summary>
/// From the start of the process to the first answer. Storage and the vault have what an earlier instance has left there.
/// </summary>
internal static class StartRow
{
    // A start is short, and the least even of all figures.
    private const int StartsEachRound = 2;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Stage stage, Rounds rounds, CancellationToken cancellationToken)
    {
        Task<HttpResponseMessage> CreditAsync(HttpClient http) =>
            http.PostAsync(
                "api/merchant/credit-check",
                JsonContent.Create(new JsonObject { ["national_identifier"] = "0934567890" }),
                cancellationToken
            );

        async Task<double> StartAsync(Func<Task<Server>> start)
        {
            await using var server = await start();
            using var response = await CreditAsync(server.Http);
            var took = Stopwatch.GetElapsedTime(server.Began);
            response.EnsureSuccessStatusCode();
            return took.TotalMilliseconds;
        }

        Task<Server> AppAsync() => stage.StartAppAsync(probed: false, cancellationToken: cancellationToken);
        Task<Server> RivalAsync() => stage.StartRivalAsync(probed: false, cancellationToken);

        // The files come into the system's cache, and the tokens into the vault.
        rounds.Progress("start: the first start of each");
        await StartAsync(AppAsync);
        await StartAsync(RivalAsync);

        var samples = new Samples();
        await rounds.RunAsync(
            "start",
            async _ =>
            {
                for (var i = 0; i < StartsEachRound; i++)
                {
                    samples.Add("rival", await StartAsync(RivalAsync));
                    samples.Add("app", await StartAsync(AppAsync));
                }
            }
        );
        var (rival, app) = (samples.Of("rival"), samples.Of("app"));
        return
        [
            new("start to the first answered credit check, ms", "forty lines on the same worker", rival, app, Target.AtMostTimes(1.25)),
            new("start to the first answered credit check, ms", null, null, app, Target.Under(2_500, "ms")),
        ];
    }
}
