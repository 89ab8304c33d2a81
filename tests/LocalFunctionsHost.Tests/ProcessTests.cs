using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace LocalFunctionsHost.Tests;

public sealed class ProcessTests(AzuriteFixture azurite) : IDisposable
{
    private const string Queues = "AzureFunctionsJobHost__extensions__queues__";

    private readonly TestQueue queue = new(azurite.ConnectionString);
    private readonly GateFile gate = new();
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("functions-host-tests-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        gate.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Two_processes_share_a_queue_and_each_message_is_handed_out_once()
    {
        // With one message at a time, the held ones make both take part.
        await queue.SendAsync("hold 1", "hold 2");
        (string, string?)[] oneAtATime = [(Queues + "batchSize", "1"), (Queues + "newBatchThreshold", "0")];
        await using var first = await StartAsync(oneAtATime);
        await using var second = await StartAsync(oneAtATime);
        await first.Output.HaveAsync("work began hold");
        await second.Output.HaveAsync("work began hold");

        var bodies = Enumerable.Range(0, 40).Select(number => $"message {number:00}").ToArray();
        await queue.SendAsync(bodies);
        gate.Open();
        await queue.IsEmptyAsync();

        string[] began =
        [
            .. first
                .Output.All.Concat(second.Output.All)
                .Where(line => line.StartsWith("probe: work began message", StringComparison.Ordinal))
                .Order(),
        ];
        began.ShouldBe(bodies.Select(body => $"probe: work began {body}"));
    }

    [Fact]
    public async Task SIGTERM_lets_running_functions_finish_and_takes_nothing_new()
    {
        await queue.SendAsync("hold");
        await using var app = await StartAsync();
        await app.Output.HaveAsync("work began hold");
        var held = app.Client.GetAsync("api/held", Cancelled);
        await app.Output.HaveAsync("held began");

        app.Terminate();
        await Until.TrueAsync(async () =>
        {
            using var another = new HttpClient { BaseAddress = app.Client.BaseAddress };
            try
            {
                using var refused = await another.GetAsync("api/letters/abc", Cancelled);
                return false;
            }
            catch (HttpRequestException)
            {
                return true;
            }
        });
        // Asked a second time, as by a parent to whom the terminal's Ctrl-C came as well, it is no quicker.
        app.Terminate();
        await queue.SendAsync("too late");
        app.Process.Exited.IsCompleted.ShouldBeFalse();
        gate.Open();

        using (var answer = await held)
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await answer.Content.ReadAsStringAsync(Cancelled)).ShouldBe("GET");
        }

        await app.Process.Exited.WaitAsync(TimeSpan.FromSeconds(45), Cancelled);
        app.Process.ExitCode.ShouldBe(0, app.Output.ToString());
        app.Output.Count("work ended hold").ShouldBe(1);
        app.Output.Count("too late").ShouldBe(0);
        (await TestQueue.CountAsync(queue.Client)).ShouldBe(1);
    }

    [Fact]
    public async Task Values_of_local_settings_are_settings_unless_the_environment_has_them()
    {
        WriteSettings(
            new
            {
                IsEncrypted = false,
                Values = new
                {
                    LocalFunctionsHost__FunctionKey = "from the file",
                    LocalFunctionsHost__AdminKey = "from the file too",
                    AzureWebJobsStorage = azurite.ConnectionString,
                },
            }
        );
        await using var app = await AppProcess.StartAsync([("LocalFunctionsHost__AdminKey", "from the environment")], folder.FullName);

        (await StatusAsync(app, "api/keyed", "from the file")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(app, "api/keyed", "neither")).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(app, "api/admin-only", "from the environment")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(app, "api/admin-only", "from the file too")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("{\"IsEncrypted\":true,\"Values\":{\"A\":\"c2VjcmV0\"}}", "is encrypted")]
    [InlineData("{\"Values\":{\n\"A\":c2VjcmV0}}", "is not JSON: line 2")]
    public async Task Local_settings_that_cannot_be_read_are_told_without_their_content(string content, string told)
    {
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "local.settings.json"), content, Cancelled);
        await using var app = AppProcess.Launch([], folder.FullName);

        await app.Process.Exited.WaitAsync(TimeSpan.FromSeconds(45), Cancelled);
        await app.Output.HaveAsync(told);
        app.Process.ExitCode.ShouldNotBe(0);
        app.Output.Count("c2VjcmV0").ShouldBe(0);
    }

    [Fact]
    public async Task The_port_of_local_settings_is_taken()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        WriteSettings(new { Host = new { LocalHttpPort = port } });
        await using var app = AppProcess.Launch([("ASPNETCORE_URLS", null)], folder.FullName);

        await app.Output.HaveAsync($"Listening on http://localhost:{port}");
    }

    [Fact]
    public async Task A_worker_that_is_killed_is_replaced_and_what_it_held_is_a_500_and_comes_back()
    {
        await queue.SendAsync("hold");
        await using var app = await StartAsync((Queues + "visibilityTimeout", "00:00:00"));
        var first = await app.WorkerIdAsync();
        await app.Output.HaveAsync("work began hold");
        var held = app.Client.GetAsync("api/held", Cancelled);
        await app.Output.HaveAsync("held began");

        Process.GetProcessById(first).Kill();

        using (var answer = await held)
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
            (await answer.Content.ReadAsByteArrayAsync(Cancelled)).ShouldBeEmpty();
        }

        // What is sent once that is noticed waits for the next worker.
        await app.Output.HaveAsync("The function app's process ended with exit code");
        (await app.WorkerIdAsync()).ShouldNotBe(first);
        gate.Open();
        await app.Output.HaveAsync("work ended hold");
        await queue.IsEmptyAsync();
        app.Output.Count("The function app's process ended with exit code").ShouldBe(1);
    }

    [Fact]
    public async Task A_worker_ends_with_its_host_however_that_went()
    {
        await using var app = await StartAsync();
        var worker = Process.GetProcessById(await app.WorkerIdAsync());

        // Alone, and not with what it started.
        Process.GetProcessById(app.Process.Id).Kill();

        await worker.WaitForExitAsync(Cancelled);
    }

    [Fact]
    public async Task A_message_that_was_held_when_both_were_killed_comes_back_when_its_lease_ends()
    {
        await queue.SendAsync("hold");
        await using (var killed = await StartAsync(("LocalFunctionsHost__QueueLease", "00:00:02")))
        {
            await killed.Output.HaveAsync("work began hold");
            await killed.Process.KillAsync();
        }

        gate.Open();
        await using var second = await StartAsync();

        await second.Output.HaveAsync("work ended hold");
        await queue.IsEmptyAsync();
    }

    [Fact]
    public async Task An_app_that_does_not_start_is_told_in_one_sentence()
    {
        await using var app = AppProcess.Launch([("Fails", "It has no reason to live.")]);

        await app.Process.Exited.WaitAsync(Cancelled);
        app.Process.ExitCode.ShouldBe(1);
        app.Output.All[^1].ShouldStartWith("The function app ended while it was starting, with exit code ");
        app.Output.All[^1].ShouldEndWith("Unhandled exception. System.InvalidOperationException: It has no reason to live.");
    }

    [Fact]
    public async Task An_app_that_ended_well_before_it_was_ready_did_not_start_either()
    {
        await using var app = AppProcess.Launch([("Leaves", "true")]);

        await app.Process.Exited.WaitAsync(Cancelled);
        app.Process.ExitCode.ShouldBe(1);
        app.Output.All.ShouldBe(["The function app ended while it was starting, with exit code 0."]);
    }

    [Fact]
    public async Task A_folder_without_an_app_is_told()
    {
        await using var app = AppProcess.Launch([], app: folder.FullName);

        await app.Process.Exited.WaitAsync(Cancelled);
        app.Process.ExitCode.ShouldBe(1);
        app.Output.All.ShouldBe([
            $"There is no function app in {folder.FullName}: it has no worker.config.json. Run 'dotnet build' and try again.",
        ]);
    }

    [Theory]
    [InlineData("{\n\"version\": \"2.0\",\n", "is not JSON: line ")]
    [InlineData(null, "There is no ")]
    public async Task A_host_json_that_cannot_be_read_is_told(string? content, string told)
    {
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "worker.config.json"),
            """{"description":{"defaultWorkerPath":"App.dll"}}""",
            Cancelled
        );
        if (content is not null)
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "host.json"), content, Cancelled);
        }

        await using var app = AppProcess.Launch([], app: folder.FullName);

        await app.Process.Exited.WaitAsync(Cancelled);
        app.Process.ExitCode.ShouldBe(1);
        app.Output.All.ShouldHaveSingleItem().ShouldContain(told);
        app.Output.All[0].ShouldContain(Path.Combine(folder.FullName, "host.json"));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";
        await using var app = AppProcess.Launch([("ASPNETCORE_URLS", url)]);

        await app.Process.Exited.WaitAsync(Cancelled);
        app.Process.ExitCode.ShouldBe(1);
        app.Output.All.ShouldContain($"It cannot listen on {url}: Address already in use.");
    }

    [Fact]
    public async Task Storage_that_is_no_connection_string_is_told_in_one_sentence()
    {
        await using var app = AppProcess.Launch([("AzureWebJobsStorage", "AccountName=x;AccountKey=secret")]);

        await app.Process.Exited.WaitAsync(Cancelled);
        app.Process.ExitCode.ShouldBe(1);
        app.Output.All[^1].ShouldBe("AzureWebJobsStorage cannot be used: No valid combination of account information found.");
        app.Output.All.ShouldNotContain(line => line.Contains("secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://+:0")]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://127.0.0.1:0;http://*:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://example.com:0")]
    public async Task Without_keys_it_listens_on_this_machine_alone(string urls)
    {
        await using var app = AppProcess.Launch([("ASPNETCORE_URLS", urls)]);

        await app.Process.Exited.WaitAsync(Cancelled);
        app.Process.ExitCode.ShouldBe(1);
        app.Output.All.ShouldHaveSingleItem().ShouldStartWith("Without keys only this machine is served, and ");
    }

    [Fact]
    public async Task With_a_key_it_listens_where_it_is_told()
    {
        await using var app = await AppProcess.StartAsync([
            ("ASPNETCORE_URLS", "http://0.0.0.0:0"),
            ("LocalFunctionsHost__FunctionKey", "a key"),
        ]);

        app.Output.Count("No key is asked for").ShouldBe(0);
    }

    [Fact]
    public async Task Without_keys_it_says_so_once()
    {
        await using var app = await AppProcess.StartAsync([]);

        await app.Output.HaveAsync("No key is asked for");
        app.Output.Count("No key is asked for").ShouldBe(1);
    }

    private static async Task<HttpStatusCode> StatusAsync(AppProcess app, string path, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "x-functions-key", key } } };
        using var response = await app.Client.SendAsync(request, Cancelled);
        return response.StatusCode;
    }

    private void WriteSettings(object settings) =>
        File.WriteAllText(Path.Combine(folder.FullName, "local.settings.json"), JsonSerializer.Serialize(settings), Encoding.UTF8);

    private Task<AppProcess> StartAsync(params (string, string?)[] settings) =>
        AppProcess.StartAsync([
            ("AzureWebJobsStorage", azurite.ConnectionString),
            ("WorkQueue", queue.Name),
            ("GateFile", gate.Path),
            .. settings,
        ]);
}
