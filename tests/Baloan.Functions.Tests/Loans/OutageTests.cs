using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Queues;
using Baloan.Core.Loans;
using Baloan.Core.Storage;
using Baloan.Functions.Functions;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Requests;
using Baloan.Functions.Tests.Fixtures;

namespace Baloan.Functions.Tests.Loans;

public sealed class OutageTests(StorageAccounts storage) : ApiTests(storage)
{
    [Fact(Explicit = true)]
    public async Task An_outage_that_outlasts_many_tries_loses_nothing()
    {
        await using var proxy = await StorageProxy.StartAsync(Storage);
        await using var fixture = new LoanFixture(proxy.ConnectionString);
        proxy.Refuse = call => call.StartsWith("table", StringComparison.Ordinal);
        var attempts = Enumerable.Range(1, 7).ToArray();
        var callbacks = attempts.Select(_ => fixture.Callback(LoanFixture.NewUuid(), "created", "دلیل")).ToArray();

        await Task.WhenAll(
            attempts.Select(attempt => fixture.Recorder.MakeGoodAsync(new LoanMessage(callbacks[attempt - 1], null, attempt, null), Cancel))
        );

        proxy.Refuse = _ => false;
        var messages = proxy
            .Messages.Select(message => (message.Queue, message.Delay, Content: LoanMessage.Parse(message.Text)))
            .OrderBy(message => message.Content.Attempt)
            .ToList();
        messages.ShouldAllBe(message => message.Queue == StorageSetup.LoanQueueName);
        messages.Select(message => message.Content.Attempt).ShouldBe(attempts.Select(attempt => attempt + 1));
        messages.Select(message => message.Delay).ShouldBeInOrder();
        messages[0].Delay.ShouldBeGreaterThan(TimeSpan.FromSeconds(10));
        fixture.Clock.Advance(TimeSpan.FromHours(1));
        foreach (var (_, _, content) in messages)
        {
            await fixture.Recorder.MakeGoodAsync(content, Cancel);
        }

        foreach (var callback in callbacks)
        {
            var entry = (await fixture.HistoryAsync(callback.Uuid)).ShouldHaveSingleItem();
            (entry.State, entry.Reason, entry.ReceivedAt, entry.Times).ShouldBe(("created", "دلیل", callback.ReceivedAt, 1));
            (await fixture.BodyOfAsync(entry)).ShouldBe(callback.Body);
        }
    }

    [Fact(Explicit = true)]
    public async Task While_the_queue_is_away_a_change_is_recorded_and_subscribers_are_told_later()
    {
        await using var proxy = await StorageProxy.StartAsync(Storage);
        await using var fixture = new LoanFixture(proxy.ConnectionString);
        var uuid = LoanFixture.NewUuid();
        await fixture.SubscribeAsync();
        proxy.Refuse = call => call.StartsWith("queue", StringComparison.Ordinal);
        var callback = fixture.Callback(uuid, "loan_paid");

        await fixture.Recorder.RecordAsync(callback);

        (await fixture.StoryAsync(uuid)).ShouldBe("loan_paid");
        await Should.ThrowAsync<Exception>(() => fixture.Store.AnnounceOverdueAsync(Cancel));
        proxy.Refuse = _ => false;
        proxy.Messages.ShouldBeEmpty();
        for (var sweeps = 0; sweeps < 2; sweeps++)
        {
            await fixture.Store.AnnounceOverdueAsync(Cancel);
            var sent = proxy.Messages.ShouldHaveSingleItem();
            sent.Queue.ShouldBe(StorageSetup.EventsQueueName);
            sent.Text.ShouldContain(callback.Id);
        }
    }

    [Fact(Explicit = true)]
    public async Task A_change_that_was_never_written_is_not_announced_by_the_sweep()
    {
        await using var proxy = await StorageProxy.StartAsync(Storage);
        await using var fixture = new LoanFixture(proxy.ConnectionString);
        await fixture.SubscribeAsync();
        proxy.Refuse = call =>
            call.StartsWith("queue", StringComparison.Ordinal) || call.StartsWith("table POST $batch", StringComparison.Ordinal);
        await Should.ThrowAsync<Exception>(() => fixture.RecordAsync(LoanFixture.NewUuid(), "created"));
        proxy.Refuse = _ => false;

        await fixture.Store.AnnounceOverdueAsync(Cancel);
        (await fixture.EntriesAsync("unannounced")).ShouldBe(1);
        fixture.Clock.Advance(TimeSpan.FromMinutes(11));
        await fixture.Store.AnnounceOverdueAsync(Cancel);

        (await fixture.EntriesAsync("unannounced")).ShouldBe(0);
        proxy.Messages.ShouldBeEmpty();
    }

    [Fact(Explicit = true)]
    public async Task The_largest_callback_fits_on_the_queue_while_tables_are_away()
    {
        await using var proxy = await StorageProxy.StartAsync(Storage);
        await using var fixture = new LoanFixture(proxy.ConnectionString);
        // Names and numbers, as a long reason would be, and near 64 KB.
        var reason = string.Join(' ', Enumerable.Range(100_000, 4_200).Select(number => $"چک {number} ی"))[..48_000];
        var callback = fixture.Callback(LoanFixture.NewUuid(), "blocked", reason);
        callback = callback with
        {
            Body = Encoding.UTF8.GetBytes($$"""{"uuid":"{{callback.Uuid}}","state":"blocked","reason":"{{reason}}"}"""),
        };
        callback.Body.Length.ShouldBeInRange(55_000, JsonBody.Limit);
        proxy.Refuse = call => call.StartsWith("table", StringComparison.Ordinal);

        await fixture.Recorder.RecordAsync(callback);

        proxy.Refuse = _ => false;
        await new RecordLoansFunction(fixture.Recorder).Run(proxy.Messages.ShouldHaveSingleItem().Text, Cancel);
        var entry = (await fixture.HistoryAsync(callback.Uuid)).ShouldHaveSingleItem();
        entry.Reason.ShouldBe(reason[..30_000] + "…");
        (await fixture.BodyOfAsync(entry)).ShouldBe(callback.Body);
    }

    [Fact(Explicit = true)]
    public async Task What_no_packing_makes_fit_on_the_queue_is_refused_while_tables_are_away()
    {
        await using var proxy = await StorageProxy.StartAsync(Storage);
        await using var fixture = new LoanFixture(proxy.ConnectionString);
        var noise = new byte[45_000];
        new Random(1).NextBytes(noise);
        var callback = fixture.Callback(LoanFixture.NewUuid(), "blocked", Convert.ToBase64String(noise));
        proxy.Refuse = call => call.StartsWith("table", StringComparison.Ordinal);

        await Should.ThrowAsync<NotRecordedException>(() => fixture.Recorder.RecordAsync(callback));
    }

    [Fact(Explicit = true)]
    public async Task A_message_of_the_queue_fails_where_tables_and_queue_are_away_so_that_it_comes_again()
    {
        await using var proxy = await StorageProxy.StartAsync(Storage);
        await using var fixture = new LoanFixture(proxy.ConnectionString);
        proxy.Refuse = _ => true;

        await Should.ThrowAsync<Exception>(() =>
            fixture.Recorder.MakeGoodAsync(new LoanMessage(fixture.Callback(LoanFixture.NewUuid(), "created"), null, 1, null), Cancel)
        );
    }

    /// <summary>The whole way, with the app as a process.</summary>
    [Fact(Explicit = true)]
    public async Task Callbacks_are_answered_200_while_tables_are_away_and_503_where_the_queue_is_too()
    {
        await using var proxy = await StorageProxy.StartAsync(Storage);
        await using var app = await RunningApp.StartAsync(
            Baloan,
            proxy.ConnectionString,
            "v2",
            new KeyValuePair<string, string?>("AzureFunctionsJobHost__extensions__queues__visibilityTimeout", "00:00:00")
        );
        using var api = app.NewClient();
        var (first, second) = (LoanFixture.NewUuid(), LoanFixture.NewUuid());
        (await CallBackAsync(second, "created")).Status.ShouldBe(200);
        var start = DateTimeOffset.UtcNow;

        proxy.Refuse = call => call.StartsWith("table", StringComparison.Ordinal);
        var answers = await Task.WhenAll(
            CallBackAsync(first, "created"),
            CallBackAsync(second, "cheque_verified"),
            CallBackAsync(second, "created")
        );
        var end = DateTimeOffset.UtcNow;
        proxy.Refuse = call => call.StartsWith("table", StringComparison.Ordinal) || call == "queue POST loans/messages";
        var refused = await CallBackAsync(first, "cheque_verified");
        proxy.Refuse = _ => false;

        answers.ShouldAllBe(answer => answer.Status == 200 && answer.Text == "{}");
        refused.ShouldBeProblem(503, "storage_unavailable").Headers.RetryAfter.ShouldNotBeNull();
        var queue = new QueueClient(
            app.ConnectionString,
            StorageSetup.LoanQueueName,
            new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 }
        );
        await queue.SendMessageAsync("nonsense", Cancel);

        ApiAnswer? loan = null;
        await Until.TrueAsync(async () => (loan = await api.GetAsync($"api/loans/{first}")).Status == 200);
        var entry = loan!.Json["history"]!.AsArray().ShouldHaveSingleItem()!;
        entry["state"]!.GetValue<string>().ShouldBe("created");
        entry["received_at"]!.GetValue<DateTimeOffset>().ShouldBeInRange(start, end);
        await Until.TrueAsync(
            async () => (loan = await api.GetAsync($"api/loans/{second}")).Field("state") == "cheque_verified",
            () => loan?.Text ?? ""
        );
        var poison = new QueueClient(
            app.ConnectionString,
            $"{StorageSetup.LoanQueueName}-poison",
            new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 }
        );
        await Until.TrueAsync(async () =>
            (await poison.ExistsAsync(Cancel)).Value && (await poison.GetPropertiesAsync(Cancel)).Value.ApproximateMessagesCount == 1
        );
        (await poison.PeekMessageAsync(Cancel)).Value.Body.ToString().ShouldBe("nonsense");
        await Until.TrueAsync(async () => (await queue.GetPropertiesAsync(Cancel)).Value.ApproximateMessagesCount == 0);

        Task<ApiAnswer> CallBackAsync(string uuid, string state) =>
            api.PostAsync("api/callbacks/loan-state", new JsonObject { ["uuid"] = uuid, ["state"] = state });
    }
}
