using Baloan.Core.Settlements;
using Baloan.Functions.Stats;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Stats;

public sealed class SettlementWatchTests(StorageAccounts storage)
{
    [Fact]
    public async Task What_is_verified_for_long_and_what_is_in_review_is_said_for_as_long_as_it_stands()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        (await LinesAsync(fixture)).ShouldBeEmpty("nothing waits");

        var customer = Given.Customer();
        var row = await fixture.AcceptAsync(customer);
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.CutBeforeEffect);
        (await fixture.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Verifying);
        // Something else is bought, so that the credit does not tell.
        fixture.Baloan.Books.SetCredit(customer, Books.DefaultCredit - 1);
        (await LinesAsync(fixture)).ShouldBeEmpty("it is young");

        fixture.Time.Advance(TimeSpan.FromMinutes(16));
        var sent = (await fixture.FindAsync(row.Code)).SubmittedAt!.Value;
        (await LinesAsync(fixture))
            .ShouldHaveSingleItem()
            .ShouldStartWith(
                $"Warning: 1 settlements are being verified for more than 15 minutes; the oldest, {row.Code}, was sent at {sent:u}."
            );

        var review = await fixture.RunToEndAsync(row.Code);
        review.Status.ShouldBe(SettlementStatus.NeedsReview);
        fixture.Time.Advance(TimeSpan.FromHours(30));
        foreach (var _ in Enumerable.Range(0, 2))
        {
            (await LinesAsync(fixture))
                .ShouldHaveSingleItem()
                .ShouldStartWith(
                    $"Warning: 1 settlements are in review, of which the oldest, {row.Code}, has been since {review.UpdatedAt:u}."
                );
        }
    }

    /// <summary>What one look says.</summary>
    private static async Task<IReadOnlyList<string>> LinesAsync(ServiceFixture fixture)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var watch = fixture.Services.GetRequiredService<SettlementWatch>();
        var verifying = await fixture.Services.GetRequiredService<SettlementSweep>().SweepAsync(cancellationToken);
        var before = fixture.Logs.Lines.Count;
        watch.LookAtVerifying(verifying);
        await watch.LookAtReviewAsync(cancellationToken);
        return [.. fixture.Logs.Lines.Skip(before).Where(line => line.StartsWith("Warning", StringComparison.Ordinal))];
    }
}
