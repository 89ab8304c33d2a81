using Baloan.Core.Loans;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Loans;

/// <summary>Forty callbacks of one loan at once, on two instances.</summary>
public sealed class ParallelTests(LoanFixture fixture) : IClassFixture<LoanFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory(Explicit = true)]
    [InlineData("created", "created")]
    [InlineData("created, cheque_verified, send_loan_to_bank, loan_paid", "loan_paid")]
    [InlineData("created, cheque_verified, canceld, cancelled, CANCELED", "canceled")]
    [InlineData("loan_paid, canceld", "loan_paid, canceled")]
    [InlineData("created, blocked, cheque_verified, in_the_clouds", "blocked, cheque_verified")]
    public async Task The_end_is_that_of_the_rules_and_no_callback_is_lost(string told, string possibleEnds)
    {
        const int Count = 40;
        var uuid = LoanFixture.NewUuid();
        var stores = new[] { fixture.Store, fixture.NewInstance().GetRequiredService<LoanStore>() };
        var states = told.Split(", ");
        var callbacks = Enumerable.Range(0, Count).Select(i => fixture.Callback(uuid, states[i % states.Length])).ToArray();
        new Random(4).Shuffle(callbacks);

        await Task.WhenAll(callbacks.Select((callback, i) => Task.Run(() => stores[i % 2].RecordAsync(callback, Cancel), Cancel)));

        var loan = await fixture.FindAsync(uuid);
        possibleEnds.Split(", ").ShouldContain(loan.State);
        (await fixture.ListsOfAsync(uuid)).ShouldBe(loan.State);
        var history = await fixture.HistoryAsync(uuid);
        foreach (var state in callbacks.GroupBy(callback => callback.State))
        {
            // Blocked alone may be news more than once.
            var rows = history.Where(entry => entry.State == state.Key).ToList();
            rows.Sum(entry => entry.Times).ShouldBe(state.Count(), await fixture.StoryAsync(uuid));
            if (loan.State != "blocked" && !told.Contains("blocked", StringComparison.Ordinal))
            {
                rows.Count.ShouldBe(1);
            }
        }

        history.Sum(entry => entry.Times).ShouldBe(Count);
        history.ShouldContain(entry => entry.State == loan.State && entry.Note == null);
        ShouldHaveAlerted(uuid, callbacks, history);
    }

    /// <summary>
    /// Each conflict raised its alert. There may be more of them: the alert goes before the row, and when the other instance wrote the
    /// same state meanwhile, as one that came before the end, the row is a duplicate of that one. Baloan did say what the alert says.
    /// </summary>
    private void ShouldHaveAlerted(string uuid, IReadOnlyList<LoanCallback> callbacks, IReadOnlyList<LoanHistoryEntry> history)
    {
        var alerts = fixture.Alerts(uuid);
        alerts.Count.ShouldBeGreaterThanOrEqualTo(history.Count(entry => entry.Note == "conflict"));
        var possible = callbacks
            .Where(callback => LoanStates.IsFinal(callback.State))
            .SelectMany(end =>
                callbacks
                    .Where(callback =>
                        callback.State != end.State && (callback.ReceivedAt > end.ReceivedAt || LoanStates.IsFinal(callback.State))
                    )
                    .Select(callback => $"has ended as {end.State}, and now Baloan calls it {callback.State}.")
            );
        alerts.ShouldAllBe(alert => possible.Any(alert.Contains));
    }
}
