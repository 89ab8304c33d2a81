using System.Globalization;
using Baloan.Client.Tests.Servers;
using static Baloan.Client.Tests.ClientFixture;
using static Baloan.Client.Tests.Servers.ScriptedBaloan;

namespace Baloan.Client.Tests;

/// <summary>How often each operation is sent.</summary>
public sealed class RetryTests
{
    private static readonly string[] Reads =
    [
        "check_credit",
        "upload",
        "merchant_token",
        "partnership_token",
        "loan_policies",
        "get_contract",
    ];
    private static readonly string[] Acts =
    [
        "send_otp",
        "validate_otp",
        "settle",
        "open_loan",
        "send_contract_otp",
        "sign_contract",
        "cancel_loan",
    ];

    public static TheoryData<string, int> PassingForReads => Pairs(Reads, [408, 429, 500, 502, 503, 504]);

    public static TheoryData<string> AllActs => [.. Acts];

    public static TheoryData<string, int> UnknownForActs =>
        Pairs(Acts, [202, 203, 206, 302, 400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429, 451, 499, 500, 502, 503, 504, 599]);

    public static TheoryData<string, int> FinalForReads => Pairs(Reads, [400, 403, 404, 405, 409, 413, 415, 422]);

    [Theory]
    [MemberData(nameof(PassingForReads))]
    public async Task A_read_is_tried_again_after_a_failure_that_may_pass(string operation, int status)
    {
        await using var baloan = await StartAsync(Answer(status, ""), Answer(status, "<html>"), Good());
        using var fixture = new ClientFixture(baloan.Address);

        await fixture.RunAsync(operation);

        baloan.Requests.Count.ShouldBe(3);
        baloan.Requests.Select(request => $"{request.Method} {request.Target} {request.Text}").Distinct().Count().ShouldBe(1);
        fixture.Time.Waits.Count.ShouldBe(2);
        fixture.Time.Waits.ShouldAllBe(wait => wait > TimeSpan.Zero && wait <= TimeSpan.FromSeconds(5));
    }

    [Theory]
    [MemberData(nameof(AllActs))]
    public async Task What_acts_is_sent_again_after_a_429_of_Baloan_s_own_framework(string operation)
    {
        await using var baloan = await StartAsync(
            Answer(429, Throttled),
            Answer(429, """{"status":"error","message":"Slow down.","message_code":"throttled","data":{}}"""),
            Good()
        );
        using var fixture = new ClientFixture(baloan.Address);

        await fixture.RunAsync(operation);

        baloan.Requests.Count.ShouldBe(3);
        baloan.Requests.Select(request => $"{request.Method} {request.Target} {request.Text}").Distinct().Count().ShouldBe(1);
        fixture.Time.Waits.Count.ShouldBe(2);
    }

    [Theory]
    [MemberData(nameof(PassingForReads))]
    public async Task A_read_is_tried_four_times_at_most(string operation, int status)
    {
        await using var baloan = await StartAsync(Answer(status, ""));
        using var fixture = new ClientFixture(baloan.Address);

        var failure = await fixture.FailAsync(operation);

        failure.CanRepeat.ShouldBeTrue();
        failure.OutcomeKnown.ShouldBeTrue();
        baloan.Requests.Count.ShouldBe(4);
    }

    [Theory]
    [MemberData(nameof(AllActs))]
    public async Task What_acts_is_sent_four_times_at_most(string operation)
    {
        await using var baloan = await StartAsync(Answer(429, Throttled));
        using var fixture = new ClientFixture(baloan.Address);

        var failure = await fixture.FailAsync(operation);

        failure.Failure.ShouldBe(BaloanFailure.Throttled);
        failure.CanRepeat.ShouldBeTrue();
        failure.OutcomeKnown.ShouldBeTrue();
        baloan.Requests.Count.ShouldBe(4);
    }

    [Theory]
    [MemberData(nameof(UnknownForActs))]
    public async Task What_acts_is_not_sent_again_where_it_may_have_taken_effect(string operation, int status)
    {
        await using var baloan = await StartAsync(Answer(status, "<html></html>", "text/html", ("Retry-After", "1")), Good());
        using var fixture = new ClientFixture(baloan.Address);

        var failure = await fixture.FailAsync(operation);

        failure.Failure.ShouldBe(BaloanFailure.NoAnswer);
        failure.Code.ShouldBe("outcome_unknown");
        failure.OutcomeKnown.ShouldBeFalse();
        failure.CanRepeat.ShouldBeFalse();
        baloan.Requests.Count.ShouldBe(1);
        fixture.Time.Waits.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(UnknownForActs))]
    public async Task What_acts_stops_at_the_first_unknown_outcome(string operation, int status)
    {
        await using var baloan = await StartAsync(Answer(429, Throttled), Answer(status, "<html></html>"), Good());
        using var fixture = new ClientFixture(baloan.Address);

        (await fixture.FailAsync(operation)).OutcomeKnown.ShouldBeFalse();

        baloan.Requests.Count.ShouldBe(2);
    }

    [Theory]
    [MemberData(nameof(FinalForReads))]
    [InlineData("settle", 400)]
    [InlineData("open_loan", 400)]
    [InlineData("cancel_loan", 400)]
    public async Task A_refusal_is_final(string operation, int status)
    {
        await using var baloan = await StartAsync(Answer(status, """{"detail":"No.","code":"x"}"""));
        using var fixture = new ClientFixture(baloan.Address);

        var failure = await fixture.FailAsync(operation);

        failure.OutcomeKnown.ShouldBeTrue();
        failure.CanRepeat.ShouldBeFalse();
        baloan.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("check_credit", 429)]
    [InlineData("check_credit", 503)]
    [InlineData("settle", 429)]
    public async Task Retry_After_is_obeyed_in_every_form(string operation, int status)
    {
        var time = new ManualTime();
        await using var baloan = await StartAsync(
            Answer(status, Throttled, headers: ("Retry-After", "3")),
            async context =>
            {
                context.Response.Headers.RetryAfter = (time.GetUtcNow() + TimeSpan.FromSeconds(4)).ToString(
                    "R",
                    CultureInfo.InvariantCulture
                );
                await Answer(status, Throttled)(context);
            },
            Answer(status, """{"detail":"Request was throttled. Expected available in 2 seconds."}"""),
            Good()
        );
        using var fixture = new ClientFixture(baloan.Address, time: time);

        await fixture.RunAsync(operation);

        fixture.Time.Waits.ShouldBe([TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(2)]);
    }

    [Theory]
    [InlineData("35", "", 35)]
    [InlineData("Sun, 01 Mar 2026 08:02:00 GMT", "", 120)]
    [InlineData(null, """{"detail":"Request was throttled. Expected available in 35 seconds."}""", 35)]
    [InlineData(null, """{"status":"error","message":"Expected available in 1 second. Or 3600 seconds.","message_code":""}""", 1)]
    [InlineData(null, """{"detail":"انتظار می‌رود در 40 ثانیه در دسترس باشد."}""", 40)]
    [InlineData(null, "Expected available in 50 seconds.", 50)]
    [InlineData("nonsense", "\"Expected available in 60 seconds.\"", 60)]
    public async Task A_longer_wait_than_a_call_should_hold_is_handed_to_the_caller(string? header, string body, int seconds)
    {
        await using var baloan = await StartAsync(
            header is null ? Answer(429, body) : Answer(429, body, headers: ("Retry-After", header)),
            Good()
        );
        using var fixture = new ClientFixture(baloan.Address, options => options with { LongestWait = TimeSpan.FromMilliseconds(900) });

        var failure = await fixture.FailAsync("check_credit");
        failure.Failure.ShouldBe(BaloanFailure.Throttled);
        failure.RetryAfter.ShouldBe(TimeSpan.FromSeconds(seconds));
        failure.CanRepeat.ShouldBeTrue();

        baloan.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_settlement_is_not_held_for_a_long_wait_either()
    {
        await using var baloan = await StartAsync(Answer(429, Throttled, headers: ("Retry-After", "35")), Good());
        using var fixture = new ClientFixture(baloan.Address);

        var failure = await fixture.FailAsync("settle");

        failure.Failure.ShouldBe(BaloanFailure.Throttled);
        failure.RetryAfter.ShouldBe(TimeSpan.FromSeconds(35));
        baloan.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("Sun, 01 Mar 2020 08:00:00 GMT")]
    [InlineData("99999999999999999999")]
    public async Task A_wait_that_makes_no_sense_gives_way_to_our_own(string header)
    {
        await using var baloan = await StartAsync(Answer(429, "", headers: ("Retry-After", header)), Good());
        using var fixture = new ClientFixture(baloan.Address);

        await fixture.RunAsync("check_credit");

        var wait = fixture.Time.Waits.ShouldHaveSingleItem();
        wait.ShouldBeInRange(TimeSpan.FromTicks(1), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Waits_grow_and_never_pass_the_longest()
    {
        await using var baloan = await StartAsync(Answer(503, ""));
        using var fixture = new ClientFixture(baloan.Address, options => options with { LongestWait = TimeSpan.FromMilliseconds(700) });

        await fixture.FailAsync("check_credit");

        fixture.Time.Waits.Count.ShouldBe(3);
        fixture.Time.Waits.ShouldAllBe(wait => wait <= TimeSpan.FromMilliseconds(700));
    }

    [Theory]
    [InlineData("check_credit")]
    [InlineData("upload")]
    [InlineData("send_otp")]
    [InlineData("validate_otp")]
    [InlineData("settle")]
    [InlineData("loan_policies")]
    [InlineData("open_loan")]
    [InlineData("get_contract")]
    [InlineData("send_contract_otp")]
    [InlineData("sign_contract")]
    [InlineData("cancel_loan")]
    public async Task A_401_gets_one_fresh_token(string operation)
    {
        await using var baloan = await StartAsync(Answer(401, """{"detail":"Token expired","code":"token_not_valid"}"""), Good());
        using var fixture = new ClientFixture(baloan.Address);

        await fixture.RunAsync(operation);

        fixture.Refused.ShouldBe(["token-0"]);
        baloan.Requests.Select(request => request.Headers["Authorization"]).ShouldBe(["Bearer token-0", "Bearer token-1"]);
        baloan.Requests[0].Body.Length.ShouldBe(baloan.Requests[1].Body.Length);
    }

    [Theory]
    [InlineData("check_credit")]
    [InlineData("settle")]
    [InlineData("get_contract")]
    [InlineData("open_loan")]
    public async Task A_second_401_is_the_end(string operation)
    {
        await using var baloan = await StartAsync(Answer(401, TokenNotValid));
        using var fixture = new ClientFixture(baloan.Address);

        var failure = await fixture.FailAsync(operation);

        failure.Failure.ShouldBe(BaloanFailure.Unauthorized);
        failure.OutcomeKnown.ShouldBeTrue();
        fixture.Refused.Count.ShouldBe(1);
        baloan.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Many_different_certain_refusals_may_come_before_the_yes()
    {
        await using var baloan = await StartAsync(
            Answer(429, Throttled),
            Answer(429, Throttled, headers: ("Retry-After", "1")),
            Answer(401, TokenNotValid),
            Answer(429, Throttled),
            Data("""{"user_credit":1}""")
        );
        using var fixture = new ClientFixture(baloan.Address);

        (await fixture.V2.SettleAsync(Settlement(), Language.English, Stop)).UserCredit.ShouldBe(1);

        baloan.Requests.Count.ShouldBe(5);
    }

    [Fact]
    public async Task What_the_token_source_throws_comes_out_and_nothing_is_sent()
    {
        await using var baloan = await StartAsync(Good());
        using var fixture = new ClientFixture(baloan.Address);
        fixture.BeforeToken = _ => throw new TimeZoneNotFoundException("the vault is down");

        await Should.ThrowAsync<TimeZoneNotFoundException>(() => fixture.RunAsync("settle"));

        baloan.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("a\r\nX-Evil: 1")]
    [InlineData("")]
    [InlineData("توکن")]
    public async Task A_token_that_no_header_can_carry_is_neither_sent_nor_shown(string token)
    {
        await using var baloan = await StartAsync(Good());
        using var http = BaloanHttpClient.Create(new() { BaseAddress = baloan.Address }, new Fixed(token), TimeProvider.System);

        var failure = await Should.ThrowAsync<InvalidOperationException>(() =>
            new MerchantClient(http, MerchantApiVersion.V2).SettleAsync(Settlement(), Language.English, Stop)
        );

        failure.ToString().ShouldNotContain("X-Evil");
        failure.ToString().ShouldNotContain("توکن");
        baloan.Requests.ShouldBeEmpty();
    }

    private static TheoryData<string, int> Pairs(string[] operations, int[] statuses)
    {
        var pairs = new TheoryData<string, int>();
        foreach (var operation in operations)
        {
            foreach (var status in statuses)
            {
                pairs.Add(operation, status);
            }
        }

        return pairs;
    }

    private sealed class Fixed(string token) : IAccessTokenSource
    {
        public ValueTask<string> GetAsync(CancellationToken cancellationToken) => new(token);

        public ValueTask<string> ReplaceAsync(string refused, CancellationToken cancellationToken) => new(token);
    }
}
