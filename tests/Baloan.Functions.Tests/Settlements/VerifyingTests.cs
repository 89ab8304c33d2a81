using Baloan.Core.Settlements;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Settlements;

public sealed class VerifyingTests(StorageAccounts storage)
{
    [Theory]
    [InlineData("cut_before")]
    [InlineData("server_error")]
    [InlineData("garbage")]
    [InlineData("redirect")]
    public async Task Without_an_answer_it_is_sent_once_and_found_out_to_have_failed(string fault)
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.All.Single(known => known.Name == fault));

        var verifying = await fixture.ProcessAsync(row.Code);
        verifying.Status.ShouldBe(SettlementStatus.Verifying);
        verifying.NationalIdentifier.ShouldNotBeNull();
        var failed = await fixture.RunToEndAsync(row.Code);

        failed.Status.ShouldBe(SettlementStatus.Failed);
        failed.ErrorCode.ShouldBe("not_settled");
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(1);
        fixture.Moved(row.Code).ShouldBe(0);
        await OutcomeTests.ShouldBeWipedAsync(fixture, failed);
        (await fixture.ListAsync(SettlementStatus.Failed)).ShouldBe([row.Code]);
    }

    [Fact]
    public async Task An_unchanged_credit_is_no_proof_before_its_time_however_often_one_looks()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.CutBeforeEffect);
        var verifying = await fixture.ProcessAsync(row.Code);
        var sentAt = verifying.SubmittedAt.ShouldNotBeNull();

        var looks = 0;
        var betweenLooks = TimeSpan.FromSeconds(20);
        while (fixture.Time.GetUtcNow() + betweenLooks < sentAt + ServiceFixture.VerifyAfter)
        {
            // Whenever a message comes, and whether or not it is due.
            fixture.Time.Advance(betweenLooks);
            (await fixture.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Verifying);
            looks++;
        }

        looks.ShouldBeGreaterThan(10);
        fixture.Baloan.Books.Calls(Operation.CheckCredit).ShouldBeGreaterThan(4);
        var failed = await fixture.RunToEndAsync(row.Code);
        failed.Status.ShouldBe(SettlementStatus.Failed);
        failed.UpdatedAt.ShouldBeGreaterThanOrEqualTo(sentAt + ServiceFixture.VerifyAfter);
    }

    [Fact]
    public async Task A_single_look_is_no_proof_even_after_its_time()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.CutBeforeEffect);
        await fixture.ProcessAsync(row.Code);

        fixture.Time.Advance(ServiceFixture.VerifyAfter * 2);
        (await fixture.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Verifying);

        (await fixture.ProcessWhenDueAsync(row.Code)).Status.ShouldBe(SettlementStatus.Failed);
    }

    [Fact]
    public async Task However_long_the_credit_could_not_be_read_the_end_comes_soon_after_it_can()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.CutBeforeEffect);
        var verifying = await fixture.ProcessAsync(row.Code);
        fixture.Baloan.Faults.Next(Operation.CheckCredit, Fault.RefusedWithDetail, times: 1_000);
        while (fixture.Time.GetUtcNow() < verifying.SubmittedAt + TimeSpan.FromHours(3))
        {
            (await fixture.ProcessWhenDueAsync(row.Code)).Status.ShouldBe(SettlementStatus.Verifying);
        }

        fixture.Baloan.Faults.Clear();
        var readableAt = fixture.Time.GetUtcNow();
        var failed = await fixture.RunToEndAsync(row.Code);

        failed.ErrorCode.ShouldBe("not_settled");
        // Two looks: an unchanged credit has to be seen twice.
        failed.UpdatedAt.ShouldBeLessThanOrEqualTo(readableAt + (2 * ServiceFixture.VerifyAfter));
    }

    [Theory]
    [InlineData("cut_after")]
    [InlineData("server_error_after")]
    [InlineData("garbage_after")]
    public async Task A_credit_lower_by_exactly_the_total_is_an_inferred_settlement(string fault)
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.All.Single(known => known.Name == fault));

        await fixture.ProcessAsync(row.Code);
        var settled = await fixture.ProcessWhenDueAsync(row.Code);

        settled.Status.ShouldBe(SettlementStatus.Settled);
        settled.Inferred.ShouldBeTrue();
        settled.UserCredit.ShouldBe(Books.DefaultCredit - Given.Total);
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(1);
        fixture.Moved(row.Code).ShouldBe(1);
        await OutcomeTests.ShouldBeWipedAsync(fixture, settled);
        (await fixture.ListAsync(SettlementStatus.Settled)).ShouldBe([row.Code]);
    }

    [Fact]
    public async Task Money_that_moves_after_the_first_look_is_still_found()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        var late = TimeSpan.FromMinutes(4);
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.LateEffect with { Delay = late });
        await fixture.ProcessAsync(row.Code);
        await fixture.Time.IsWaitedForAsync(late);

        var looked = await fixture.ProcessWhenDueAsync(row.Code);
        looked.Status.ShouldBe(SettlementStatus.Verifying);
        looked.UnchangedAt.ShouldNotBeNull();
        fixture.Time.Advance(late);
        await Until.TrueAsync(() => fixture.Moved(row.Code) == 1);
        var settled = await fixture.RunToEndAsync(row.Code);

        settled.Status.ShouldBe(SettlementStatus.Settled);
        settled.Inferred.ShouldBeTrue();
    }

    [Theory]
    [InlineData(-Given.Total + 1)]
    [InlineData(-Given.Total - 1)]
    [InlineData(500)]
    public async Task A_credit_that_changed_otherwise_is_for_a_person_to_look_at(long change)
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var customer = Given.Customer();
        var row = await fixture.AcceptAsync(customer);
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.CutBeforeEffect);
        await fixture.ProcessAsync(row.Code);
        fixture.Baloan.Books.SetCredit(customer, Books.DefaultCredit + change);

        var review = await fixture.RunToEndAsync(row.Code);

        review.Status.ShouldBe(SettlementStatus.NeedsReview);
        await OutcomeTests.ShouldBeWipedAsync(fixture, review);
        fixture.Logs.Lines.ShouldContain(line => line.StartsWith("Critical") && line.Contains(row.Code));
        (await fixture.ListAsync(SettlementStatus.NeedsReview)).ShouldBe([row.Code]);
        (await fixture.OpenEntriesAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_settlement_for_a_person_to_look_at_keeps_the_customers_next_one_waiting_until_it_cannot_move_any_more()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var customer = Given.Customer();
        var row = await fixture.AcceptAsync(customer);
        var next = await fixture.AcceptAsync(customer);
        var late = TimeSpan.FromMinutes(4);
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.LateEffect with { Delay = late });
        await fixture.ProcessAsync(row.Code);
        await fixture.Time.IsWaitedForAsync(late);
        fixture.Baloan.Books.SetCredit(customer, Books.DefaultCredit - 500);

        (await fixture.ProcessWhenDueAsync(row.Code)).Status.ShouldBe(SettlementStatus.Verifying);
        (await fixture.ProcessAsync(next.Code)).Status.ShouldBe(SettlementStatus.Queued);
        fixture.Time.Advance(late);
        await Until.TrueAsync(() => fixture.Moved(row.Code) == 1);
        (await fixture.RunToEndAsync(row.Code)).Status.ShouldBe(SettlementStatus.NeedsReview);

        // It would have been taken for settled: the credit fell by its total after it was sent.
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.CutBeforeEffect);
        (await fixture.RunToEndAsync(next.Code)).Status.ShouldBe(SettlementStatus.Failed);
    }

    [Fact]
    public async Task What_cannot_be_found_out_within_a_day_is_for_a_person_to_look_at()
    {
        // It is looked at as often as that: every five minutes would be 288 times.
        await using var fixture = await ServiceFixture.StartAsync(storage, verifyAfter: TimeSpan.FromMinutes(45));
        var row = await fixture.AcceptAsync();
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.CutBeforeEffect);
        var verifying = await fixture.ProcessAsync(row.Code);
        fixture.Baloan.Faults.Next(Operation.CheckCredit, Fault.RefusedEmpty, 1000);

        var review = await fixture.RunToEndAsync(row.Code);

        review.Status.ShouldBe(SettlementStatus.NeedsReview);
        (review.UpdatedAt - verifying.VerifyingSince!.Value).ShouldBeInRange(TimeSpan.FromHours(24), TimeSpan.FromHours(25));
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(1);
    }

    [Fact]
    public async Task A_row_left_in_submitting_is_found_out_and_not_sent_again()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var moved = await LeftInSubmittingAsync(fixture, afterMoney: true);
        var unmoved = await LeftInSubmittingAsync(fixture, afterMoney: false);
        var sent = fixture.Baloan.Books.Calls(Operation.Settle);

        // Not due: whoever sends it may still be at work.
        (await fixture.ProcessAsync(unmoved.Code)).Status.ShouldBe(SettlementStatus.Submitting);
        var settled = await fixture.RunToEndAsync(moved.Code);
        var failed = await fixture.RunToEndAsync(unmoved.Code);

        settled.Status.ShouldBe(SettlementStatus.Settled);
        settled.Inferred.ShouldBeTrue();
        failed.Status.ShouldBe(SettlementStatus.Failed);
        failed.ErrorCode.ShouldBe("not_settled");
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(sent);
    }

    [Fact]
    public async Task Baloans_late_yes_is_known_better_than_what_was_found_out()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        var slow = TimeSpan.FromSeconds(60);
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.SlowAnswer with { Delay = slow });
        var sending = fixture.Processor.ProcessAsync(row.Code, TestContext.Current.CancellationToken);
        await fixture.Time.IsWaitedForAsync(slow);

        // Somebody took the sender for dead and has begun to find out.
        var submitting = await fixture.FindAsync(row.Code);
        await fixture.Store.TryUpdateAsync(
            submitting with
            {
                Status = SettlementStatus.Verifying,
                VerifyingSince = fixture.Time.GetUtcNow(),
            },
            TestContext.Current.CancellationToken
        );
        fixture.Time.Advance(slow);
        await sending;

        var settled = await fixture.FindAsync(row.Code);
        settled.Status.ShouldBe(SettlementStatus.Settled);
        settled.Inferred.ShouldBeFalse();
        (await fixture.ListAsync(SettlementStatus.Settled)).ShouldBe([row.Code]);
    }

    /// <summary>A row as an instance leaves it that dies between sending and recording.</summary>
    private static async Task<Settlement> LeftInSubmittingAsync(ServiceFixture fixture, bool afterMoney)
    {
        var customer = Given.Customer();
        var row = await fixture.AcceptAsync(customer);
        var now = fixture.Time.GetUtcNow();
        var written = await fixture.Store.TryUpdateAsync(
            row with
            {
                Status = SettlementStatus.Submitting,
                SendingId = Guid.NewGuid().ToString("N"),
                SubmittedAt = now,
                CreditBefore = Books.DefaultCredit,
                DueAt = now.AddSeconds(105),
            },
            TestContext.Current.CancellationToken
        );
        if (afterMoney)
        {
            fixture.Baloan.Books.SetCredit(customer, Books.DefaultCredit - row.Total);
        }

        return written.ShouldNotBeNull();
    }
}
