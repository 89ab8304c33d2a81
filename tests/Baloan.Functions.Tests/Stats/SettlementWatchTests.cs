using Baloan.Core.Settlements;
using Baloan.Functions.Stats;
using Baloan.Functions.Tests.Bench;
using Baloan.Sandbox;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Stats;

public sealed class SettlementWatchTests(StorageAccounts storage)
{
    [Fact]
    public async Task What_is_verified_for_long_and_what_is_in_review_is_said_for_as_long_as_it_stands()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        (await LinesAsync(bench)).ShouldBeEmpty("nothing waits");

        var customer = Given.Customer();
        var row = await bench.AcceptAsync(customer);
        bench.Baloan.Faults.Next(Operation.Settle, Fault.CutBeforeEffect);
        (await bench.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Verifying);
        // Something else is bought, so that the credit does not tell.
        bench.Baloan.Books.SetCredit(customer, Books.DefaultCredit - 1);
        (await LinesAsync(bench)).ShouldBeEmpty("it is young");

        bench.Time.Advance(TimeSpan.FromMinutes(16));
        var sent = (await bench.FindAsync(row.Code)).SubmittedAt!.Value;
        (await LinesAsync(bench))
            .ShouldHaveSingleItem()
            .ShouldStartWith(
                $"Warning: 1 settlements are being verified for more than 15 minutes; the oldest, {row.Code}, was sent at {sent:u}."
            );

        var review = await bench.RunToEndAsync(row.Code);
        review.Status.ShouldBe(SettlementStatus.NeedsReview);
        bench.Time.Advance(TimeSpan.FromHours(30));
        foreach (var _ in Enumerable.Range(0, 2))
        {
            (await LinesAsync(bench))
                .ShouldHaveSingleItem()
                .ShouldStartWith(
                    $"Warning: 1 settlements are in review, of which the oldest, {row.Code}, has been since {review.UpdatedAt:u}."
                );
        }
    }

    /// <summary>What one look says.</summary>
    private static async Task<IReadOnlyList<string>> LinesAsync(ServiceBench bench)
    {
        var before = bench.Logs.Lines.Count;
        await bench.Services.GetRequiredService<SettlementWatch>().LookAsync(TestContext.Current.CancellationToken);
        return [.. bench.Logs.Lines.Skip(before).Where(line => line.StartsWith("Warning", StringComparison.Ordinal))];
    }
}
