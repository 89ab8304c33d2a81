using System.Globalization;
using Baloan.Benchmarks.Report;
using Baloan.Benchmarks.Surroundings;

namespace Baloan.Benchmarks.Rows;

/// <summary>
/// What the local host adds to a request: an empty function behind it, against an empty handler of ASP.NET Core behind Kestrel with YARP.
/// </summary>
internal static class HostRow
{
    private const string Path = "api/empty";
    private const string Yarp = "Kestrel with YARP alone";

    private static readonly int[] Callers = [1, 16];

    public static async Task<IReadOnlyList<Figure>> RunAsync(Stage stage, Rounds rounds, CancellationToken cancellationToken)
    {
        await using var host = await stage.StartRivalAsync(probed: false, cancellationToken);
        await using var plain = await Forwarder.StartPlainAsync(cancellationToken);
        await using var yarp = await Forwarder.StartAsync(plain.Address, cancellationToken);

        async Task<Load> LoadAsync(Server server, int callers, TimeSpan time) =>
            await Load.RunAsync(
                callers,
                time,
                async (_, _) =>
                {
                    using var response = await server.Http.GetAsync(Path, cancellationToken);
                    response.EnsureSuccessStatusCode();
                }
            );

        rounds.Progress("host: warming up");
        await LoadAsync(host, 16, rounds.Time * 2);
        await LoadAsync(yarp, 16, rounds.Time * 2);

        var samples = new Samples();
        await rounds.RunAsync(
            "host",
            async round =>
            {
                foreach (var callers in Callers)
                {
                    foreach (var server in round % 2 == 0 ? [host, yarp] : new[] { yarp, host })
                    {
                        var name = string.Create(CultureInfo.InvariantCulture, $"{(server == host ? "host" : "yarp")} {callers}");
                        var cpu = server.HostCpu;
                        var load = await LoadAsync(server, callers, rounds.Time);
                        samples.Add($"{name} median", load.Median);
                        samples.Add($"{name} p99", load.Percentile99);
                        samples.Add($"{name} rate", load.PerSecond);
                        samples.Add($"{name} cpu", (server.HostCpu - cpu).TotalMicroseconds / load.Count);
                    }
                }
            }
        );

        var figures = new List<Figure>();
        foreach (var callers in Callers)
        {
            Figure Of(string kind, string what, Target? target = null) =>
                new(
                    $"an empty function behind the local host, {(callers == 1 ? "1 caller" : $"{callers} callers")}: {what}",
                    Yarp,
                    samples.Of($"yarp {callers} {kind}"),
                    samples.Of($"host {callers} {kind}"),
                    target
                );
            figures.AddRange([
                Of("median", "median, ms", Target.AtMostTimes(2)),
                Of("p99", "99th percentile, ms"),
                Of("rate", "requests a second"),
                Of("cpu", "the host's own CPU time a request, µs"),
            ]);
        }

        return figures;
    }
}
