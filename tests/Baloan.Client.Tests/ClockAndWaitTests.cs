using System.Globalization;
using System.Text;
using Baloan.Client.Tests.Servers;
using static Baloan.Client.Tests.ClientFixture;
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
        using var fixture = new ClientFixture(baloan.Address);

        await fixture.RunAsync("check_credit");

        fixture.Time.Waits.ShouldHaveSingleItem().ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public async Task A_tokens_times_in_milliseconds_are_read()
    {
        var time = new ManualTime();
        var expiry = time.GetUtcNow().AddHours(1);
        var claims = string.Create(CultureInfo.InvariantCulture, $"{{\"exp\":{expiry.ToUnixTimeMilliseconds()}}}");
        var payload = System.Buffers.Text.Base64Url.EncodeToString(Encoding.ASCII.GetBytes(claims));
        var access = $"eyJhbGciOiJIUzI1NiJ9.{payload}.c2ln";
        await using var baloan = await StartAsync(Answer(200, $$"""{"access":"{{access}}"}"""));
        using var fixture = new ClientFixture(baloan.Address, time: time);

        (await fixture.Tokens.GetPartnershipTokenAsync("partner", "secret", Stop)).ExpiresAt.ShouldBe(expiry);
    }

    [Fact]
    public async Task A_user_name_of_one_space_does_not_blank_what_Baloan_said()
    {
        await using var baloan = await StartAsync(Answer(401, """{"detail":"No active account found","code":"no_active_account"}"""));
        using var fixture = new ClientFixture(baloan.Address);

        var failure = await Should.ThrowAsync<BaloanException>(() => fixture.Tokens.GetPartnershipTokenAsync(" ", " ", Stop));

        failure.Message.ShouldBe("No active account found");
        fixture.Logs.All.ShouldContain("No active account found");
    }
}
