using Baloan.Core.Settlements;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Settlements;

public sealed class OtpTests(StorageAccounts storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_version_2_an_OTP_is_validated_and_then_settled_with()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync(withOtp: true);

        var settled = await fixture.ProcessAsync(row.Code);

        settled.Status.ShouldBe(SettlementStatus.Settled);
        fixture.Baloan.Books.Calls(Operation.ValidateOtp).ShouldBe(1);
        await OutcomeTests.ShouldBeWipedAsync(fixture, settled);
    }

    [Theory]
    [InlineData("wrong_otp", "incorrect_otp_code")]
    [InlineData("expired_otp", "expired_otp_code")]
    public async Task An_OTP_that_Baloan_refuses_is_a_rejection(string fault, string code)
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync(withOtp: true);
        fixture.Baloan.Faults.Next(Operation.ValidateOtp, Fault.All.Single(known => known.Name == fault));

        var rejected = await fixture.ProcessAsync(row.Code);

        rejected.Status.ShouldBe(SettlementStatus.Rejected);
        rejected.ErrorCode.ShouldBe(code);
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(0);
        await OutcomeTests.ShouldBeWipedAsync(fixture, rejected);
    }

    [Theory]
    [InlineData("cut_before")]
    [InlineData("cut_after")]
    [InlineData("unavailable")]
    [InlineData("refused_html")]
    [InlineData("not_found_html")]
    public async Task A_validation_without_an_answer_is_not_repeated_and_nothing_is_settled(string fault)
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync(withOtp: true);
        fixture.Baloan.Faults.Next(Operation.ValidateOtp, Fault.All.Single(known => known.Name == fault));

        var failed = await fixture.ProcessAsync(row.Code);

        failed.Status.ShouldBe(SettlementStatus.Failed);
        failed.ErrorCode.ShouldBe("otp_outcome_unknown");
        fixture.Baloan.Books.Calls(Operation.ValidateOtp).ShouldBe(1);
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(0);
        await OutcomeTests.ShouldBeWipedAsync(fixture, failed);
    }

    [Fact]
    public async Task A_validation_that_Baloan_had_no_time_for_is_made_again()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync(withOtp: true);
        fixture.Baloan.Faults.Next(Operation.ValidateOtp, Fault.ThrottledSeconds, 6);

        var settled = await fixture.RunToEndAsync(row.Code);

        settled.Status.ShouldBe(SettlementStatus.Settled);
        fixture.Moved(row.Code).ShouldBe(1);
    }

    [Fact]
    public async Task A_death_during_the_validation_ends_it_without_another_validation()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync(withOtp: true);
        await fixture.Store.TryUpdateAsync(row with { OtpValidationStartedAt = fixture.Time.GetUtcNow() }, Cancel);

        var failed = await fixture.RunToEndAsync(row.Code);

        failed.Status.ShouldBe(SettlementStatus.Failed);
        failed.ErrorCode.ShouldBe("otp_outcome_unknown");
        fixture.Baloan.Books.Calls(Operation.ValidateOtp).ShouldBe(0);
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(0);
        await OutcomeTests.ShouldBeWipedAsync(fixture, failed);
    }

    [Fact]
    public async Task A_message_that_comes_again_during_the_validation_does_not_end_it()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync(withOtp: true);
        var slow = TimeSpan.FromSeconds(15);
        fixture.Baloan.Faults.Next(Operation.ValidateOtp, Fault.SlowAnswer with { Delay = slow });
        var validating = Instance.ProcessAsync(fixture.Services, row.Code);
        await fixture.Time.IsWaitedForAsync(slow);

        await Instance.ProcessAsync(fixture.NewInstance(), row.Code);
        (await fixture.FindAsync(row.Code)).Status.ShouldBe(SettlementStatus.Queued);
        fixture.Time.Advance(slow);
        await validating;

        (await fixture.FindAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
        fixture.Baloan.Books.Calls(Operation.ValidateOtp).ShouldBe(1);
    }

    [Fact]
    public async Task What_is_stopped_during_the_validation_is_settled_with_what_it_gave()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync(withOtp: true);
        var slow = TimeSpan.FromSeconds(15);
        fixture.Baloan.Faults.Next(Operation.ValidateOtp, Fault.SlowAnswer with { Delay = slow });
        using var stop = new CancellationTokenSource();
        var validating = fixture.Processor.ProcessAsync(row.Code, stop.Token);
        await fixture.Time.IsWaitedForAsync(slow);

        await stop.CancelAsync();
        fixture.Time.Advance(slow);
        await validating.ContinueWith(_ => { }, Cancel, TaskContinuationOptions.None, TaskScheduler.Default);

        // The OTP is used up: what its validation gave must not be thrown away.
        (await fixture.RunToEndAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
        fixture.Baloan.Books.Calls(Operation.ValidateOtp).ShouldBe(1);
        fixture.Moved(row.Code).ShouldBe(1);
    }
}
