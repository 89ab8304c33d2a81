using Azure.Data.Tables;
using Baloan.Core.Settlements;
using Baloan.Functions.Http.Requests;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Settlements;

public sealed class AttemptTests(StorageAccounts storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("refused", SettlementStatus.Rejected)]
    [InlineData("cut_before", SettlementStatus.Failed)]
    public async Task After_a_refusal_or_failure_the_same_code_is_a_new_attempt(string fault, SettlementStatus firstEnd)
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var request = await fixture.NewAsync();
        await fixture.Intake.AcceptAsync(request, Cancel);
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.All.Single(known => known.Name == fault));
        var first = await fixture.RunToEndAsync(request.Code);
        first.Status.ShouldBe(firstEnd);

        // Another total, customer and invoice are welcome: nothing was moved under that code.
        fixture.Time.Advance(TimeSpan.FromMinutes(1));
        var again = await fixture.NewAsync(code: request.Code, total: 2_500_000, withOtp: true);
        var (row, accepted, _) = await fixture.Intake.AcceptAsync(again, Cancel);
        accepted.ShouldBeTrue();
        row.Attempts.ShouldBe(2);
        row.CreatedAt.ShouldBe(first.CreatedAt);
        row.ErrorCode.ShouldBeNull();
        (await fixture.ListAsync(SettlementStatus.Queued)).ShouldBe([request.Code]);
        (await fixture.ListAsync(firstEnd)).ShouldBeEmpty();
        var settled = await fixture.RunToEndAsync(request.Code);

        settled.Status.ShouldBe(SettlementStatus.Settled);
        settled.Attempts.ShouldBe(2);
        fixture.Moved(request.Code).ShouldBe(1);
        fixture.Baloan.Books.Settlements.ShouldHaveSingleItem().Total.ShouldBe(2_500_000);
        await OutcomeTests.ShouldBeWipedAsync(fixture, settled);
        (await fixture.ListAsync(null)).ShouldBe([request.Code]);
        (await fixture.ListAsync(firstEnd)).ShouldBeEmpty();
        (await fixture.ListAsync(SettlementStatus.Settled)).ShouldBe([request.Code]);
        (await fixture.OpenEntriesAsync()).ShouldBe(0);

        var archived = (
            await fixture.SettlementsTable.GetEntityAsync<TableEntity>(settled.PartitionKey, "attempt-0001", cancellationToken: Cancel)
        ).Value;
        archived.GetString("ErrorCode").ShouldBe(first.ErrorCode);
        archived.GetString("CustomerHash").ShouldBe(first.CustomerHash);
        var earlier = (await fixture.Store.ReadEarlierAttemptsAsync(settled, Cancel)).ShouldHaveSingleItem();
        (earlier.Status, earlier.Total, earlier.ErrorCode).ShouldBe((firstEnd, request.Total, first.ErrorCode));
        (await fixture.Store.ReadEarlierAttemptsAsync(first, Cancel)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_same_again_while_it_runs_or_after_it_settled_is_no_new_attempt()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var request = await fixture.NewAsync();
        await fixture.Intake.AcceptAsync(request, Cancel);

        fixture.Time.Advance(TimeSpan.FromMilliseconds(1));
        (await fixture.Intake.AcceptAsync(request, Cancel)).IsNew.ShouldBeFalse();
        await fixture.RunToEndAsync(request.Code);
        var (row, accepted, _) = await fixture.Intake.AcceptAsync(request, Cancel);

        accepted.ShouldBeFalse();
        row.Status.ShouldBe(SettlementStatus.Settled);
        row.Attempts.ShouldBe(1);
        fixture.Moved(request.Code).ShouldBe(1);
        (await fixture.OpenEntriesAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_different_settlement_under_the_same_code_is_a_conflict_while_it_may_move_money()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var request = await fixture.NewAsync();
        await fixture.Intake.AcceptAsync(request, Cancel);

        await ShouldConflictAsync();
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.CutBeforeEffect);
        await fixture.ProcessAsync(request.Code);
        await ShouldConflictAsync();
        fixture.Baloan.Books.SetCredit(request.NationalIdentifier, 5);
        (await fixture.RunToEndAsync(request.Code)).Status.ShouldBe(SettlementStatus.NeedsReview);
        await ShouldConflictAsync();

        // The clock stands still here, so that these POSTs share one entry of the index; the sweep takes it away after a while.
        fixture.Time.Advance(TimeSpan.FromMinutes(11));
        await fixture.SweepAsync();
        (await fixture.OpenEntriesAsync()).ShouldBe(0);

        async Task ShouldConflictAsync()
        {
            foreach (
                var different in new[]
                {
                    request with
                    {
                        Total = request.Total + 1,
                    },
                    request with
                    {
                        NationalIdentifier = Given.Customer(),
                    },
                    request with
                    {
                        Invoice = request.Invoice with { Sha256 = new string('0', 64) },
                    },
                }
            )
            {
                (await fixture.Intake.AcceptAsync(different, Cancel)).Differences.ShouldHaveSingleItem();
            }
        }
    }

    [Fact]
    public async Task Parallel_POSTs_of_a_new_attempt_make_one()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var request = await fixture.NewAsync();
        await fixture.Intake.AcceptAsync(request, Cancel);
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.Refused);
        await fixture.RunToEndAsync(request.Code);
        var again = request with { TransactionToken = await fixture.TransactionTokenAsync(request.NationalIdentifier) };

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => fixture.Intake.AcceptAsync(again, Cancel)));

        answers.Count(answer => answer.IsNew).ShouldBe(1);
        answers.ShouldAllBe(answer => answer.Row.Attempts == 2);
        (await fixture.RunToEndAsync(request.Code)).Status.ShouldBe(SettlementStatus.Settled);
        fixture.Moved(request.Code).ShouldBe(1);

        // The ones that lost put their entry where the winner's was; the sweep takes it away after a while.
        fixture.Time.Advance(TimeSpan.FromMinutes(11));
        await fixture.SweepAsync();
        (await fixture.OpenEntriesAsync()).ShouldBe(0);
    }

    [Theory]
    [InlineData(true, SettlementStatus.Settled)]
    [InlineData(false, SettlementStatus.Failed)]
    public async Task A_person_decides_what_could_not_be_found_out(bool settled, SettlementStatus end)
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var request = await fixture.NewAsync();
        await fixture.Intake.AcceptAsync(request, Cancel);
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.CutBeforeEffect);
        await fixture.ProcessAsync(request.Code);
        fixture.Baloan.Books.SetCredit(request.NationalIdentifier, 20_000_000);
        var review = await fixture.RunToEndAsync(request.Code);

        var resolved = (await fixture.Decisions.ResolveAsync(review, settled, "asked Baloan", "Sara", Cancel)).ShouldNotBeNull();
        (await fixture.Decisions.ResolveAsync(review, !settled, "too late", null, Cancel)).ShouldBeNull("somebody else has decided");

        resolved.Status.ShouldBe(end);
        (resolved.Note, resolved.ResolvedBy, resolved.KnownBy).ShouldBe(("asked Baloan", "Sara", SettlementKnownBy.Person));
        resolved.ReviewBeganAt.ShouldBe(review.EndedAt, "the review stays in its history");
        resolved.ErrorCode.ShouldBe(settled ? null : "resolved_not_settled");
        (await fixture.ListAsync(end)).ShouldBe([request.Code]);
        (await fixture.ListAsync(SettlementStatus.NeedsReview)).ShouldBeEmpty();

        // The one that lost put its entry where the other's was; the sweep takes it away after a while.
        fixture.Time.Advance(TimeSpan.FromMinutes(11));
        await fixture.SweepAsync();
        (await fixture.OpenEntriesAsync()).ShouldBe(0);
        if (!settled)
        {
            var again = request with { TransactionToken = await fixture.TransactionTokenAsync(request.NationalIdentifier) };
            (await fixture.Intake.AcceptAsync(again, Cancel)).IsNew.ShouldBeTrue();
            (await fixture.RunToEndAsync(request.Code)).Status.ShouldBe(SettlementStatus.Settled);
        }
    }
}
