using Baloan.Client.Tests.Servers;
using static Baloan.Client.Tests.ClientFixture;
using static Baloan.Client.Tests.Servers.ScriptedBaloan;

namespace Baloan.Client.Tests;

/// <summary>When a settlement is not begun any more, and what is told of each try.</summary>
public sealed class SendingTests
{
    [Fact]
    public async Task Nothing_is_sent_once_the_time_to_begin_is_over()
    {
        await using var baloan = await StartAsync(Good());
        using var fixture = new ClientFixture(baloan.Address);
        fixture.BeforeToken = _ =>
        {
            fixture.Time.Advance(TimeSpan.FromSeconds(10));
            return Task.CompletedTask;
        };

        var failure = await Should.ThrowAsync<BaloanException>(() => SettleAsync(fixture, TimeSpan.FromSeconds(10)));

        failure.Failure.ShouldBe(BaloanFailure.Unavailable);
        failure.Code.ShouldBe("baloan_unavailable");
        failure.OutcomeKnown.ShouldBeTrue();
        failure.Sendings.ShouldBeEmpty();
        baloan.Requests.ShouldBeEmpty();
        fixture.Time.Waits.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_time_to_begin_is_looked_at_before_each_sending()
    {
        const string Throttled = """{"detail":"Request was throttled. Expected available in 3 seconds."}""";
        await using var baloan = await StartAsync(Answer(429, Throttled), Answer(429, Throttled), Good());
        using var fixture = new ClientFixture(baloan.Address);

        var failure = await Should.ThrowAsync<BaloanException>(() => SettleAsync(fixture, TimeSpan.FromSeconds(5)));

        failure.Code.ShouldBe("baloan_unavailable");
        failure.OutcomeKnown.ShouldBeTrue();
        failure.Sendings.Select(sending => sending.Answer).ShouldBe(["throttled 429", "throttled 429"]);
        baloan.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Time_enough_lets_it_be_sent()
    {
        await using var baloan = await StartAsync(Data("""{"user_credit":1}"""));
        using var fixture = new ClientFixture(baloan.Address);

        (await SettleAsync(fixture, TimeSpan.FromSeconds(5))).UserCredit.ShouldBe(1);
    }

    [Fact]
    public async Task Every_try_is_told_with_the_yes()
    {
        await using var baloan = await StartAsync(
            Answer(401, """{"detail":"Token expired","code":"token_not_valid"}"""),
            Answer(429, """{"detail":"Request was throttled. Expected available in 3 seconds."}"""),
            Data("""{"user_credit":1}""")
        );
        using var fixture = new ClientFixture(baloan.Address);
        var start = fixture.Time.GetUtcNow();

        var receipt = await SettleAsync(fixture, null);

        receipt.Sendings.ShouldBe([new(start, "unauthorized 401"), new(start, "throttled 429"), new(start.AddSeconds(3), "yes 200")]);
    }

    [Theory]
    [InlineData(400, """{"detail":"no"}""", "refused 400")]
    [InlineData(502, "", "unknown 502")]
    [InlineData(302, "", "unknown 302")]
    public async Task The_last_try_is_told_with_the_failure(int status, string body, string answer)
    {
        await using var baloan = await StartAsync(Answer(status, body));
        using var fixture = new ClientFixture(baloan.Address);

        (await fixture.FailAsync("settle")).Sendings.ShouldHaveSingleItem().Answer.ShouldBe(answer);
    }

    [Fact]
    public async Task Tries_without_an_answer_are_told_apart_by_whether_anything_was_sent()
    {
        await using var cutting = await StartAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        using var cut = new ClientFixture(cutting.Address);
        (await cut.FailAsync("settle")).Sendings.ShouldHaveSingleItem().Answer.ShouldBe("unknown");

        using var nowhere = new ClientFixture(new("http://127.0.0.1:1"));
        (await nowhere.FailAsync("settle"))
            .Sendings.Select(sending => sending.Answer)
            .ShouldBe(["not_connected", "not_connected", "not_connected", "not_connected"]);
    }

    [Fact]
    public async Task A_body_that_stood_still_for_too_long_is_not_sent_to_its_end()
    {
        await using var baloan = await StartAsync(Good());
        using var fixture = new ClientFixture(baloan.Address);
        var clocks = new TwoClocks();
        using var http = BaloanHttpClient.Create(new() { BaseAddress = baloan.Address }, fixture, clocks);
        var file = new FileSource(
            "invoice.pdf",
            "application/pdf",
            4,
            _ => Task.FromResult<Stream>(new StandingStill(() => clocks.Monotonic += TimeSpan.FromSeconds(100)))
        );

        var failure = await Should.ThrowAsync<BaloanException>(() =>
            new MerchantClient(http, MerchantApiVersion.V2).SettleAsync(Settlement(file), Language.English, Stop)
        );

        failure.OutcomeKnown.ShouldBeFalse();
        failure.Sendings.ShouldHaveSingleItem().Answer.ShouldBe("unknown");
        baloan.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(5, 0, true)]
    [InlineData(0, 5, true)]
    [InlineData(4, 4, false)]
    public void A_deadline_has_passed_when_either_clock_says_so(int monotonic, int utc, bool passed)
    {
        var clocks = new TwoClocks();
        var deadline = Deadline.Start(clocks, TimeSpan.FromSeconds(5));

        clocks.Monotonic += TimeSpan.FromSeconds(monotonic);
        clocks.Utc += TimeSpan.FromSeconds(utc);

        deadline.HasPassed.ShouldBe(passed);
    }

    [Fact]
    public void A_deadline_that_was_never_started_has_passed() => default(Deadline).HasPassed.ShouldBeTrue();

    private static Task<SettleReceipt> SettleAsync(ClientFixture fixture, TimeSpan? within) =>
        fixture.V2.SettleAsync(
            Settlement() with
            {
                SendBefore = within is { } limit ? Deadline.Start(fixture.Time, limit) : null,
            },
            Language.English,
            Stop
        );

    /// <summary>A file of four bytes in whose reading time passes.</summary>
    private sealed class StandingStill(Action pass) : MemoryStream("%PDF"u8.ToArray())
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            pass();
            return base.ReadAsync(buffer, cancellationToken);
        }
    }

    /// <summary>Two clocks that move when told, and timers that never ring: those of a process that stood still.</summary>
    private sealed class TwoClocks : TimeProvider
    {
        public TimeSpan Monotonic { get; set; }

        public DateTimeOffset Utc { get; set; } = DateTimeOffset.UnixEpoch;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Monotonic.Ticks;

        public override DateTimeOffset GetUtcNow() => Utc;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
