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
    private const string Rival = "forty lines on the same worker";

    private static readonly int[] Callers = [1, 16];
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"national_identifier":"0934567890"}""");

    public static async Task<IReadOnlyList<Figure>> RunAsync(Stage stage, Rounds rounds, CancellationToken cancellationToken)
    {
        await using var app = await stage.StartAppAsync(probed: true, cancellationToken: cancellationToken);
        await using var rivals = await stage.StartRivalAsync(probed: true, cancellationToken);
        var contenders = new (string Name, Server Server)[] { (Direct, stage.Sandbox), (Rival, rivals), (App, app) };

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
                        var probed = server != stage.Sandbox;
                        var (cpu, host, allocated) = (server.Cpu, server.HostCpu, probed ? await server.AllocatedBytesAsync() : 0);
                        var load = await LoadAsync(stage, name, server, callers, rounds.Time, cancellationToken);
                        samples.Add($"{name} {callers} median", load.Median);
                        samples.Add($"{name} {callers} p99", load.Percentile99);
                        samples.Add($"{name} {callers} rate", load.PerSecond);
                        samples.Add($"{name} {callers} cpu", (server.Cpu - cpu).TotalMicroseconds / load.Count);
                        samples.Add($"{name} {callers} host", (server.HostCpu - host).TotalMicroseconds / load.Count);
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
                Of("median", "median, ms", Rival, Target.AtMostTimes(1.15)),
                Of("median", "median, ms", Direct),
                Of("p99", "99th percentile, ms", Rival),
                Of("rate", "requests a second", Rival),
                Of("cpu", "worker's CPU time a request, µs", Rival, Target.AtMostTimes(1.15)),
                Of("host", "host's CPU time a request, µs", Rival),
                Of("allocated", "worker's bytes allocated a request", Rival),
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
