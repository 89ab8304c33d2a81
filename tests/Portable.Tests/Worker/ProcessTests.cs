using System.Net;
using System.Text;
using System.Text.Json;

namespace Portable.Tests.Worker;

public sealed class ProcessTests(AzuriteFixture azurite) : IDisposable
{
    private const string Queues = "AzureFunctionsJobHost__extensions__queues__";

    private readonly TestQueue queue = new(azurite.ConnectionString);
    private readonly GateFile gate = new();
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("portable-tests-");

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
        (string, string)[] oneAtATime = [(Queues + "batchSize", "1"), (Queues + "newBatchThreshold", "0")];
        await using var first = await StartAsync(oneAtATime);
        await using var second = await StartAsync(oneAtATime);
        await first.Output.HaveAsync("work began hold");
        await second.Output.HaveAsync("work began hold");

        var bodies = Enumerable.Range(0, 40).Select(number => $"message {number:00}").ToArray();
        await queue.SendAsync(bodies);
        gate.Open();
        await queue.IsEmptyAsync();

        string[] began = [.. first.Output.All.Concat(second.Output.All).Where(line => line.StartsWith("probe: work began message", StringComparison.Ordinal)).Order()];
        began.ShouldBe(bodies.Select(body => $"probe: work began {body}"));
    }

    [Fact]
    public async Task A_message_that_a_killed_process_held_comes_back()
    {
        await queue.SendAsync("hold");
        await using (var killed = await StartAsync(("Standalone__QueueLease", "00:00:02")))
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
    public async Task SIGTERM_cancels_what_does_not_finish_in_time_and_gives_its_message_back()
    {
        await queue.SendAsync("hold");
        await using var app = await StartAsync(("Standalone__ShutdownTimeout", "00:00:01"));
        await app.Output.HaveAsync("work began hold");
        var held = app.Client.GetAsync("api/held", Cancelled);
        await app.Output.HaveAsync("held began");

        app.Terminate();
        await app.Process.Exited.WaitAsync(TimeSpan.FromSeconds(45), Cancelled);

        app.Process.ExitCode.ShouldBe(0, app.Output.ToString());
        await app.Output.HaveAsync("held cancelled");
        (await queue.Client.ReceiveMessagesAsync(1, cancellationToken: Cancelled)).Value.Length.ShouldBe(1);
        await Task.WhenAny(held);
    }

    [Fact]
    public async Task Values_of_local_settings_are_settings_unless_the_environment_has_them()
    {
        WriteSettings(new
        {
            IsEncrypted = false,
            Values = new { Standalone__FunctionKey = "from the file", Standalone__AdminKey = "from the file too", AzureWebJobsStorage = azurite.ConnectionString },
        });
        await using var app = await AppProcess.StartAsync([("Standalone__AdminKey", "from the environment")], folder.FullName);

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
    public void The_port_of_local_settings_is_read()
    {
        WriteSettings(new { Host = new { LocalHttpPort = 7171 } });

        Microsoft.Azure.Functions.Worker.Hosting.LocalSettings.Apply("/nowhere", folder.FullName).ShouldBe("7171");
    }

    private static async Task<HttpStatusCode> StatusAsync(AppProcess app, string path, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "x-functions-key", key } } };
        using var response = await app.Client.SendAsync(request, Cancelled);
        return response.StatusCode;
    }

    private void WriteSettings(object settings) =>
        File.WriteAllText(Path.Combine(folder.FullName, "local.settings.json"), JsonSerializer.Serialize(settings), Encoding.UTF8);

    private Task<AppProcess> StartAsync(params (string, string)[] settings) => AppProcess.StartAsync(
        [("AzureWebJobsStorage", azurite.ConnectionString), ("WorkQueue", queue.Name), ("GateFile", gate.Path), .. settings]);
}
