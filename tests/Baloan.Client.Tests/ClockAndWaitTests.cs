using System.Globalization;
using System.Text;
using Baloan.Client.Tests.Servers;
using static Baloan.Client.Tests.Bench;
using static Baloan.Client.Tests.Servers.ScriptedBaloan;

namespace Baloan.Client.Tests;

/// <summary>Waits and times as real servers write them, and as real clocks are set.</summary>
public sealed class ClockAndWaitTests
{
    [Theory]
    [InlineData("2.5", 3)]
    [InlineData("0.2", 1)]
    [InlineData("3.0", 3)]
    public async Task A_wait_with_a_fraction_is_obeyed_and_rounded_up(string header, int seconds)
    {
        await using var baloan = await StartAsync(Answer(429, "", headers: ("Retry-After", header)), Good());
        using var bench = new Bench(baloan.Address);

        await bench.RunAsync("check_credit");

        bench.Time.Waits.ShouldHaveSingleItem().ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public async Task A_tokens_times_in_milliseconds_are_read()
    {
        var (now, token) = await TokenAsync(now => (now.AddMinutes(-1).ToUnixTimeMilliseconds(), now.AddHours(1).ToUnixTimeMilliseconds()));

        token.ExpiresAt.ShouldBe(now.AddHours(1), TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(26)]
    public async Task A_clock_that_is_ahead_of_a_new_tokens_end_believes_its_life_alone(int hoursAhead)
    {
        var (now, token) = await TokenAsync(now => (now.AddHours(-hoursAhead).ToUnixTimeSeconds(), now.AddHours(1 - hoursAhead).ToUnixTimeSeconds()));

        token.ExpiresAt.ShouldBe(now.AddHours(1), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_new_token_that_looks_old_and_does_not_say_when_it_was_made_lives_ten_minutes()
    {
        var (now, token) = await TokenAsync(now => (null, now.AddHours(-1).ToUnixTimeSeconds()));

        token.ExpiresAt.ShouldBe(now.AddMinutes(10));
    }

    [Fact]
    public async Task A_user_name_of_one_space_does_not_blank_what_Baloan_said()
    {
        await using var baloan = await StartAsync(Answer(401, """{"detail":"No active account found","code":"no_active_account"}"""));
        using var bench = new Bench(baloan.Address);

        var failure = await Should.ThrowAsync<BaloanException>(() => bench.Tokens.GetPartnershipTokenAsync(" ", " ", Stop));

        failure.Message.ShouldContain("username and password");
        bench.Logs.All.ShouldContain("No active account found");
    }

    private static async Task<(DateTimeOffset Now, AccessToken Token)> TokenAsync(Func<DateTimeOffset, (long? Issued, long Expiry)> times)
    {
        var time = new ManualTime();
        var now = time.GetUtcNow();
        var (issued, expiry) = times(now);
        var claims = string.Create(CultureInfo.InvariantCulture, $"{{{(issued is null ? "" : $"\"iat\":{issued},")}\"exp\":{expiry}}}");
        var access = $"eyJhbGciOiJIUzI1NiJ9.{Convert.ToBase64String(Encoding.ASCII.GetBytes(claims)).TrimEnd('=').Replace('+', '-').Replace('/', '_')}.c2ln";
        await using var baloan = await StartAsync(Answer(200, $$"""{"access":"{{access}}"}"""));
        using var bench = new Bench(baloan.Address, time: time);
        return (now, await bench.Tokens.GetPartnershipTokenAsync("partner", "secret", Stop));
    }
}
