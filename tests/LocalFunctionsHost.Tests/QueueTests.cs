using System.Diagnostics;
using Azure.Storage.Queues.Models;
using Baloan.Sandbox;

namespace LocalFunctionsHost.Tests;

public sealed class QueueTests(AzuriteFixture azurite) : IDisposable
{
    private const string Queues = "AzureFunctionsJobHost__extensions__queues__";

    private readonly TestQueue queue = new(azurite.ConnectionString);
    private readonly GateFile gate = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => gate.Dispose();

    [Theory]
    [InlineData("WorkQueue", "text é", "work ended text é")]
    [InlineData("MessageQueue", "whole", "message whole try 1")]
    [InlineData("OrderQueue", "{\"id\":7,\"Name\":\"seven\"}", "order 7 seven")]
    [InlineData("BytesQueue", "AZ", "bytes 415A")]
    [InlineData("DataQueue", "data", "data data")]
    public async Task A_message_reaches_the_function_as_its_parameter_asks_for_and_is_deleted(string setting, string body, string told)
    {
        await queue.SendAsync(body);

        await using var host = await StartAsync(setting, ("OtherStorage", azurite.ConnectionString));

        await host.Probe.HaveAsync(told);
        await queue.IsEmptyAsync();
    }

    [Fact]
    public async Task A_failing_message_is_tried_again_after_the_visibility_timeout_and_then_goes_to_poison_unchanged()
    {
        var attempts = new List<long>();
        await queue.SendAsync("fail é", "fine");

        await using var host = await StartAsync("WorkQueue", (Queues + "maxDequeueCount", "3"), (Queues + "visibilityTimeout", "00:00:01"));
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await host.Probe.HaveAsync("work began fail é", attempt);
            attempts.Add(Stopwatch.GetTimestamp());
        }

        QueueMessage? poison = null;
        await Until.TrueAsync(async () =>
            (await queue.Poison.ExistsAsync(Cancelled)).Value
            && (poison = await queue.Poison.ReceiveMessageAsync(cancellationToken: Cancelled)) is not null
        );
        poison!.Body.ToString().ShouldBe(TestQueue.Base64("fail é"));
        await queue.IsEmptyAsync();
        host.Probe.Count("work began fail é").ShouldBe(3);
        host.Probe.Count("work ended fine").ShouldBe(1);

        // Never before the timeout; how long after is the machine's affair. A try may be seen here some milliseconds late.
        Stopwatch.GetElapsedTime(attempts[0], attempts[2]).ShouldBeGreaterThan(TimeSpan.FromSeconds(1.5));
    }

    [Fact]
    public async Task A_message_that_is_not_base64_goes_straight_to_poison()
    {
        await queue.Client.CreateIfNotExistsAsync(cancellationToken: Cancelled);
        await queue.Client.SendMessageAsync("{not base64}", Cancelled);

        await using var host = await StartAsync("WorkQueue");

        await Until.TrueAsync(async () => await TestQueue.CountAsync(queue.Poison) == 1);
        QueueMessage poison = await queue.Poison.ReceiveMessageAsync(cancellationToken: Cancelled);
        poison.Body.ToString().ShouldBe("{not base64}");
        await queue.IsEmptyAsync();
        host.Probe.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task With_no_encoding_the_body_is_taken_as_it_is()
    {
        await queue.Client.CreateIfNotExistsAsync(cancellationToken: Cancelled);
        await queue.Client.SendMessageAsync("{not base64}", Cancelled);

        await using var host = await StartAsync("WorkQueue", (Queues + "messageEncoding", "none"));

        await host.Probe.HaveAsync("work ended {not base64}");
    }

    [Fact]
    public async Task No_more_messages_are_worked_on_at_once_than_host_json_allows()
    {
        await queue.SendAsync([.. Enumerable.Range(0, 7).Select(number => $"hold {number}")]);

        await using (var host = await StartAsync("WorkQueue", (Queues + "batchSize", "2"), (Queues + "newBatchThreshold", "1")))
        {
            // Two, and no further batch while more than one of them runs.
            await host.Probe.HaveAsync("work began", 2);
            QueueMessage[] left = [];
            await Until.TrueAsync(async () =>
                (left = await queue.Client.ReceiveMessagesAsync(32, TimeSpan.FromSeconds(1), Cancelled)).Length > 0
            );
            left.Length.ShouldBe(5);
            host.Probe.Count("work began").ShouldBe(2);
            gate.Open();

            await host.Probe.HaveAsync("work ended", 7);
        }
    }

    [Fact]
    public async Task A_setting_that_is_missing_disables_its_function_alone()
    {
        await queue.SendAsync("here");

        await using var host = await StartAsync("WorkQueue");

        await host.Probe.HaveAsync("work ended here");
        await host.Logs.HaveAsync("WorkOrder is disabled: the setting 'OrderQueue' is missing");
        host.Logs.Count("Work is disabled").ShouldBe(0);
    }

    [Fact]
    public async Task A_connection_that_is_missing_disables_its_function_alone()
    {
        await using var host = await StartAsync("MessageQueue");

        await host.Logs.HaveAsync("WorkMessage is disabled: the setting 'OtherStorage' is missing");
    }

    private Task<TestHost> StartAsync(string setting, params (string, string)[] settings) =>
        TestHost.StartAsync(
            [("AzureWebJobsStorage", azurite.ConnectionString), (setting, queue.Name), .. settings],
            gateFile: gate.Path,
            cancellationToken: Cancelled
        );
}
