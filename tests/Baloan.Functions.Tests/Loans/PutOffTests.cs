using System.Text.Json;
using Baloan.Core.Loans;
using Baloan.Functions.Functions;

namespace Baloan.Functions.Tests.Loans;

/// <summary>Callbacks that waited on the queue while tables were away.</summary>
public sealed class PutOffTests(LoanBench bench) : IClassFixture<LoanBench>
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
        var uuid = LoanBench.NewUuid();
        var messages = callbacks
            .Split(", ")
            .Select(told =>
                JsonSerializer.Serialize(new LoanMessage(bench.Callback(uuid, told), null, 1, null), LoanJson.Default.LoanMessage)
            )
            .ToArray();
        bench.Clock.Advance(TimeSpan.FromHours(3));

        foreach (var i in order)
        {
            await new RecordLoansFunction(bench.Recorder).Run(messages[i], Cancel);
        }

        (await bench.FindAsync(uuid)).State.ShouldBe(state);
        (await bench.StoryAsync(uuid)).ShouldBe(story);
        (await bench.HistoryAsync(uuid)).ShouldAllBe(entry => bench.Clock.GetUtcNow() - entry.ReceivedAt >= TimeSpan.FromHours(3));
        (await bench.ListsOfAsync(uuid)).ShouldBe(state);
    }

    [Fact]
    public async Task A_loan_that_was_blocked_while_it_was_put_off_can_be_left_and_passed()
    {
        var uuid = LoanBench.NewUuid();
        var (verified, blocked) = (bench.Callback(uuid, "cheque_verified"), bench.Callback(uuid, "blocked"));
        await bench.Store.RecordAsync(blocked, Cancel);
        (await bench.Store.RecordAsync(verified, Cancel)).ShouldBe(LoanVerdict.Late);

        // It is known how far the loan had come.
        (await bench.RecordAsync(uuid, "created")).ShouldBe(LoanVerdict.Late);
        (await bench.RecordAsync(uuid, "cheque_verified")).ShouldBe(LoanVerdict.Accepted);
        (await bench.RecordAsync(uuid, "blocked")).ShouldBe(LoanVerdict.Accepted);
    }

    [Fact]
    public async Task A_callback_that_came_before_the_opening_was_answered_is_no_older_than_the_loan()
    {
        var uuid = LoanBench.NewUuid();
        var blocked = bench.Callback(uuid, "blocked");
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await bench.Store.RecordAsync(bench.Opening(uuid), Cancel);

        (await bench.Store.RecordAsync(blocked, Cancel)).ShouldBe(LoanVerdict.Accepted);
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
        Should.ThrowAsync<JsonException>(() => new RecordLoansFunction(bench.Recorder).Run(message, Cancel));
}
