using Baloan.Core.Tokens;

namespace Baloan.Core.Tests.Tokens;

public sealed class StoredTokenTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData(60, 57, true)]
    [InlineData(60, 58, false)]
    [InlineData(2, 0, true)]
    [InlineData(2, 1, false)]
    public void A_token_is_used_while_a_call_can_end_before_it_does(int lifeInMinutes, int ageInMinutes, bool isUsable) =>
        TokenOf(lifeInMinutes).IsUsable(Now.AddMinutes(ageInMinutes)).ShouldBe(isUsable);

    [Theory]
    [InlineData(600, 470, false)]
    [InlineData(600, 481, true)]
    [InlineData(30, 19, false)]
    [InlineData(30, 21, true)]
    public void A_token_is_due_when_less_than_a_fifth_of_its_life_or_ten_minutes_are_left(
        int lifeInMinutes,
        int ageInMinutes,
        bool isDue
    ) => TokenOf(lifeInMinutes).IsDueForRenewal(Now.AddMinutes(ageInMinutes)).ShouldBe(isDue);

    [Fact]
    public void A_secret_is_read_as_it_was_written() => StoredToken.Parse(TokenOf(60).ToSecret()).ShouldBe(TokenOf(60));

    [Fact]
    public void A_secret_of_an_earlier_version_is_read() =>
        StoredToken
            .Parse("""{"access":"a","refresh":"r","obtained_at":"2026-01-02T03:04:05Z","expires_at":"2026-01-02T04:04:05Z"}""")
            .ShouldBe(TokenOf(60));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("a password that somebody put into the wrong secret")]
    [InlineData("""{"access":""}""")]
    [InlineData("{}")]
    public void What_this_app_has_not_written_is_no_token(string? secret) => StoredToken.Parse(secret).ShouldBeNull();

    private static StoredToken TokenOf(int lifeInMinutes) => new("a", "r", Now, Now.AddMinutes(lifeInMinutes));
}
