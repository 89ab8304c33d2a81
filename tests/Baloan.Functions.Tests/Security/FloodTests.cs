using System.Collections.Concurrent;
using System.Globalization;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Security;

/// <summary>More callers than the app takes.</summary>
[Collection(nameof(Alone))]
public sealed class FloodTests(StorageAccounts storage, ITestOutputHelper output)
{
    // Runs and waits: what host.json allows.
    private const int Taken = 200;
    private const int DefaultFlood = 600;

    // What the app may use of its heap; each upload that runs takes two or three megabytes.
    private const string HeapLimit = "0x18000000";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task A_flood_of_uploads_is_shed_and_the_app_recovers()
    {
        var callers = int.TryParse(Environment.GetEnvironmentVariable("BALOAN_FLOOD"), CultureInfo.InvariantCulture, out var asked)
            ? asked
            : DefaultFlood;
        await using var baloan = await BaloanServer.StartAsync(cancellationToken: Cancel);
        await using var app = await RunningApp.StartAsync(
            baloan,
            storage.ConnectionString(storage.NewAccount()),
            settings: [new("DOTNET_GCHeapHardLimit", HeapLimit), new("AzureFunctionsJobHost__logging__logLevel__default", "Information")]
        );
        using var api = app.NewClient();
        var file = Given.Pdf(300_000);
        var head = $"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n";
        var request =
            $"POST /api/merchant/uploads HTTP/1.1\r\nHost: localhost\r\nx-functions-key: {RunningApps.FunctionKey}\r\nContent-Type: "
            + $"multipart/form-data; boundary=b\r\nContent-Length: {head.Length + file.Length + 9}\r\n\r\n{head}";
        var (answers, sent) = (new ConcurrentDictionary<int, int>(), 0);
        long peak = 0;

        // Nobody sends all of it before everybody has begun.
        await Task.WhenAll(
            Enumerable
                .Range(0, callers)
                .Select(async _ =>
                {
                    using var connection = await RawConnection.OpenAsync(app.App.BaseAddress, Cancel);
                    await connection.SendAsync(request, Cancel);
                    Interlocked.Increment(ref sent);
                    await Until.TrueAsync(() => sent == callers);
                    await connection.SendAsync(file, Cancel);
                    await connection.SendAsync("\r\n--b--\r\n", Cancel);
                    var answer = await connection.ReadAsync(Cancel);
                    answers.AddOrUpdate(answer?.Status ?? 0, 1, (_, count) => count + 1);
                    peak = Math.Max(peak, Memory(app));
                    if (answer?.Status == 429)
                    {
                        int.Parse(answer.Headers["Retry-After"], CultureInfo.InvariantCulture).ShouldBeGreaterThan(0);
                    }
                })
        );

        var counts = answers.OrderBy(answer => answer.Key).Select(answer => $"{answer.Value} x {answer.Key}");
        output.WriteLine($"{callers} uploads at once: {string.Join(", ", counts)}; peak {peak / 1024 / 1024} MB");
        app.App.HasDied.ShouldBeFalse("the app is alive");
        answers.Keys.ShouldBeSubsetOf([0, 202, 408, 429]);
        answers.GetValueOrDefault(429).ShouldBeInRange(1, callers - 1);
        answers.GetValueOrDefault(202).ShouldBeGreaterThan(0);
        answers.GetValueOrDefault(0).ShouldBeLessThan(callers - Taken, "who is shed gets to know it");

        // Afterwards it takes what comes, and has not forgotten what it took.
        (await api.GetAsync("api/health"))
            .Field("status")
            .ShouldBe("healthy");
        var form = await api.AcceptedAsync(new SettlementForm());
        (await api.EndedAsync(form.Code)).SettlementStatus.ShouldBe("settled");
    }

    private static long Memory(RunningApp app)
    {
        using var process = System.Diagnostics.Process.GetProcessById(app.App.WorkerId);
        return process.WorkingSet64;
    }
}
