using System.Text.Json.Nodes;
using Baloan.Core.Events;
using Baloan.Functions.Tests.Fixtures;
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
        await using var fixture = await EventsFixture.StartAsync(storage);
        var id = await fixture.SubscribeAsync();
        fixture.Receiver.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await fixture.PublishAsync();
        await fixture.StepWithoutAnswerAsync();
        await fixture.AnswerNeverComesAsync();

        for (var events = 0; events < 30; events++)
        {
            await fixture.PublishAsync();
        }

        var messages = fixture.Storage.Messages.Count;
        while (fixture.NextIsEvent())
        {
            await fixture.StepAsync();
        }

        fixture.Receiver.Deliveries.Count.ShouldBe(1, "what came since was not tried");
        fixture.Storage.Messages.Count.ShouldBe(messages, "one message comes for all");
        (await fixture.BacklogAsync(id)).ShouldBe((31, 0));

        fixture.Receiver.AnswerWith(200);
        await fixture.RunToEndAsync();

        fixture.Receiver.Deliveries.Count.ShouldBe(32);
        fixture.Receiver.Deliveries.Select(delivery => delivery.EventId).Distinct().Count().ShouldBe(31);
        (await fixture.BacklogAsync(id)).ShouldBe((0, 0));
    }

    [Fact]
    public async Task A_receiver_that_refuses_one_event_gets_the_others()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        await fixture.SubscribeAsync();
        var bad = await fixture.PublishAsync();
        fixture.Receiver.Answer = context =>
        {
            context.Response.StatusCode = fixture.Receiver.Deliveries[^1].EventId == bad.Id ? 500 : 200;
            return Task.CompletedTask;
        };
        await fixture.StepAsync();
        var good = await fixture.PublishAsync();

        await fixture.StepAsync();

        fixture.Receiver.Deliveries.Select(delivery => delivery.EventId).ShouldBe([bad.Id, good.Id]);
    }

    [Fact]
    public async Task A_receiver_that_hangs_on_one_event_gets_the_others()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        await fixture.SubscribeAsync();
        var bad = await fixture.PublishAsync();
        fixture.Receiver.Answer = context =>
            fixture.Receiver.Deliveries[^1].EventId == bad.Id ? Task.Delay(Timeout.Infinite, context.RequestAborted) : Task.CompletedTask;
        await fixture.StepWithoutAnswerAsync();
        await fixture.AnswerNeverComesAsync();
        var good = await fixture.PublishAsync();

        await fixture.StepAsync();

        // It hangs on the first one again, after the second.
        _ = fixture.StepAsync();
        await Until.TrueAsync(() => fixture.Receiver.Deliveries.Count >= 2);
        fixture.Receiver.Deliveries.Take(2).Select(delivery => delivery.EventId).ShouldBe([bad.Id, good.Id]);
    }

    [Fact]
    public async Task An_answer_that_comes_late_is_taken_and_nothing_is_sent_twice()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        var id = await fixture.SubscribeAsync();
        await fixture.PublishAsync();
        var answer = new TaskCompletionSource();
        fixture.Receiver.Answer = _ => answer.Task;

        await fixture.StepWithoutAnswerAsync();
        (await fixture.BacklogAsync(id)).ShouldBe((1, 0), "the copy that outlives the process");
        answer.SetResult();
        await Until.TrueAsync(async () => await fixture.BacklogAsync(id) == (0, 0));
        await fixture.RunToEndAsync();

        fixture.Receiver.Deliveries.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_process_that_dies_while_it_waits_for_an_answer_loses_nothing()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        await fixture.SubscribeAsync();
        await fixture.PublishAsync();
        fixture.Receiver.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await fixture.StepWithoutAnswerAsync();

        fixture.DieAndStartAnew();
        fixture.Receiver.AnswerWith(200);
        await fixture.RunToEndAsync();

        fixture.Receiver.Deliveries.Select(delivery => delivery.EventId).Distinct().ShouldHaveSingleItem();
        fixture.Receiver.Deliveries.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_message_that_is_lost_is_made_good_by_the_next_event()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        await fixture.SubscribeAsync();
        fixture.Receiver.AnswerWith(500);
        await fixture.PublishAsync();
        await fixture.StepAsync();
        fixture.LoseMessages();
        fixture.Receiver.AnswerWith(200);

        fixture.Time.Advance(TimeSpan.FromMinutes(11));
        await fixture.PublishAsync();
        await fixture.RunToEndAsync();

        fixture.Receiver.Deliveries.Select(delivery => delivery.EventId).Distinct().Count().ShouldBe(2);
        fixture.Receiver.Deliveries.Count.ShouldBe(3);
    }

    [Fact]
    public async Task What_failed_for_good_is_sent_again_under_its_ids_when_a_person_says_so()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        var id = await fixture.SubscribeAsync();
        var other = await fixture.SubscribeAsync(states: ["settled"]);
        fixture.Receiver.AnswerWith(500);
        var happened = await fixture.PublishAsync();
        await fixture.RunToEndAsync();
        (await fixture.BacklogAsync(id)).ShouldBe((0, 1));
        (await fixture.PoisonAsync()).Count.ShouldBe(2);
        var before = fixture.Receiver.Deliveries.Count;

        fixture.Receiver.AnswerWith(200);
        await fixture.Services.GetRequiredService<EventDelivery>().RedeliverAsync(id, Cancel);
        (await fixture.BacklogAsync(id)).ShouldBe((1, 0));
        await fixture.RunToEndAsync();

        fixture.Receiver.Deliveries.Skip(before).ShouldHaveSingleItem().EventId.ShouldBe(happened.Id);
        (await fixture.BacklogAsync(id)).ShouldBe((0, 0));
        (await fixture.BacklogAsync(other)).ShouldBe((0, 1), "nobody spoke of it");
    }

    [Fact]
    public async Task What_ends_leaves_nothing_behind()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        var id = await fixture.SubscribeAsync();
        fixture.Receiver.AnswerWith(500);
        await fixture.PublishAsync();
        await fixture.StepAsync();
        (await fixture.BacklogAsync(id)).ShouldBe((1, 0));

        fixture.Receiver.AnswerWith(410);
        await fixture.RunToEndAsync();

        (await fixture.FindAsync(id)).ShouldBeNull();
        (await fixture.BacklogAsync(id)).ShouldBe((0, 0));
    }
}
