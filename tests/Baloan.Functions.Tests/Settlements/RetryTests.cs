using Baloan.Core.Settlements;
using Baloan.Functions.Http.Responses;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Settlements;

public sealed class RetryTests(StorageAccounts storage)
{
    [Theory]
    [InlineData("throttled_seconds")]
    [InlineData("throttled_date")]
    [InlineData("throttled_sentence")]
    public async Task After_a_while_of_refusing_to_work_it_is_settled_once(string fault)
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.All.Single(known => known.Name == fault), 6);

        var settled = await fixture.RunToEndAsync(row.Code);

        settled.Status.ShouldBe(SettlementStatus.Settled);
        settled.Inferred.ShouldBeFalse();
        settled.Rounds.ShouldBeGreaterThan(0);
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(7);
        fixture.Moved(row.Code).ShouldBe(1);
    }

    [Fact]
    public async Task A_Baloan_that_goes_on_having_no_time_ends_it_without_any_doubt_about_money()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.ThrottledSeconds, 1000);
        var began = fixture.Time.GetUtcNow();

        Settlement now;
        while (!(now = await fixture.ProcessWhenDueAsync(row.Code)).Status.HasEnded())
        {
            // What was certainly not carried out is queued, not in doubt.
            now.Status.ShouldBe(SettlementStatus.Queued);
            now.SubmittedAt.ShouldBeNull();
            now.SendingId.ShouldBeNull();
        }

        now.Status.ShouldBe(SettlementStatus.Failed);
        now.ErrorCode.ShouldBe("baloan_throttled");
        now.CreditAfter.ShouldBe(Books.DefaultCredit, "the credit was looked at before it was told");
        (now.UpdatedAt - began).ShouldBeLessThan(TimeSpan.FromMinutes(10));
        await OutcomeTests.ShouldBeWipedAsync(fixture, now);
        fixture.Moved(row.Code).ShouldBe(0);
    }

    [Theory]
    [InlineData("cut_before", "baloan_timeout")]
    [InlineData("unavailable", "baloan_unavailable")]
    [InlineData("throttled_seconds", "baloan_throttled")]
    public async Task A_credit_check_that_always_fails_ends_it_before_anything_is_sent(string fault, string code)
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        fixture.Baloan.Faults.Next(Operation.CheckCredit, Fault.All.Single(known => known.Name == fault), 1000);

        var failed = await fixture.RunToEndAsync(row.Code);

        failed.Status.ShouldBe(SettlementStatus.Failed);
        failed.ErrorCode.ShouldBeOneOf(code, "baloan_unavailable");
        SettlementResponse
            .Of(failed, Client.Language.English)
            .Error!.Message.ShouldNotContain("Retry-After", Case.Sensitive, "whoever reads this has got no such header");
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(0);
        await OutcomeTests.ShouldBeWipedAsync(fixture, failed);
    }

    [Fact]
    public async Task The_wait_that_Baloan_asks_for_is_kept_by_the_row_and_not_by_a_sleeping_function()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        await fixture.LoseMessagesAsync();
        await using var asking = await OneAnswer.StartAsync(429, "90");

        await Instance.ProcessAsync(fixture.NewInstance(asking.Address), row.Code);
        var waiting = await fixture.FindAsync(row.Code);

        waiting.Status.ShouldBe(SettlementStatus.Queued);
        (waiting.DueAt - fixture.Time.GetUtcNow()).ShouldBeInRange(TimeSpan.FromSeconds(85), TimeSpan.FromSeconds(91));
        (await fixture.QueueLengthAsync()).ShouldBe(1);
        (await fixture.MessagesAsync()).ShouldBeEmpty("the message is hidden until it is due");

        // A message that comes too early changes nothing and sees to it that one comes in time.
        fixture.Time.Advance(TimeSpan.FromSeconds(60));
        (await fixture.ProcessAsync(row.Code)).ETag.ShouldBe(waiting.ETag);
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(0);
        (await fixture.QueueLengthAsync()).ShouldBe(2);
        (await fixture.ProcessWhenDueAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
    }

    [Fact]
    public async Task A_vault_that_is_away_puts_it_off()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        fixture.Vault.Available = false;
        var other = fixture.NewInstance();

        await Instance.ProcessAsync(other, row.Code);
        var waiting = await fixture.FindAsync(row.Code);

        waiting.Status.ShouldBe(SettlementStatus.Queued);
        waiting.Rounds.ShouldBe(1);
        fixture.Vault.Available = true;
        (await fixture.RunToEndAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
        fixture.Moved(row.Code).ShouldBe(1);
    }
}
