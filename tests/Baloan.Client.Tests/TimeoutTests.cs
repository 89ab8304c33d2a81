using Baloan.Client.Tests.Servers;
using static Baloan.Client.Tests.ClientFixture;
using static Baloan.Client.Tests.Servers.ScriptedBaloan;

namespace Baloan.Client.Tests;

/// <summary>Answers that do not come in time.</summary>
public sealed class TimeoutTests
{
    [Theory]
    [InlineData("send_otp", 20)]
    [InlineData("validate_otp", 20)]
    [InlineData("settle", 100)]
    [InlineData("open_loan", 20)]
    [InlineData("send_contract_otp", 20)]
    [InlineData("sign_contract", 20)]
    [InlineData("cancel_loan", 20)]
    public async Task What_acts_is_sent_once_and_its_outcome_unknown(string operation, int seconds)
    {
        var arrived = new TaskCompletionSource();
        await using var baloan = await StartAsync(Silence(arrived), Good());
        using var fixture = new ClientFixture(baloan.Address);

        var call = fixture.FailAsync(operation);
        await arrived.Task.WaitAsync(Stop);
        fixture.Time.Advance(TimeSpan.FromSeconds(seconds));
        var failure = await call;

        failure.Failure.ShouldBe(BaloanFailure.NoAnswer);
        failure.Code.ShouldBe("outcome_unknown");
        failure.OutcomeKnown.ShouldBeFalse();
        failure.CanRepeat.ShouldBeFalse();
        failure.Status.ShouldBeNull();
        baloan.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("check_credit", 20)]
    [InlineData("merchant_token", 20)]
    [InlineData("upload", 100)]
    [InlineData("loan_policies", 20)]
    [InlineData("get_contract", 20)]
    public async Task A_read_is_tried_again(string operation, int seconds)
    {
        var arrived = new TaskCompletionSource();
        await using var baloan = await StartAsync(Silence(arrived), Good());
        using var fixture = new ClientFixture(baloan.Address);

        var call = fixture.RunAsync(operation);
        await arrived.Task.WaitAsync(Stop);
        fixture.Time.Advance(TimeSpan.FromSeconds(seconds));
        await call;

        baloan.Requests.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("check_credit")]
    [InlineData("get_contract")]
    public async Task A_read_that_never_answers_is_a_timeout_that_may_be_repeated(string operation)
    {
        var arrived = Enumerable.Range(0, 4).Select(_ => new TaskCompletionSource()).ToArray();
        await using var baloan = await StartAsync([.. arrived.Select(Silence)]);
        using var fixture = new ClientFixture(baloan.Address);

        var call = fixture.FailAsync(operation);
        foreach (var one in arrived)
        {
            await one.Task.WaitAsync(Stop);
            fixture.Time.Advance(TimeSpan.FromSeconds(20));
        }

        var failure = await call;
        failure.Failure.ShouldBe(BaloanFailure.NoAnswer);
        failure.Code.ShouldBe("baloan_timeout");
        failure.OutcomeKnown.ShouldBeTrue();
        failure.CanRepeat.ShouldBeTrue();
        baloan.Requests.Count.ShouldBe(4);
    }

    [Theory]
    [InlineData("upload")]
    [InlineData("settle")]
    public async Task A_file_has_the_time_of_a_file(string operation)
    {
        var arrived = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        await using var baloan = await StartAsync(async context =>
        {
            arrived.SetResult();
            await answer.Task;
            await Good()(context);
        });
        using var fixture = new ClientFixture(baloan.Address);

        var call = fixture.RunAsync(operation);
        await arrived.Task.WaitAsync(Stop);
        fixture.Time.Advance(TimeSpan.FromSeconds(99));
        answer.SetResult();
        await call;

        baloan.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("check_credit", "baloan_timeout")]
    [InlineData("settle", "outcome_unknown")]
    [InlineData("get_contract", "baloan_timeout")]
    [InlineData("cancel_loan", "outcome_unknown")]
    public async Task The_time_counts_to_the_last_byte_of_the_answer(string operation, string code)
    {
        var begun = new SemaphoreSlim(0);
        await using var baloan = new RawBaloan(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: 1000\n\n{\"status\":\"ok\"");
            begun.Release();
            await Task.Delay(Timeout.Infinite, connection.Stopping);
        });
        using var fixture = new ClientFixture(baloan.Address);

        var call = fixture.FailAsync(operation);
        while (!call.IsCompleted)
        {
            await Task.WhenAny(call, begun.WaitAsync(Stop));
            fixture.Time.Advance(TimeSpan.FromSeconds(100));
        }

        (await call).Code.ShouldBe(code);
        baloan.Requests.ShouldBe(code == "outcome_unknown" ? 1 : 4);
    }

    [Fact]
    public async Task Time_that_runs_out_between_certain_failures_leaves_the_outcome_known()
    {
        var time = new ManualTime { WaitsNeverEnd = true };
        await using var baloan = await StartAsync(Answer(429, Throttled), Good());
        using var fixture = new ClientFixture(baloan.Address, time: time);

        var call = fixture.FailAsync("settle");
        await time.Waiting.WaitAsync(Stop);
        time.Advance(TimeSpan.FromSeconds(100));
        var failure = await call;

        failure.Failure.ShouldBe(BaloanFailure.Throttled);
        failure.Message.ShouldBe("Request was throttled.");
        failure.OutcomeKnown.ShouldBeTrue();
        failure.CanRepeat.ShouldBeTrue();
        baloan.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_settlement_s_time_spans_all_tries()
    {
        var arrived = new TaskCompletionSource();
        var time = new ManualTime();
        await using var baloan = await StartAsync(
            async context =>
            {
                time.Advance(TimeSpan.FromSeconds(60));
                await Answer(429, Throttled)(context);
            },
            Silence(arrived)
        );
        using var fixture = new ClientFixture(baloan.Address, time: time);

        var call = fixture.FailAsync("settle");
        await arrived.Task.WaitAsync(Stop);
        time.Advance(TimeSpan.FromSeconds(40));

        (await call).OutcomeKnown.ShouldBeFalse();
        baloan.Requests.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(401)]
    public async Task Time_that_runs_out_while_a_token_is_got_leaves_the_outcome_known(int first)
    {
        var asked = new TaskCompletionSource();
        await using var baloan = await StartAsync(Answer(first, TokenNotValid), Good());
        using var fixture = new ClientFixture(baloan.Address);
        fixture.BeforeToken = async stop =>
        {
            if (first == 200 || fixture.Refused.Count > 0)
            {
                asked.SetResult();
                await Task.Delay(Timeout.Infinite, stop);
            }
        };

        var call = fixture.FailAsync("settle");
        await asked.Task.WaitAsync(Stop);
        fixture.Time.Advance(TimeSpan.FromSeconds(100));
        var failure = await call;

        failure.Failure.ShouldBe(BaloanFailure.Unavailable);
        failure.OutcomeKnown.ShouldBeTrue();
        failure.CanRepeat.ShouldBeTrue();
        baloan.Requests.Count.ShouldBe(first == 200 ? 0 : 1);
    }

    [Theory]
    [InlineData("check_credit")]
    [InlineData("upload")]
    [InlineData("settle")]
    [InlineData("get_contract")]
    [InlineData("sign_contract")]
    public async Task A_caller_that_gives_up_is_told_so(string operation)
    {
        var arrived = new TaskCompletionSource();
        await using var baloan = await StartAsync(Silence(arrived));
        using var fixture = new ClientFixture(baloan.Address);
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Stop);

        var call = fixture.RunAsync(operation, stop: caller.Token);
        await arrived.Task.WaitAsync(Stop);
        await caller.CancelAsync();

        (await Should.ThrowAsync<OperationCanceledException>(() => call)).CancellationToken.ShouldBe(caller.Token);
        baloan.Requests.Count.ShouldBe(1);
    }
}
