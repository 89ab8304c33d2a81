using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Baloan.Core.Events;
using Baloan.Core.Loans;
using Baloan.Functions.Functions;
using Baloan.Functions.Tests.Fixtures;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Baloan.Functions.Tests.Subscriptions;

public sealed class DeliveryTests(StorageAccounts storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_is_posted_once_as_the_contract_says()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        await fixture.SubscribeAsync();
        var happened = await fixture.PublishAsync();

        (await fixture.RunToEndAsync()).ShouldBe(1);

        var delivery = fixture.Receiver.Deliveries.ShouldHaveSingleItem();
        delivery.Method.ShouldBe("POST");
        delivery.Target.ShouldBe(new Uri(fixture.Receiver.CallbackUrl).PathAndQuery);
        delivery.ContentType.ShouldBe("application/json; charset=utf-8");
        delivery.Headers.ShouldNotContain("traceparent");
        delivery.Headers.ShouldNotContain("Accept-Encoding");
        delivery.Json.Select(field => field.Key).ShouldBe(["id", "type", "occurred_at", "data"]);
        delivery.EventId.ShouldBe(happened.Id);
        delivery.Json["type"]!.GetValue<string>().ShouldBe("settlement");
        delivery.Json["occurred_at"]!.GetValue<DateTimeOffset>().ShouldBe(happened.OccurredAt);
        JsonNode.DeepEquals(delivery.Json["data"], happened.Data).ShouldBeTrue();
        fixture.Logs.Lines.ShouldContain(line => line.Contains(happened.Id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_subscriptions_publishing_is_one_storage_call()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        var id = await fixture.SubscribeAsync();
        await fixture.Services.GetRequiredService<SubscriptionStore>().RemoveAsync(id, Azure.ETag.All, Cancel);
        var before = fixture.Storage.Calls.Count;

        await fixture.PublishAsync();

        fixture.Storage.Calls.Skip(before).ShouldBe(["table GET Subscriptions()"]);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task What_is_not_taken_is_tried_again_under_the_same_id_and_redirects_lead_nowhere(int status)
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        await using var other = await Receiver.StartAsync();
        await fixture.SubscribeAsync();
        var happened = await fixture.PublishAsync();
        var left = 2;
        fixture.Receiver.Answer = context =>
        {
            if (left-- > 0)
            {
                context.Response.StatusCode = status;
                context.Response.Headers.Location = other.CallbackUrl;
            }

            return Task.CompletedTask;
        };

        await fixture.RunToEndAsync();

        fixture.Receiver.Deliveries.Select(delivery => delivery.EventId).ShouldBe(Enumerable.Repeat(happened.Id, 3));
        fixture.Receiver.Deliveries.Select(delivery => delivery.Body).Distinct().ShouldHaveSingleItem();
        other.Deliveries.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(200)]
    [InlineData(202)]
    [InlineData(204)]
    [InlineData(299)]
    public async Task Every_2xx_is_success(int status)
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        await fixture.SubscribeAsync();
        await fixture.PublishAsync();
        fixture.Receiver.AnswerWith(status);

        (await fixture.RunToEndAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_receiver_that_hangs_is_left_after_a_while_and_tried_again()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        var id = await fixture.SubscribeAsync();
        await fixture.PublishAsync();
        fixture.Receiver.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);

        await fixture.StepWithoutAnswerAsync();
        await fixture.AnswerNeverComesAsync();
        (await fixture.FindAsync(id))!.Failures.ShouldBe(1);
        fixture.Receiver.AnswerWith(200);
        await fixture.RunToEndAsync();

        fixture.Receiver.Deliveries.Count.ShouldBe(2);
        fixture.Logs.Lines.ShouldContain(line => line.Contains("no answer in time", StringComparison.Ordinal));
        (await fixture.FindAsync(id))!.Failures.ShouldBe(0);
    }

    [Fact]
    public async Task A_host_that_stops_gives_the_message_back()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        await fixture.SubscribeAsync();
        await fixture.PublishAsync();
        fixture.Receiver.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        using var stop = new CancellationTokenSource();
        var function = new DeliverEventsFunction(fixture.Services.GetRequiredService<EventDelivery>());

        var run = function.Run(fixture.Storage.Messages.Single().Text, stop.Token);
        await Until.TrueAsync(() => fixture.Receiver.Deliveries.Count == 1);
        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(run);
        fixture.Pending().ShouldBe(1, "the same message is still there; no other one was made");
    }

    [Fact]
    public async Task An_answer_without_end_does_not_matter()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        await fixture.SubscribeAsync();
        await fixture.PublishAsync();
        var ended = new TaskCompletionSource();
        fixture.Receiver.Answer = async context =>
        {
            try
            {
                while (true)
                {
                    await context.Response.Body.WriteAsync(new byte[64 * 1024], context.RequestAborted);
                }
            }
            catch (Exception hungUp) when (hungUp is OperationCanceledException or IOException)
            {
                ended.SetResult();
            }
        };

        (await fixture.RunToEndAsync()).ShouldBe(1);

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
    }

    [Fact]
    public async Task An_answer_with_too_many_headers_is_no_answer()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        await fixture.SubscribeAsync();
        await fixture.PublishAsync();
        fixture.Receiver.Answer = context =>
        {
            context.Response.Headers["x"] = new string('x', 20_000);
            return Task.CompletedTask;
        };

        await fixture.StepAsync();

        fixture.Pending().ShouldBe(1);
    }

    [Fact]
    public async Task Retry_After_is_obeyed_up_to_an_hour()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        await fixture.SubscribeAsync();
        await fixture.PublishAsync();
        foreach (var (retryAfter, least, most) in new[] { ("1", 10, 13), ("600", 600, 600), ("86400", 3600, 3600), ("x", 120, 145) })
        {
            fixture.Receiver.AnswerWith(503, retryAfter);
            await fixture.StepAsync();
            fixture.Pending().ShouldBe(1);
            fixture.Storage.Messages[^1].Delay.TotalSeconds.ShouldBeInRange(least, most, retryAfter);
        }
    }

    [Fact]
    public async Task What_is_down_for_more_than_a_day_is_kept_and_raises_an_alert()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        var id = await fixture.SubscribeAsync();
        var began = fixture.Time.GetUtcNow();
        var happened = await fixture.PublishAsync();
        fixture.Receiver.AnswerWith(500);
        var waits = new List<TimeSpan>();

        while (await fixture.StepAsync() is { } waited)
        {
            waits.Add(waited);
        }

        waits.Count.ShouldBeInRange(25, 40);
        waits[1].TotalSeconds.ShouldBeInRange(10, 13);
        waits[4].TotalSeconds.ShouldBeInRange(120, 145);
        waits[12].TotalSeconds.ShouldBeInRange(3600, 4321);
        (fixture.Time.GetUtcNow() - began).TotalHours.ShouldBeInRange(24, 24.01);
        fixture.Receiver.Deliveries.Count.ShouldBe(waits.Count);
        fixture.Receiver.Deliveries.ShouldAllBe(delivery => delivery.EventId == happened.Id);
        var kept = (await fixture.PoisonAsync()).ShouldHaveSingleItem();
        kept.ShouldContain(happened.Id);
        kept.ShouldContain(id);
        kept.Contains(fixture.Receiver.Signature, StringComparison.Ordinal).ShouldBeFalse();
        var alert = fixture.Logs.Lines.Where(line => line.StartsWith("Critical", StringComparison.Ordinal)).ShouldHaveSingleItem();
        alert.ShouldContain(happened.Id);
        alert.ShouldContain(id);
        (await fixture.FindAsync(id)).ShouldNotBeNull("the next event is tried again");
    }

    [Fact]
    public async Task A_receiver_that_is_down_for_longer_than_a_process_lives_gets_its_event()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        await fixture.SubscribeAsync();
        await fixture.Receiver.StopAsync();
        var happened = await fixture.PublishAsync();
        for (var tries = 0; tries < 9; tries++)
        {
            await fixture.StepAsync();
        }

        fixture.Services = fixture.NewInstance();
        await fixture.StepAsync();
        await fixture.Receiver.StartAgainAsync();
        await fixture.RunToEndAsync();

        fixture.Receiver.Deliveries.ShouldHaveSingleItem().EventId.ShouldBe(happened.Id);
    }

    [Fact]
    public async Task Gone_for_good_ends_the_subscription()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        var id = await fixture.SubscribeAsync();
        fixture.Receiver.AnswerWith(410);
        await fixture.PublishAsync();
        await fixture.PublishAsync();

        (await fixture.RunToEndAsync()).ShouldBe(2);
        await fixture.PublishAsync();

        fixture.Pending().ShouldBe(0);
        fixture.Receiver.Deliveries.Count.ShouldBe(1, "the second message found the subscription ended");
        (await fixture.FindAsync(id)).ShouldBeNull();
    }

    [Fact]
    public async Task Gone_for_good_does_not_end_what_was_subscribed_again_meanwhile()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        var id = await fixture.SubscribeAsync();
        await fixture.PublishAsync();
        fixture.Receiver.Answer = async context =>
        {
            await fixture.SubscribeAsync();
            context.Response.StatusCode = 410;
        };

        await fixture.RunToEndAsync();

        (await fixture.FindAsync(id)).ShouldNotBeNull();
    }

    [Fact]
    public async Task The_same_subscription_twice_is_one_and_another_is_another()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        var id = await fixture.SubscribeAsync();
        (await fixture.SubscribeAsync()).ShouldBe(id);
        (await fixture.SubscribeAsync(events: ["settlement", "loan_state", "settlement"], states: [])).ShouldBe(
            id,
            "the defaults, spelt out"
        );
        await fixture.PublishAsync();
        (await fixture.RunToEndAsync()).ShouldBe(1);

        (await fixture.SubscribeAsync(fixture.Receiver.CallbackUrl + "2")).ShouldNotBe(id);
        (await fixture.SubscribeAsync(states: ["settled"])).ShouldNotBe(id);
        await fixture.PublishAsync();
        (await fixture.RunToEndAsync()).ShouldBe(3);
    }

    [Fact]
    public async Task A_subscription_gets_what_it_asked_for_alone()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        var ids = new Dictionary<string, string>
        {
            [await fixture.SubscribeAsync(events: ["loan_state"])] = "loans",
            [await fixture.SubscribeAsync(events: ["settlement"])] = "settlements",
            [await fixture.SubscribeAsync(states: ["loan_paid", " Canceld "])] = "paid or canceled",
            [await fixture.SubscribeAsync(events: ["settlement"], states: ["needs_review"])] = "reviews",
        };

        foreach (
            var (type, state, receivers) in new[]
            {
                ("loan_state", "created", new[] { "loans" }),
                ("loan_state", "canceled", ["loans", "paid or canceled"]),
                ("settlement", "settled", ["settlements"]),
                ("settlement", "needs_review", ["reviews", "settlements"]),
                ("loan_state", "needs_review", ["loans"]),
            }
        )
        {
            var before = fixture.Storage.Messages.Count;
            await fixture.PublishAsync(EventsFixture.NewEvent(state, type));
            fixture
                .Storage.Messages.Skip(before)
                .Select(message => ids[JsonNode.Parse(message.Text)!["subscription"]!.GetValue<string>()])
                .ShouldBe(receivers, ignoreOrder: true, $"{type} {state}");
        }
    }

    [Fact]
    public async Task An_ended_subscription_gets_nothing_more()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        var id = await fixture.SubscribeAsync();
        await fixture.PublishAsync();
        await fixture.Services.GetRequiredService<SubscriptionStore>().RemoveAsync(id, Azure.ETag.All, Cancel);

        (await fixture.RunToEndAsync()).ShouldBe(1);

        fixture.Receiver.Deliveries.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_host_that_is_not_allowed_any_more_ends_its_deliveries_at_once_and_gets_them_when_it_is_again()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        var id = await fixture.SubscribeAsync();
        fixture.Receiver.AnswerWith(500);
        await fixture.PublishAsync();
        await fixture.StepAsync();
        await fixture.PublishAsync();

        fixture.Services = fixture.NewInstance(Environments.Production);
        await fixture.RunToEndAsync();
        fixture.Receiver.Deliveries.Count.ShouldBe(1, "before the change");
        (await fixture.BacklogAsync(id)).ShouldBe((0, 2));

        fixture.Services = fixture.NewInstance();
        fixture.Receiver.AnswerWith(200);
        await fixture.Services.GetRequiredService<EventDelivery>().RedeliverAsync(id, Cancel);
        await fixture.RunToEndAsync();

        fixture.Receiver.Deliveries.Count.ShouldBe(3);
        (await fixture.BacklogAsync(id)).ShouldBe((0, 0));
        (await fixture.PoisonAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("0.0.0.0")]
    public async Task A_host_that_leads_to_this_machine_is_not_connected_to_even_where_its_name_is_allowed(string host)
    {
        using var listener = new TcpListener(IPAddress.IPv6Any, 0);
        listener.Server.DualMode = true;
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await using var fixture = await EventsFixture.StartAsync(storage, Environments.Production, host, $"{port}");
        await fixture.SubscribeAsync($"https://{host}:{port}/workflows?sig={fixture.Receiver.Signature}");
        await fixture.PublishAsync();

        await fixture.StepAsync();

        listener.Pending().ShouldBeFalse();
        fixture.Logs.Lines.ShouldContain(line => line.Contains("the name leads to no public address", StringComparison.Ordinal));
        fixture.Pending().ShouldBe(1);
    }

    [Fact]
    public async Task An_event_of_a_change_that_is_not_recorded_yet_waits_for_it()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        await fixture.SubscribeAsync();
        var happened = await fixture.PublishAsync(
            EventsFixture.NewEvent("created", "loan_state", new LoanChange(Guid.NewGuid().ToString(), "missing"))
        );

        await fixture.StepAsync();
        await fixture.StepAsync();
        fixture.Pending().ShouldBe(1);
        fixture.Receiver.Deliveries.ShouldBeEmpty();
        var steps = await fixture.RunToEndAsync();

        steps.ShouldBeInRange(8, 14);
        fixture.Receiver.Deliveries.ShouldBeEmpty();
        (await fixture.PoisonAsync()).ShouldBeEmpty();
        fixture.Logs.Lines.ShouldContain(line =>
            line.StartsWith("Information", StringComparison.Ordinal)
            && line.Contains(happened.Id, StringComparison.Ordinal)
            && line.Contains("never recorded", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_change_that_is_recorded_at_the_second_try_is_delivered()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        await fixture.SubscribeAsync();
        var loans = fixture.Services.GetRequiredService<LoanStore>();
        var callback = new LoanCallback(
            Guid.NewGuid().ToString(),
            Guid.NewGuid().ToString(),
            LoanStates.Created,
            null,
            fixture.Time.GetUtcNow(),
            "{}"u8.ToArray()
        );
        fixture.Storage.Refuse = kind => kind.StartsWith("table POST ", StringComparison.Ordinal);
        await Should.ThrowAsync<Exception>(() => loans.RecordAsync(callback, mayBeRecorded: false, Cancel));
        await fixture.StepAsync();
        fixture.Receiver.Deliveries.ShouldBeEmpty();
        fixture.Pending().ShouldBe(1);

        fixture.Storage.Refuse = _ => false;
        await loans.RecordAsync(callback, mayBeRecorded: true, Cancel);
        await fixture.RunToEndAsync();

        fixture.Receiver.Deliveries.ShouldNotBeEmpty();
        fixture.Receiver.Deliveries.Select(delivery => delivery.EventId).Distinct().ShouldHaveSingleItem();
        fixture.Receiver.Deliveries.ShouldAllBe(delivery => delivery.Json["data"]!["state"]!.GetValue<string>() == "created");
    }

    [Fact]
    public async Task Tables_that_are_away_put_an_event_off_as_a_receiver_does()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        await fixture.SubscribeAsync();
        await fixture.PublishAsync();

        fixture.Storage.Refuse = kind => kind.StartsWith("table ", StringComparison.Ordinal);
        await fixture.StepAsync();
        fixture.Storage.Refuse = _ => false;
        await fixture.RunToEndAsync();

        fixture.Receiver.Deliveries.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_queue_that_is_away_leaves_the_message_to_come_again()
    {
        await using var fixture = await EventsFixture.StartAsync(storage);
        await fixture.SubscribeAsync();
        await fixture.PublishAsync();
        fixture.Receiver.AnswerWith(500);
        fixture.Storage.Refuse = kind => kind.StartsWith("queue POST ", StringComparison.Ordinal);

        await Should.ThrowAsync<Exception>(() => fixture.StepAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"subscription":"a","event":null,"attempt":1,"first_at":"2026-03-01T08:00:00Z"}""")]
    [InlineData(
        """{"subscription":"a","event":{"id":"b","type":"settlement","state":"settled"},"attempt":1,"first_at":"2026-03-01T08:00:00Z"}"""
    )]
    [InlineData(
        """{"subscription":"a","event":{"id":"b","type":"loan_state","data":{},"change":{"uuid":"u","key":null}},"attempt":1,"first_at":"2026-03-01T08:00:00Z"}"""
    )]
    [InlineData(
        """{"subscription":"a","event":{"id":"b","type":"loan_state","data":{},"change":{"uuid":null,"key":"k"}},"attempt":1,"first_at":"2026-03-01T08:00:00Z"}"""
    )]
    public async Task A_message_of_somebody_else_is_left_to_the_poison_queue(string message)
    {
        await using var fixture = await EventsFixture.StartAsync(storage);

        await Should.ThrowAsync<JsonException>(() => fixture.RunAsync(message));
    }
}
