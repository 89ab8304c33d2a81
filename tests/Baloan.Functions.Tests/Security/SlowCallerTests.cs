using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Security;

/// <summary>Callers who take their time.</summary>
public sealed class SlowCallerTests(StorageAccounts storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Slow_callers_are_cut_off_and_keep_nobody_waiting()
    {
        await using var baloan = await BaloanServer.StartAsync(cancellationToken: Cancel);
        await using var app = await RunningApp.StartAsync(baloan, storage.ConnectionString(storage.NewAccount()));
        using var api = app.NewClient();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var slow = Enumerable.Range(0, 60).Select(number => DripAsync(app, number, stop.Token)).ToArray();

        // All the while, others are served.
        while (!slow.All(caller => caller.IsCompleted))
        {
            (await api.GetAsync("api/health")).Field("status").ShouldBe("healthy");
            await Task.WhenAny(Task.WhenAll(slow), Task.Delay(500, Cancel));
        }

        (await Task.WhenAll(slow)).ShouldAllBe(status => status == null || status == 408 || status == 429);
        app.App.LogLines.Where(line => line.Contains("fail:", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact(Explicit = true)]
    public async Task Slow_uploads_of_one_key_leave_room_for_all_others()
    {
        await using var baloan = await BaloanServer.StartAsync(cancellationToken: Cancel);
        await using var app = await RunningApp.StartAsync(baloan, storage.ConnectionString(storage.NewAccount()));
        // Another caller than the slow one.
        using var api = app.NewClient(RunningApps.AdminKey);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        // More than the host runs at once. As much of each comes at once as the host waits for before it lets the app read.
        var slow = Enumerable.Range(0, 150).Select(_ => UploadSlowlyAsync(app, stop.Token)).ToArray();

        while (!slow.All(caller => caller.IsCompleted))
        {
            (await api.GetAsync("api/health")).Field("status").ShouldBe("healthy");
            (
                await api.PostAsync(
                    "api/callbacks/loan-state",
                    new System.Text.Json.Nodes.JsonObject { ["uuid"] = Guid.NewGuid().ToString(), ["state"] = "created" }
                )
            ).Status.ShouldBe(200);
            (await api.AcceptedAsync(new SettlementForm())).Code.ShouldNotBeEmpty();
            await Task.WhenAny(Task.WhenAll(slow), Task.Delay(500, Cancel));
        }

        // Beyond its share, a caller is refused at once, however slowly a body comes; within it, slow bodies are cut off.
        var statuses = await Task.WhenAll(slow);
        statuses.ShouldAllBe(status => status == null || status == 408 || status == 429);
        statuses.ShouldContain(429);
        app.App.LogLines.Where(line => line.Contains("fail:", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    /// <summary>Sends 16 KB of an upload of a megabyte, and the rest at some 300 bytes a second until it is cut off.</summary>
    /// <returns>The status; null where the connection was closed.</returns>
    private static async Task<int?> UploadSlowlyAsync(RunningApp app, CancellationToken cancellationToken)
    {
        using var connection = await RawConnection.OpenAsync(app.App.BaseAddress, cancellationToken);
        await connection.SendAsync(
            $"POST /api/merchant/uploads HTTP/1.1\r\nHost: localhost\r\nx-functions-key: {RunningApps.FunctionKey}\r\nContent-Length: "
                + $"1000000\r\n"
                + "Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; "
                + "filename=\"a.pdf\"\r\n\r\n%PDF-1.7\n"
                + new string('x', 16_000),
            cancellationToken
        );
        var answer = connection.ReadAsync(cancellationToken);
        while (await Task.WhenAny(answer, Task.Delay(500, cancellationToken)) != answer)
        {
            await connection.SendAsync(new string('x', 150), cancellationToken);
        }

        return (await answer)?.Status;
    }

    /// <summary>Sends a byte a second until it is cut off: of the headers, of a JSON body, or of a file.</summary>
    /// <returns>The status; null where the connection was closed.</returns>
    private static async Task<int?> DripAsync(RunningApp app, int number, CancellationToken cancellationToken)
    {
        using var connection = await RawConnection.OpenAsync(app.App.BaseAddress, cancellationToken);
        var key = $"Host: localhost\r\nx-functions-key: {RunningApps.FunctionKey}\r\nContent-Length: 5000\r\n";
        await connection.SendAsync(
            (number % 3) switch
            {
                0 => "GET /api/health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
                1 => $"POST /api/merchant/otp HTTP/1.1\r\n{key}Content-Type: application/json\r\n\r\n{{\"x\":\"",
                _ => $"POST /api/merchant/uploads HTTP/1.1\r\n{key}Content-Type: multipart/form-data; "
                    + $"boundary=b\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7\n",
            },
            cancellationToken
        );
        var answer = connection.ReadAsync(cancellationToken);
        while (await Task.WhenAny(answer, Task.Delay(1_000, cancellationToken)) != answer)
        {
            await connection.SendAsync("x", cancellationToken);
        }

        return (await answer)?.Status;
    }
}
