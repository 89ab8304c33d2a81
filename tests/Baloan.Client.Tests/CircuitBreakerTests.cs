using Baloan.Client.Tests.Servers;
using static Baloan.Client.Tests.ClientFixture;
using static Baloan.Client.Tests.Servers.ScriptedBaloan;

namespace Baloan.Client.Tests;

public sealed class CircuitBreakerTests
{
    [Fact]
    public async Task A_gateway_that_keeps_failing_is_left_alone_for_a_while()
    {
        await using var baloan = await StartAsync([.. Enumerable.Repeat(Answer(503, ""), 20), Good()]);
        using var fixture = WithoutWaits(baloan);
        await FailAsync(fixture, calls: 5);
        baloan.Requests.Count.ShouldBe(20);

        foreach (var operation in new[] { "check_credit", "settle", "upload", "merchant_token" })
        {
            var failure = await fixture.FailAsync(operation);
            failure.Failure.ShouldBe(BaloanFailure.Unavailable);
            failure.Code.ShouldBe("baloan_unavailable");
            failure.Status.ShouldBeNull();
            failure.OutcomeKnown.ShouldBeTrue();
            failure.CanRepeat.ShouldBeTrue();
            failure.RetryAfter.ShouldNotBeNull().ShouldBeInRange(TimeSpan.FromTicks(1), TimeSpan.FromSeconds(10));
        }

        baloan.Requests.Count.ShouldBe(20);
        fixture.Time.Advance(TimeSpan.FromSeconds(10));
        await fixture.RunAsync("settle");
        await fixture.RunAsync("check_credit");
        baloan.Requests.Count.ShouldBe(22);
    }

    [Fact]
    public async Task One_gateway_does_not_shut_the_other()
    {
        await using var baloan = await StartAsync([.. Enumerable.Repeat(Answer(503, ""), 20), Answer(200, """{"access":"a"}""")]);
        using var fixture = WithoutWaits(baloan);
        await FailAsync(fixture, calls: 5);

        (await fixture.Tokens.GetPartnershipTokenAsync("partner", "secret", Stop)).Access.ShouldBe("a");
        await Should.ThrowAsync<BaloanException>(() => fixture.RunAsync("settle"));
    }

    [Fact]
    public async Task The_operations_of_the_partnership_gateway_shut_it_together()
    {
        await using var baloan = await StartAsync([.. Enumerable.Repeat(Answer(503, ""), 20), Good()]);
        using var fixture = WithoutWaits(baloan);
        // What acts is sent once, a read four times.
        foreach (
            var operation in new[]
            {
                "loan_policies",
                "open_loan",
                "get_contract",
                "send_contract_otp",
                "sign_contract",
                "open_loan",
                "get_contract",
                "loan_policies",
            }
        )
        {
            (await fixture.FailAsync(operation)).RetryAfter.ShouldBeNull();
        }

        (await fixture.FailAsync("cancel_loan")).RetryAfter.ShouldNotBeNull();

        baloan.Requests.Count.ShouldBe(20);
        await fixture.RunAsync("check_credit");
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task What_is_no_sign_of_being_down_shuts_nothing(int status)
    {
        await using var baloan = await StartAsync([.. Enumerable.Repeat(Answer(status, ""), 60), Good()]);
        using var fixture = WithoutWaits(baloan);
        while (baloan.Requests.Count < 60)
        {
            await fixture.FailAsync("check_credit");
        }

        await fixture.RunAsync("check_credit");
    }

    [Fact]
    public async Task Connections_that_cannot_be_made_count()
    {
        // The port of a listener that has closed.
        var gone = new RawBaloan(_ => Task.CompletedTask);
        await gone.DisposeAsync();
        using var fixture = new ClientFixture(gone.Address, options => options with { LongestWait = TimeSpan.Zero });
        await FailAsync(fixture, calls: 5);

        (await fixture.FailAsync("check_credit")).RetryAfter.ShouldNotBeNull();
    }

    private static ClientFixture WithoutWaits(ScriptedBaloan baloan) =>
        new(baloan.Address, options => options with { LongestWait = TimeSpan.Zero });

    private static async Task FailAsync(ClientFixture fixture, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            (await fixture.FailAsync("check_credit")).RetryAfter.ShouldBeNull();
        }
    }
}
