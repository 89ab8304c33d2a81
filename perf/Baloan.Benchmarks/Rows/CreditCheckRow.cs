using System.Net.Http.Headers;
using System.Text;
using Baloan.Benchmarks.Report;
using Baloan.Benchmarks.Surroundings;

namespace Baloan.Benchmarks.Rows;

/// <summary>A credit check through the app, through what a user would write instead, and without anything in between.</summary>
internal static class CreditCheckRow
{
    private const string App = "app";
    private const string Direct = "Baloan's sandbox itself";
    private const string PassThrough = "pass-through";
    private const string Node = "pass-through on Node";

    private static readonly int[] Callers = [1, 16];
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"national_identifier":"0934567890"}""");

    public static async Task<IReadOnlyList<Figure>> RunAsync(Stage stage, Rounds rounds, CancellationToken cancellationToken)
    {
        await using var app = await stage.StartAppAsync(probed: true, cancellationToken: cancellationToken);
        await using var passThrough = await stage.StartPassThroughAsync(cancellationToken);
        await using var node = await stage.StartNodeAsync(cancellationToken);
        var contenders = new (string Name, Server Server)[]
        {
            (Direct, stage.Sandbox),
            (PassThrough, passThrough),
            (Node, node),
            (App, app),
        };

        foreach (var (name, server) in contenders)
        {
            // Long enough for the runtime to have compiled everything anew that is used often.
            rounds.Progress($"credit check: warming up {name}");
            await LoadAsync(stage, name, server, 16, rounds.Time * 2, cancellationToken);
        }

        var samples = new Samples();
        await rounds.RunAsync(
            "credit check",
            async round =>
            {
                foreach (var callers in Callers)
                {
                    foreach (
                        var (name, server) in contenders.Skip(round % contenders.Length).Concat(contenders.Take(round % contenders.Length))
                    )
                    {
                        var probed = server == app || server == passThrough;
                        var (cpu, allocated) = (server.Cpu, probed ? await server.AllocatedBytesAsync() : 0);
                        var load = await LoadAsync(stage, name, server, callers, rounds.Time, cancellationToken);
                        samples.Add($"{name} {callers} median", load.Median);
                        samples.Add($"{name} {callers} p99", load.Percentile99);
                        samples.Add($"{name} {callers} rate", load.PerSecond);
                        samples.Add($"{name} {callers} cpu", (server.Cpu - cpu).TotalMicroseconds / load.Count);
                        if (probed)
                        {
                            samples.Add(
                                $"{name} {callers} allocated",
                                (double)(await server.AllocatedBytesAsync() - allocated) / load.Count
                            );
                        }
                    }
                }
            }
        );

        var figures = new List<Figure>();
        foreach (var callers in Callers)
        {
            var at = callers == 1 ? "1 caller" : $"{callers} callers";
            Figure Of(string kind, string what, string rival, Target? target = null) =>
                new(
                    $"credit check, {at}: {what}",
                    rival,
                    samples.Of($"{rival} {callers} {kind}"),
                    samples.Of($"{App} {callers} {kind}"),
                    target
                );
            figures.AddRange([
                Of("median", "median, ms", PassThrough, Target.AtMostTimes(1.3)),
                Of("median", "median, ms", Node, Target.AtMostTimes(1)),
                Of("median", "median, ms", Direct),
                Of("p99", "99th percentile, ms", PassThrough),
                Of("p99", "99th percentile, ms", Node),
                Of("p99", "99th percentile, ms", Direct),
                Of("rate", "requests a second", PassThrough, Target.AtLeastTimes(0.8)),
                Of("rate", "requests a second", Node, Target.AtLeastTimes(1)),
                Of("rate", "requests a second", Direct),
                Of("cpu", "CPU time a request, µs", PassThrough),
                Of("cpu", "CPU time a request, µs", Node),
                Of("allocated", "bytes allocated a request", PassThrough),
            ]);
        }

        return figures;
    }

    private static Task<Load> LoadAsync(
        Stage stage,
        string name,
        Server server,
        int callers,
        TimeSpan time,
        CancellationToken cancellationToken
    )
    {
        var path = name == Direct ? "api/v2/merchant/check-credit/" : "api/merchant/credit-check";
        var key = name == Direct ? new AuthenticationHeaderValue("Bearer", stage.BaloanToken) : null;
        return Load.RunAsync(
            callers,
            time,
            async (_, _) =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(Body) };
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                request.Headers.Authorization = key;
                using var response = await server.Http.SendAsync(request, cancellationToken);
                response.EnsureSuccessStatusCode();
            }
        );
    }
}
