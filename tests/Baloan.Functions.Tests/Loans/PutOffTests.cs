using System.Text.Json;
using Baloan.Core.Loans;
using Baloan.Functions.Functions;

namespace Baloan.Functions.Tests.Loans;

/// <summary>Callbacks that waited on the queue while tables were away.</summary>
public sealed class PutOffTests(LoanFixture fixture) : IClassFixture<LoanFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>
    /// What was put off while tables were away, in the order of receipt; the order in which it comes off the queue; the outcome.
    /// </summary>
    public static TheoryData<string, int[], string, string> PutOff =>
        new()
        {
            { "created", [0], "created", "created" },
            { "created, created, created", [2, 0, 1], "created", "created x3" },
            {
                "created, cheque_verified, send_loan_to_bank",
                [2, 1, 0],
                "send_loan_to_bank",
                "created (late), cheque_verified (late), send_loan_to_bank"
            },
            { "created, canceld", [1, 0], "canceled", "created (late), canceled" },
            { "created, blocked, cheque_verified", [0, 2, 1], "cheque_verified", "created, blocked (late), cheque_verified" },
            { "created, blocked, cheque_verified", [2, 0, 1], "cheque_verified", "created (late), blocked (late), cheque_verified" },
            { "cheque_verified, blocked", [1, 0], "blocked", "cheque_verified (late), blocked" },
            { "cheque_verified, blocked, loan_paid", [1, 2, 0], "loan_paid", "cheque_verified (late), blocked, loan_paid" },
            { "blocked, canceld", [1, 0], "canceled", "blocked (late), canceled" },
            { "in_the_clouds, blocked", [1, 0], "blocked", "in_the_clouds (unknown_state), blocked" },
            { "blocked, in_the_clouds", [1, 0], "blocked", "blocked, in_the_clouds (unknown_state)" },
        };

    [Theory]
    [MemberData(nameof(PutOff))]
    public async Task What_was_put_off_is_recorded_as_it_was_received(string callbacks, int[] order, string state, string story)
    {
        var uuid = LoanFixture.NewUuid();
        var messages = callbacks
            .Split(", ")
            .Select(told =>
                JsonSerializer.Serialize(new LoanMessage(fixture.Callback(uuid, told), null, 1, null), LoanJson.Default.LoanMessage)
            )
            .ToArray();
        fixture.Clock.Advance(TimeSpan.FromHours(3));

        foreach (var i in order)
        {
            await new RecordLoansFunction(fixture.Recorder).Run(messages[i], Cancel);
        }

        (await fixture.FindAsync(uuid)).State.ShouldBe(state);
        (await fixture.StoryAsync(uuid)).ShouldBe(story);
        (await fixture.HistoryAsync(uuid)).ShouldAllBe(entry => fixture.Clock.GetUtcNow() - entry.ReceivedAt >= TimeSpan.FromHours(3));
        (await fixture.ListsOfAsync(uuid)).ShouldBe(state);
    }

    [Fact]
    public async Task A_loan_that_was_blocked_while_it_was_put_off_can_be_left_and_passed()
    {
        var uuid = LoanFixture.NewUuid();
        var (verified, blocked) = (fixture.Callback(uuid, "cheque_verified"), fixture.Callback(uuid, "blocked"));
        await fixture.Store.RecordAsync(blocked, Cancel);
        (await fixture.Store.RecordAsync(verified, Cancel)).ShouldBe(LoanVerdict.Late);

        // It is known how far the loan had come.
        (await fixture.RecordAsync(uuid, "created")).ShouldBe(LoanVerdict.Late);
        (await fixture.RecordAsync(uuid, "cheque_verified")).ShouldBe(LoanVerdict.Accepted);
        (await fixture.RecordAsync(uuid, "blocked")).ShouldBe(LoanVerdict.Accepted);
    }

    [Fact]
    public async Task A_callback_that_came_before_the_opening_was_answered_is_no_older_than_the_loan()
    {
        var uuid = LoanFixture.NewUuid();
        var blocked = fixture.Callback(uuid, "blocked");
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        await fixture.Store.RecordAsync(fixture.Opening(uuid), Cancel);

        (await fixture.Store.RecordAsync(blocked, Cancel)).ShouldBe(LoanVerdict.Accepted);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"callback":null,"opening":null,"attempt":1}""")]
    [InlineData("""{"kind":"settlement","id":"TLC-1"}""")]
    [InlineData("""{"callback":{},"attempt":1}""")]
    [InlineData("""{"callback":{"id":"1","uuid":"2"},"attempt":1}""")]
    [InlineData("""{"opening":{},"attempt":1}""")]
    [InlineData("br:nonsense")]
    [InlineData("br:AAAA")]
    public Task A_message_that_is_none_fails(string message) =>
        Should.ThrowAsync<JsonException>(() => new RecordLoansFunction(fixture.Recorder).Run(message, Cancel));
}
