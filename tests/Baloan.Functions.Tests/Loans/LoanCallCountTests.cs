using System.Globalization;
using Baloan.Core.Loans;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Loans;

/// <summary>What the operations on loans cost, however many loans there are.</summary>
public sealed class LoanCallCountTests
{
    private const int Top = 5;

    private static readonly string[] States = ["created", "cheque_verified"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Each_operation_costs_the_same_with_60_loans_and_with_20_000()
    {
        var costs = await Task.WhenAll(CostsAsync(60), CostsAsync(20_000));

        costs[1].ShouldBe(costs[0]);
        costs[1]
            .ShouldBe([
                "read a loan: 2 calls, 2 rows: table GET LoanStates(key), table GET LoanStates()",
                "new state: 5 calls, 1 rows: table GET LoanStates(key), table GET Subscriptions(), table PUT LoansByState(key), table "
                    + "POST $batch, table DELETE LoansByState(key)",
                "the same one again: 3 calls, 2 rows: table GET LoanStates(key), table GET LoanStates(key), table PUT LoanStates(key)",
                "late: 2 calls, 1 rows: table GET LoanStates(key), table POST $batch",
                "a new loan: 4 calls, 0 rows: table GET LoanStates(key), table GET Subscriptions(), table PUT LoansByState(key), table "
                    + "POST $batch",
                "an opening: 3 calls, 0 rows: table GET LoanStates(key), table PUT LoansByState(key), table POST $batch",
                "a page: 6 calls, 11 rows: table GET LoansByState(), table GET LoanStates(key), table GET LoanStates(key), table GET "
                    + "LoanStates(key), table GET LoanStates(key), table GET LoanStates(key)",
                "the next page: 6 calls, 11 rows: table GET LoansByState(), table GET LoanStates(key), table GET LoanStates(key), table "
                    + "GET LoanStates(key), table GET LoanStates(key), table GET LoanStates(key)",
                "a page of all: 12 calls, 18 rows: table GET LoansByState(), table GET LoansByState(), table GET LoansByState(), table "
                    + "GET LoansByState(), table GET LoansByState(), table GET LoansByState(), table GET LoansByState(), table GET "
                    + "LoanStates(key), table GET LoanStates(key), table GET LoanStates(key), table GET LoanStates(key), table GET "
                    + "LoanStates(key)",
            ]);
    }

    private static async Task<IReadOnlyList<string>> CostsAsync(int count)
    {
        var folder = Directory.CreateTempSubdirectory("baloan-loans-");
        try
        {
            // Of its own: so many rows would hold up the other tests.
            await using var azurite = await Azurite.StartAsync(folder.FullName, cancellationToken: Cancel);
            return await CostsAsync(azurite, folder.FullName, count);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<IReadOnlyList<string>> CostsAsync(Azurite azurite, string folder, int count)
    {
        await using var proxy = await StorageProxy.StartAsync(azurite);
        await using var fixture = new LoanFixture(proxy.ConnectionString);
        foreach (var state in States)
        {
            await fixture.RecordAsync(LoanFixture.NewUuid(), state);
        }

        var samples = (await fixture.ListAsync()).Reverse().ToList();
        await azurite.StopAsync();
        var uuid = ManyLoans.Multiply(folder, samples, (count / States.Length) - 1);
        await azurite.StartAgainAsync(Cancel);
        (await fixture.FindAsync(uuid)).State.ShouldBe(States[^1]);
        (await fixture.EntriesAsync()).ShouldBe(count);

        var costs = new List<string>();
        async Task<T> CostAsync<T>(string name, Func<Task<T>> operation)
        {
            var (calls, rows) = (proxy.Calls.Count, proxy.Rows);
            var result = await operation();
            // What is counted of a loan goes on beside the rest; docs/costs.md has it.
            var made = proxy.Calls.Skip(calls).Where(call => !call.Contains(" Stats", StringComparison.Ordinal)).ToList();
            costs.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name}: {made.Count} calls, {proxy.Rows - rows} rows: {string.Join(", ", made)}"
                )
            );
            return result;
        }

        await CostAsync("read a loan", async () => (await fixture.FindAsync(uuid), await fixture.HistoryAsync(uuid)));
        var verdicts = new[]
        {
            await CostAsync("new state", () => fixture.RecordAsync(uuid, "send_loan_to_bank")),
            await CostAsync("the same one again", () => fixture.RecordAsync(uuid, "send_loan_to_bank")),
            await CostAsync("late", () => fixture.RecordAsync(uuid, "created")),
            await CostAsync("a new loan", () => fixture.RecordAsync(LoanFixture.NewUuid(), "created")),
        };
        verdicts.ShouldBe([LoanVerdict.Accepted, LoanVerdict.Duplicate, LoanVerdict.Late, LoanVerdict.Accepted]);
        await CostAsync(
            "an opening",
            async () =>
            {
                await fixture.Store.RecordAsync(fixture.Opening(LoanFixture.NewUuid()), Cancel);
                return true;
            }
        );
        var (first, after) = await CostAsync("a page", () => fixture.Store.ListAsync("created", Top, null, Cancel));
        var (second, _) = await CostAsync("the next page", () => fixture.Store.ListAsync("created", Top, after, Cancel));
        var (all, _) = await CostAsync("a page of all", () => fixture.Store.ListAsync(null, Top, null, Cancel));
        first.Concat(second).Select(loan => loan.Uuid).Distinct().Count().ShouldBe(2 * Top);
        all.Count.ShouldBe(Top);
        return costs;
    }
}
