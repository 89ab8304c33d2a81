using System.Text.Json;
using Baloan.Core.Events;
using Baloan.Core.Loans;
using Baloan.Core.Storage;
using Baloan.Functions.Http;
using Baloan.Functions.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Loans;

/// <summary>What remains when a process dies, or storage's answers get lost, anywhere in the recording of a callback.</summary>
public sealed class InterruptionTests(StorageAccounts storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What came before, what is interrupted, and what has to be there in the end; {0} is the number of times.</summary>
    public static TheoryData<string, string, string, string> Callbacks =>
        new()
        {
            { "", "created", "created", "created{0}" },
            { "created", "cheque_verified", "cheque_verified", "created, cheque_verified{0}" },
            { "created", "canceld", "canceled", "created, canceled{0}" },
            { "created, blocked, cheque_verified", "blocked", "blocked", "created, blocked{0}, cheque_verified, blocked" },
            { "created, cheque_verified", "created", "cheque_verified", "created{1}, cheque_verified" },
            { "send_loan_to_bank", "created", "send_loan_to_bank", "send_loan_to_bank, created (late){0}" },
            { "loan_paid", "canceled", "loan_paid", "loan_paid, canceled (conflict){0}" },
            { "created", "lost_in_the_post", "created", "created, lost_in_the_post (unknown_state){0}" },
        };

    [Theory(Explicit = true)]
    [MemberData(nameof(Callbacks))]
    public async Task A_process_that_dies_at_any_storage_call_loses_nothing(string before, string callback, string state, string story)
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = await FixtureAsync(proxy);
        for (var at = 1; ; at++)
        {
            foreach (var afterEffect in new[] { false, true })
            {
                var uuid = await GivenAsync(fixture, before);
                using var death = new CancellationTokenSource();
                var calls = 0;
                bool Dies(string call)
                {
                    if (StorageProxy.IsCounting(call) || Interlocked.Increment(ref calls) != at)
                    {
                        return false;
                    }

                    death.Cancel();
                    return true;
                }

                proxy.Refuse = call => !afterEffect && Dies(call);
                proxy.LoseAnswer = call => afterEffect && Dies(call);
                var died = false;
                try
                {
                    await fixture.Store.RecordAsync(fixture.Callback(uuid, callback), death.Token);
                }
                catch (OperationCanceledException)
                {
                    died = true;
                }

                (proxy.Refuse, proxy.LoseAnswer) = (_ => false, _ => false);
                if (!death.IsCancellationRequested)
                {
                    at.ShouldBeGreaterThan(2);
                    return;
                }

                died.ShouldBeTrue();

                // As Baloan does where nobody said 200.
                await fixture.RecordAsync(uuid, callback);

                await ShouldBeWholeAsync(fixture, proxy, uuid, state, story, [1, 2]);
                fixture.Alerts(uuid).Count.ShouldBeGreaterThanOrEqualTo(story.Contains("(conflict)", StringComparison.Ordinal) ? 1 : 0);
            }
        }
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(Callbacks))]
    public async Task An_answer_of_storage_that_gets_lost_changes_nothing(string before, string callback, string state, string story)
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = await FixtureAsync(proxy);
        var lost = true;
        for (var at = 1; lost; at++)
        {
            var uuid = await GivenAsync(fixture, before);
            var calls = 0;
            lost = false;
            proxy.LoseAnswer = call =>
                !call.StartsWith("table GET", StringComparison.Ordinal) && Interlocked.Increment(ref calls) == at && (lost = true);

            // The SDK sends it again, and meets its own write.
            await fixture.RecordAsync(uuid, callback);

            proxy.LoseAnswer = _ => false;
            await ShouldBeWholeAsync(fixture, proxy, uuid, state, story, [1]);
            fixture.Alerts(uuid).Count.ShouldBe(story.Contains("(conflict)", StringComparison.Ordinal) ? 1 : 0);
        }
    }

    [Theory(Explicit = true)]
    [InlineData("created")]
    [InlineData("cheque_verified")]
    [InlineData("blocked")]
    [InlineData("canceled")]
    [InlineData("who_knows")]
    public async Task A_message_that_comes_again_changes_nothing_whatever_came_since(string state)
    {
        await using var fixture = new LoanFixture(storage);
        var uuid = await GivenAsync(fixture, "created, blocked, cheque_verified");
        // The first is news or a duplicate, the second is a duplicate.
        var (first, second) = (fixture.Callback(uuid, state), fixture.Callback(uuid, state));
        await fixture.Recorder.MakeGoodAsync(new LoanMessage(first, null, 1, null), Cancel);
        await fixture.Recorder.MakeGoodAsync(new LoanMessage(second, null, 1, null), Cancel);
        await ShouldStandStillAsync();
        await fixture.RecordAsync(uuid, "send_loan_to_bank");
        await ShouldStandStillAsync();
        await fixture.RecordAsync(uuid, "canceled");
        await ShouldStandStillAsync();

        async Task ShouldStandStillAsync()
        {
            var (loan, story, alerts) = (await fixture.FindAsync(uuid), await fixture.StoryAsync(uuid), fixture.Alerts(uuid).Count);
            foreach (var message in new[] { second, first, second, second })
            {
                await fixture.Recorder.MakeGoodAsync(new LoanMessage(message, null, 1, null), Cancel);
            }

            (await fixture.StoryAsync(uuid)).ShouldBe(story);
            var now = await fixture.FindAsync(uuid);
            (now.State, now.Reason, now.UpdatedAt).ShouldBe((loan.State, loan.Reason, loan.UpdatedAt));
            fixture.Alerts(uuid).Count.ShouldBe(alerts);
            (await fixture.ListsOfAsync(uuid)).ShouldBe(loan.State);
        }
    }

    [Fact(Explicit = true)]
    public async Task An_event_that_was_announced_for_a_change_that_turned_out_to_be_late_is_not_delivered()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = await FixtureAsync(proxy);
        var uuid = await GivenAsync(fixture, "created");
        var other = fixture.NewInstance().GetRequiredService<LoanStore>();
        var overtaking = fixture.Callback(uuid, "send_loan_to_bank");
        var held = 0;
        // Between the announcement and the row, another instance records a later state.
        proxy.Refuse = call =>
        {
            if (call == "table PUT LoansByState(key)" && Interlocked.Increment(ref held) == 1)
            {
                Task.Run(() => other.RecordAsync(overtaking, Cancel), Cancel).GetAwaiter().GetResult();
            }

            return false;
        };

        (await fixture.RecordAsync(uuid, "cheque_verified")).ShouldBe(LoanVerdict.Late);

        await ShouldBeWholeAsync(fixture, proxy, uuid, "send_loan_to_bank", "created, send_loan_to_bank, cheque_verified (late)", [1]);
    }

    /// <summary>A fixture with somebody who has subscribed to everything.</summary>
    private static async Task<LoanFixture> FixtureAsync(StorageProxy proxy)
    {
        var fixture = new LoanFixture(proxy.ConnectionString);
        await fixture.SubscribeAsync();
        return fixture;
    }

    private static async Task<string> GivenAsync(LoanFixture fixture, string before)
    {
        var uuid = LoanFixture.NewUuid();
        foreach (var state in before.Split(", ", StringSplitOptions.RemoveEmptyEntries))
        {
            await fixture.RecordAsync(uuid, state);
        }

        return uuid;
    }

    private static async Task ShouldBeWholeAsync(
        LoanFixture fixture,
        StorageProxy proxy,
        string uuid,
        string state,
        string story,
        int[] times
    )
    {
        static string Times(int count) => count == 1 ? "" : $" x{count}";
        (await fixture.StoryAsync(uuid)).ShouldBeOneOf([
            .. times.Select(count =>
                string.Format(System.Globalization.CultureInfo.InvariantCulture, story, Times(count), Times(count + 1))
            ),
        ]);
        (await fixture.FindAsync(uuid)).State.ShouldBe(state);
        (await fixture.ListsOfAsync(uuid)).ShouldBe(state);

        // Each change that was news has its event, and nothing else has one.
        var delivered = new List<string>();
        foreach (var message in proxy.Messages.Where(message => message.Queue == StorageSetup.EventsQueueName))
        {
            var happened = JsonSerializer.Deserialize(message.Text, EventJson.Readable.EventMessage)!.Event;
            var change = happened.Change.ShouldNotBeNull();
            if (change.Uuid == uuid && await fixture.Store.HasChangeAsync(uuid, change.Key, happened.Id, Cancel))
            {
                delivered.Add($"{happened.Id} {happened.State}");
            }
        }

        delivered
            .Distinct()
            .ShouldBe(
                (await fixture.HistoryAsync(uuid)).Where(entry => entry.Note is null).Select(entry => $"{entry.CallbackId} {entry.State}"),
                ignoreOrder: true
            );
    }
}
