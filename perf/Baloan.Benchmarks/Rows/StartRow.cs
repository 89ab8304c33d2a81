using System.Diagnostics;
using System.Net;
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
        Task<HttpResponseMessage> HealthAsync(HttpClient http) => http.GetAsync("api/health", cancellationToken);
        Task<HttpResponseMessage> RootAsync(HttpClient http) => http.GetAsync("", cancellationToken);

        async Task<double> StartAsync(Func<Task<Server>> start, Func<HttpClient, Task<HttpResponseMessage>> first, bool mayBeUnwell = false)
        {
            await using var server = await start();
            using var response = await first(server.Http);
            var took = Stopwatch.GetElapsedTime(server.Began);
            // Health is told as it is: on a slow machine, storage may not be ready yet.
            if (response.StatusCode != HttpStatusCode.ServiceUnavailable || !mayBeUnwell)
            {
                response.EnsureSuccessStatusCode();
            }

            return took.TotalMilliseconds;
        }

        Task<Server> AppAsync() => stage.StartAppAsync(probed: false, cancellationToken: cancellationToken);
        Task<Server> EmptyAsync() => stage.StartEmptyAsync(cancellationToken);

        // The files come into the system's cache, and the tokens into the vault.
        rounds.Progress("start: the first start of each");
        await StartAsync(AppAsync, CreditAsync);
        await StartAsync(AppAsync, HealthAsync, mayBeUnwell: true);
        await StartAsync(EmptyAsync, RootAsync);

        var samples = new Samples();
        await rounds.RunAsync(
            "start",
            async _ =>
            {
                for (var i = 0; i < StartsEachRound; i++)
                {
                    samples.Add("empty", await StartAsync(EmptyAsync, RootAsync));
                    samples.Add("credit", await StartAsync(AppAsync, CreditAsync));
                    samples.Add("health", await StartAsync(AppAsync, HealthAsync, mayBeUnwell: true));
                }
            }
        );
        return
        [
            new("start to the first credit check, ms", "empty app", samples.Of("empty"), samples.Of("credit"), Target.AtMostTimes(1.5)),
            new("start to the first health answer, ms", "empty app", samples.Of("empty"), samples.Of("health"), Target.AtMostTimes(1.5)),
        ];
    }
}
