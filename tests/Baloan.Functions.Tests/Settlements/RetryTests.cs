using Baloan.Core.Settlements;
using Baloan.Functions.Http.Responses;
using Baloan.Functions.Tests.Bench;
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
        await using var bench = await ServiceBench.StartAsync(storage);
        var row = await bench.AcceptAsync();
        bench.Baloan.Faults.Next(Operation.Settle, Fault.All.Single(known => known.Name == fault), 6);

        var settled = await bench.RunToEndAsync(row.Code);

        settled.Status.ShouldBe(SettlementStatus.Settled);
        settled.Inferred.ShouldBeFalse();
        settled.Rounds.ShouldBeGreaterThan(0);
        bench.Baloan.Books.Calls(Operation.Settle).ShouldBe(7);
        bench.Moved(row.Code).ShouldBe(1);
    }

    [Fact]
    public async Task A_Baloan_that_goes_on_having_no_time_ends_it_without_any_doubt_about_money()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var row = await bench.AcceptAsync();
        bench.Baloan.Faults.Next(Operation.Settle, Fault.ThrottledSeconds, 1000);
        var began = bench.Time.GetUtcNow();

        Settlement now;
        while (!(now = await bench.ProcessWhenDueAsync(row.Code)).Status.HasEnded())
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
        await OutcomeTests.ShouldBeWipedAsync(bench, now);
        bench.Moved(row.Code).ShouldBe(0);
    }

    [Theory]
    [InlineData("cut_before", "baloan_timeout")]
    [InlineData("unavailable", "baloan_unavailable")]
    [InlineData("throttled_seconds", "baloan_throttled")]
    public async Task A_credit_check_that_always_fails_ends_it_before_anything_is_sent(string fault, string code)
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var row = await bench.AcceptAsync();
        bench.Baloan.Faults.Next(Operation.CheckCredit, Fault.All.Single(known => known.Name == fault), 1000);

        var failed = await bench.RunToEndAsync(row.Code);

        failed.Status.ShouldBe(SettlementStatus.Failed);
        failed.ErrorCode.ShouldBeOneOf(code, "baloan_unavailable");
        SettlementResponse
            .Of(failed, Client.Language.English)
            .Error!.Message.ShouldNotContain("Retry-After", Case.Sensitive, "whoever reads this has got no such header");
        bench.Baloan.Books.Calls(Operation.Settle).ShouldBe(0);
        await OutcomeTests.ShouldBeWipedAsync(bench, failed);
    }

    [Fact]
    public async Task The_wait_that_Baloan_asks_for_is_kept_by_the_row_and_not_by_a_sleeping_function()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var row = await bench.AcceptAsync();
        await bench.LoseMessagesAsync();
        await using var asking = await OneAnswer.StartAsync(429, "90");

        await Instance.ProcessAsync(bench.NewInstance(asking.Address), row.Code);
        var waiting = await bench.FindAsync(row.Code);

        waiting.Status.ShouldBe(SettlementStatus.Queued);
        (waiting.DueAt - bench.Time.GetUtcNow()).ShouldBeInRange(TimeSpan.FromSeconds(85), TimeSpan.FromSeconds(91));
        (await bench.QueueLengthAsync()).ShouldBe(1);
        (await bench.MessagesAsync()).ShouldBeEmpty("the message is hidden until it is due");

        // A message that comes too early changes nothing and sees to it that one comes in time.
        bench.Time.Advance(TimeSpan.FromSeconds(60));
        (await bench.ProcessAsync(row.Code)).ETag.ShouldBe(waiting.ETag);
        bench.Baloan.Books.Calls(Operation.Settle).ShouldBe(0);
        (await bench.QueueLengthAsync()).ShouldBe(2);
        (await bench.ProcessWhenDueAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
    }

    [Fact]
    public async Task A_vault_that_is_away_puts_it_off()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var row = await bench.AcceptAsync();
        bench.Vault.Available = false;
        var other = bench.NewInstance();

        await Instance.ProcessAsync(other, row.Code);
        var waiting = await bench.FindAsync(row.Code);

        waiting.Status.ShouldBe(SettlementStatus.Queued);
        waiting.Rounds.ShouldBe(1);
        bench.Vault.Available = true;
        (await bench.RunToEndAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
        bench.Moved(row.Code).ShouldBe(1);
    }
}
