using Azure.Data.Tables;
using Baloan.Core.Loans;
using Baloan.Core.Storage;
using Baloan.Functions.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Loans;

/// <summary>A loan whose history somebody fills with states that nobody knows.</summary>
public sealed class JunkTests(StorageAccounts storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Known_states_come_first_and_whole_and_the_others_newest_first_in_pages()
    {
        await using var fixture = new LoanFixture(storage);
        var uuid = Guid.NewGuid().ToString();
        await fixture.RecordAsync(uuid, "created");
        for (var junk = 0; junk < 120; junk++)
        {
            await fixture.RecordAsync(uuid, $"junk-{junk}");
        }

        await fixture.RecordAsync(uuid, "loan_paid");
        for (var junk = 120; junk < 230; junk++)
        {
            await fixture.RecordAsync(uuid, $"junk-{junk}");
        }

        var (pages, seen) = (0, new List<string>());
        string? after = null;
        do
        {
            (_, var history, after) = (await fixture.Store.ReadAsync(uuid, after, Cancel)).ShouldNotBeNull();
            seen.AddRange(history.Select(entry => entry.State));
            pages++;
        } while (after is not null);

        pages.ShouldBe(3);
        seen.ShouldBe(["created", "loan_paid", .. Enumerable.Range(0, 230).Reverse().Select(junk => $"junk-{junk}")]);
        (await fixture.FindAsync(uuid)).State.ShouldBe("loan_paid");
    }

    [Fact(Explicit = true)]
    public async Task More_than_a_hundred_unknown_states_raise_one_alert_and_the_same_one_again_counts_once()
    {
        await using var fixture = new LoanFixture(storage);
        var uuid = Guid.NewGuid().ToString();
        IReadOnlyList<string> Alerts() => fixture.Alerts(uuid);
        for (var junk = 0; junk < 100; junk++)
        {
            await fixture.RecordAsync(uuid, $"junk-{junk}");
            await fixture.RecordAsync(uuid, $"junk-{junk}");
        }

        Alerts().ShouldBeEmpty();
        await fixture.RecordAsync(uuid, "one-more");
        Alerts().ShouldHaveSingleItem().ShouldContain(uuid);
        await fixture.RecordAsync(uuid, "and-another");
        Alerts().Count.ShouldBe(1);
    }

    [Fact(Explicit = true)]
    public async Task Unknown_states_of_before_they_had_keys_of_their_own_are_still_read()
    {
        await using var fixture = new LoanFixture(storage);
        var uuid = Guid.NewGuid().ToString();
        await fixture.RecordAsync(uuid, "created");
        var table = fixture.Services.GetRequiredService<StorageClients>().Tables.GetTableClient(StorageSetup.LoansTable);
        await table.AddEntityAsync(
            new LoanHistoryEntry
            {
                PartitionKey = uuid,
                RowKey = "change-0123456789abcdef0123456789abcdef",
                CallbackId = "x",
                State = "of_old",
                ReceivedAt = fixture.Clock.GetUtcNow(),
                Note = "unknown_state",
            },
            Cancel
        );
        await fixture.RecordAsync(uuid, "cheque_verified");

        var (_, history, _) = (await fixture.Store.ReadAsync(uuid, null, Cancel)).ShouldNotBeNull();

        history.Select(entry => entry.State).ShouldBe(["created", "cheque_verified", "of_old"]);
    }
}
