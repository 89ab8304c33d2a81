using Baloan.Client.Tests.Servers;
using static Baloan.Client.Tests.ClientFixture;
using static Baloan.Client.Tests.Servers.ScriptedBaloan;

namespace Baloan.Client.Tests;

public sealed class TokenClientTests
{
    // The sample of the documents, version 2.
    private const string SampleAccess =
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIiwiZXhwIjoxNzcwMjk0MzcwLCJpYXQi"
        + "OjE3NzAyMDc5NzAsImp0aSI6IjYzMDk5YWVkMWUyMDRmMTU5MDkxN2ZiOTBmZGViZDJl"
        + "IiwidXNlcl9pZCI6NTE2Nzl9.ztvTy1POnT5UXyEqsTVuDz3O7nsRv81t49rlLTVUnko";

    // The sample of the documents, version 1: two segments, not a JWT.
    private const string TwoSegments = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.6Xg5lfYhy5DqJbHNT2XZ_crZrv8QmXyrNqN4RG-Q-pU";

    [Fact]
    public async Task Version_1_gets_a_token_with_a_form()
    {
        await using var baloan = await StartAsync(Answer(200, $$"""{"refresh":"r","access":"{{TwoSegments}}"}"""));
        using var fixture = new ClientFixture(baloan.Address);

        var token = await fixture.Tokens.GetMerchantTokenAsync(MerchantApiVersion.V1, "store name", "pass&word=1", Stop);

        token.ShouldBe(new AccessToken(TwoSegments, "r", fixture.Time.GetUtcNow().AddMinutes(10)));
        ShouldBeTokenCall(baloan.Only, "/api/v1/merchant/token/", "application/x-www-form-urlencoded");
        baloan.Only.Text.ShouldBe("username=store+name&password=pass%26word%3D1");
    }

    [Fact]
    public async Task Version_2_gets_a_token_with_json()
    {
        await using var baloan = await StartAsync(Answer(200, $$"""{"refresh":"r","access":"{{SampleAccess}}"}"""));
        using var fixture = new ClientFixture(baloan.Address);

        var token = await fixture.Tokens.GetMerchantTokenAsync(MerchantApiVersion.V2, "store_uuid", "store_password", Stop);

        token.ShouldBe(new AccessToken(SampleAccess, "r", DateTimeOffset.FromUnixTimeSeconds(1770294370)));
        ShouldBeTokenCall(baloan.Only, "/api/v2/merchant/token/", "application/json");
        baloan.Only.Text.ShouldBe("""{"username":"store_uuid","password":"store_password"}""");
    }

    [Fact]
    public async Task The_partnership_gets_a_token_with_a_form()
    {
        await using var baloan = await StartAsync(Answer(200, $$"""{"access":"{{SampleAccess}}","extra":1}"""));
        using var fixture = new ClientFixture(baloan.Address);

        var token = await fixture.Tokens.GetPartnershipTokenAsync("partner", "secret", Stop);

        token.ShouldBe(new AccessToken(SampleAccess, null, DateTimeOffset.FromUnixTimeSeconds(1770294370)));
        ShouldBeTokenCall(baloan.Only, "/api/v1/partnership/token/", "application/x-www-form-urlencoded");
        baloan.Only.Text.ShouldBe("username=partner&password=secret");
    }

    [Theory]
    [InlineData("opaque")]
    [InlineData("a.b.c")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.e30.c2ln")] // {} : no exp
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJleHAiOiJzb29uIn0.c2ln")] // {"exp":"soon"}
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJleHAiOi0xfQ.c2ln")] // {"exp":-1}
    public async Task A_token_of_unreadable_life_lives_ten_minutes(string access)
    {
        await using var baloan = await StartAsync(Answer(200, $$"""{"access":"{{access}}"}"""));
        using var fixture = new ClientFixture(baloan.Address);

        var token = await fixture.Tokens.GetPartnershipTokenAsync("partner", "secret", Stop);

        token.ShouldBe(new AccessToken(access, null, fixture.Time.GetUtcNow().AddMinutes(10)));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"access":""}""")]
    [InlineData("""{"access":7}""")]
    [InlineData("""{"access":"a\r\nX-Evil: 1"}""")]
    [InlineData("[]")]
    [InlineData("<html>")]
    public async Task An_answer_without_a_usable_token_is_none(string answer)
    {
        await using var baloan = await StartAsync(Answer(200, answer));
        using var fixture = new ClientFixture(baloan.Address);

        var failure = await fixture.FailAsync("merchant_token");

        failure.Failure.ShouldBe(BaloanFailure.NoAnswer);
        failure.Code.ShouldBe("baloan_timeout");
        failure.CanRepeat.ShouldBeTrue();
    }

    [Fact]
    public async Task Wrong_credentials_are_refused_once_and_no_token_is_asked_for()
    {
        await using var baloan = await StartAsync(Answer(401, """{"detail":"No active account found","code":"no_active_account"}"""));
        using var fixture = new ClientFixture(baloan.Address);

        var failure = await fixture.FailAsync("merchant_token");

        failure.Failure.ShouldBe(BaloanFailure.Unauthorized);
        failure.Code.ShouldBe("baloan_unauthorized");
        failure.Message.ShouldBe("No active account found");
        failure.CanRepeat.ShouldBeFalse();
        fixture.Refused.ShouldBeEmpty();
        baloan.Requests.Count.ShouldBe(1);
    }

    private static void ShouldBeTokenCall(Received request, string target, string contentType)
    {
        request.Method.ShouldBe("POST");
        request.Target.ShouldBe(target);
        request.Headers["Content-Type"].ShouldBe(contentType);
        request.Headers.ShouldNotContainKey("Authorization");
        request.Headers.ShouldNotContainKey("Transfer-Encoding");
    }
}
