using System.Text.Json.Nodes;
using Baloan.Core.Events;
using Baloan.Functions.Tests.Bench;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Subscriptions;

/// <summary>What becomes of the events of a receiver that fails.</summary>
public sealed class BacklogTests(StorageAccounts storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_receiver_that_does_not_answer_is_asked_with_one_event_at_a_time_however_many_wait()
    {
        await using var bench = await EventsBench.StartAsync(storage);
        var id = await bench.SubscribeAsync();
        bench.Receiver.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await bench.PublishAsync();
        await bench.StepWithoutAnswerAsync();
        await bench.AnswerNeverComesAsync();

        for (var events = 0; events < 30; events++)
        {
            await bench.PublishAsync();
        }

        var messages = bench.Storage.Messages.Count;
        while (bench.NextIsEvent())
        {
            await bench.StepAsync();
        }

        bench.Receiver.Deliveries.Count.ShouldBe(1, "what came since was not tried");
        bench.Storage.Messages.Count.ShouldBe(messages, "one message comes for all");
        (await bench.BacklogAsync(id)).ShouldBe((31, 0));

        bench.Receiver.AnswerWith(200);
        await bench.RunToEndAsync();

        bench.Receiver.Deliveries.Count.ShouldBe(32);
        bench.Receiver.Deliveries.Select(delivery => delivery.EventId).Distinct().Count().ShouldBe(31);
        (await bench.BacklogAsync(id)).ShouldBe((0, 0));
    }

    [Fact]
    public async Task A_receiver_that_refuses_one_event_gets_the_others()
    {
        await using var bench = await EventsBench.StartAsync(storage);
        await bench.SubscribeAsync();
        var bad = await bench.PublishAsync();
        bench.Receiver.Answer = context =>
        {
            context.Response.StatusCode = bench.Receiver.Deliveries[^1].EventId == bad.Id ? 500 : 200;
            return Task.CompletedTask;
        };
        await bench.StepAsync();
        var good = await bench.PublishAsync();

        await bench.StepAsync();

        bench.Receiver.Deliveries.Select(delivery => delivery.EventId).ShouldBe([bad.Id, good.Id]);
    }

    [Fact]
    public async Task A_receiver_that_hangs_on_one_event_gets_the_others()
    {
        await using var bench = await EventsBench.StartAsync(storage);
        await bench.SubscribeAsync();
        var bad = await bench.PublishAsync();
        bench.Receiver.Answer = context =>
            bench.Receiver.Deliveries[^1].EventId == bad.Id ? Task.Delay(Timeout.Infinite, context.RequestAborted) : Task.CompletedTask;
        await bench.StepWithoutAnswerAsync();
        await bench.AnswerNeverComesAsync();
        var good = await bench.PublishAsync();

        await bench.StepAsync();

        // It hangs on the first one again, after the second.
        _ = bench.StepAsync();
        await Until.TrueAsync(() => bench.Receiver.Deliveries.Count >= 2);
        bench.Receiver.Deliveries.Take(2).Select(delivery => delivery.EventId).ShouldBe([bad.Id, good.Id]);
    }

    [Fact]
    public async Task An_answer_that_comes_late_is_taken_and_nothing_is_sent_twice()
    {
        await using var bench = await EventsBench.StartAsync(storage);
        var id = await bench.SubscribeAsync();
        await bench.PublishAsync();
        var answer = new TaskCompletionSource();
        bench.Receiver.Answer = _ => answer.Task;

        await bench.StepWithoutAnswerAsync();
        (await bench.BacklogAsync(id)).ShouldBe((1, 0), "the copy that outlives the process");
        answer.SetResult();
        await Until.TrueAsync(async () => await bench.BacklogAsync(id) == (0, 0));
        await bench.RunToEndAsync();

        bench.Receiver.Deliveries.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_process_that_dies_while_it_waits_for_an_answer_loses_nothing()
    {
        await using var bench = await EventsBench.StartAsync(storage);
        await bench.SubscribeAsync();
        await bench.PublishAsync();
        bench.Receiver.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await bench.StepWithoutAnswerAsync();

        bench.Services = bench.NewInstance();
        bench.Receiver.AnswerWith(200);
        await bench.RunToEndAsync();

        bench.Receiver.Deliveries.Select(delivery => delivery.EventId).Distinct().ShouldHaveSingleItem();
        bench.Receiver.Deliveries.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_message_that_is_lost_is_made_good_by_the_next_event()
    {
        await using var bench = await EventsBench.StartAsync(storage);
        await bench.SubscribeAsync();
        bench.Receiver.AnswerWith(500);
        await bench.PublishAsync();
        await bench.StepAsync();
        bench.LoseMessages();
        bench.Receiver.AnswerWith(200);

        bench.Time.Advance(TimeSpan.FromMinutes(11));
        await bench.PublishAsync();
        await bench.RunToEndAsync();

        bench.Receiver.Deliveries.Select(delivery => delivery.EventId).Distinct().Count().ShouldBe(2);
        bench.Receiver.Deliveries.Count.ShouldBe(3);
    }

    [Fact]
    public async Task What_failed_for_good_is_sent_again_under_its_ids_when_a_person_says_so()
    {
        await using var bench = await EventsBench.StartAsync(storage);
        var id = await bench.SubscribeAsync();
        var other = await bench.SubscribeAsync(states: ["settled"]);
        bench.Receiver.AnswerWith(500);
        var happened = await bench.PublishAsync();
        await bench.RunToEndAsync();
        (await bench.BacklogAsync(id)).ShouldBe((0, 1));
        (await bench.PoisonAsync()).Count.ShouldBe(2);
        var before = bench.Receiver.Deliveries.Count;

        bench.Receiver.AnswerWith(200);
        await bench.Services.GetRequiredService<EventDelivery>().RedeliverAsync(id, Cancel);
        (await bench.BacklogAsync(id)).ShouldBe((1, 0));
        await bench.RunToEndAsync();

        bench.Receiver.Deliveries.Skip(before).ShouldHaveSingleItem().EventId.ShouldBe(happened.Id);
        (await bench.BacklogAsync(id)).ShouldBe((0, 0));
        (await bench.BacklogAsync(other)).ShouldBe((0, 1), "nobody spoke of it");
    }

    [Fact]
    public async Task What_ends_leaves_nothing_behind()
    {
        await using var bench = await EventsBench.StartAsync(storage);
        var id = await bench.SubscribeAsync();
        bench.Receiver.AnswerWith(500);
        await bench.PublishAsync();
        await bench.StepAsync();
        (await bench.BacklogAsync(id)).ShouldBe((1, 0));

        bench.Receiver.AnswerWith(410);
        await bench.RunToEndAsync();

        (await bench.FindAsync(id)).ShouldBeNull();
        (await bench.BacklogAsync(id)).ShouldBe((0, 0));
    }
}
