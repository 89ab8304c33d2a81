using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Baloan.Client.Tests.Servers;
using Microsoft.AspNetCore.WebUtilities;
using static Baloan.Client.Tests.ClientFixture;
using static Baloan.Client.Tests.Servers.ScriptedBaloan;

namespace Baloan.Client.Tests;

/// <summary>Each request of Baloan's documents, field by field, and the answer that they show.</summary>
public sealed class RequestTests
{
    [Fact]
    public async Task Version_1_checks_credit_with_a_form()
    {
        await using var baloan = await StartAsync(Data("""{"national_identifier":"0012345678","amount":100000000}"""));
        using var fixture = new ClientFixture(baloan.Address);

        var credit = await fixture.V1.CheckCreditAsync(NationalIdentifier, Language.English, Stop);

        credit.ShouldBe(new Credit(NationalIdentifier, 100_000_000));
        ShouldBePost(baloan.Only, "/api/v1/merchant/check-credit/", "en");
        baloan.Only.Headers["Content-Type"].ShouldBe("application/x-www-form-urlencoded");
        baloan.Only.Text.ShouldBe("national_identifier=0012345678");
    }

    [Fact]
    public async Task Version_2_checks_credit_with_json()
    {
        await using var baloan = await StartAsync(Data("""{"national_identifier":"4311204302","user_credit":40000000}"""));
        using var fixture = new ClientFixture(baloan.Address);

        var credit = await fixture.V2.CheckCreditAsync("4311204302", Language.Persian, Stop);

        credit.ShouldBe(new Credit("4311204302", 40_000_000));
        ShouldBePost(baloan.Only, "/api/v2/merchant/check-credit/", "fa");
        baloan.Only.Headers["Content-Type"].ShouldBe("application/json");
        baloan.Only.Text.ShouldBe("""{"national_identifier":"4311204302"}""");
    }

    [Theory]
    [InlineData("\"100000000\"", 100_000_000)]
    [InlineData("\"100000000.00\"", 100_000_000)]
    [InlineData("1.0e8", 100_000_000)]
    [InlineData("0", 0)]
    [InlineData("-5", -5)]
    public async Task A_credit_is_read_however_its_number_is_written(string written, long amount)
    {
        await using var baloan = await StartAsync(Data($$"""{"user_credit":{{written}},"new_field":[1]}"""));
        using var fixture = new ClientFixture(baloan.Address);

        (await fixture.V2.CheckCreditAsync(NationalIdentifier, Language.English, Stop)).Amount.ShouldBe(amount);
    }

    [Fact]
    public async Task Version_1_sends_an_otp_with_a_form()
    {
        await using var baloan = await StartAsync(Data("{}"));
        using var fixture = new ClientFixture(baloan.Address);

        await fixture.V1.SendOtpAsync(NationalIdentifier, Language.English, Stop);

        ShouldBePost(baloan.Only, "/api/v1/merchant/send-credit-otp/", "en");
        baloan.Only.Headers["Content-Type"].ShouldBe("application/x-www-form-urlencoded");
        baloan.Only.Text.ShouldBe("national_identifier=0012345678");
    }

    [Fact]
    public async Task Version_2_sends_an_otp_with_json()
    {
        await using var baloan = await StartAsync(Data("{}"));
        using var fixture = new ClientFixture(baloan.Address);

        await fixture.V2.SendOtpAsync(NationalIdentifier, Language.English, Stop);

        ShouldBePost(baloan.Only, "/api/v2/merchant/send-credit-otp/", "en");
        baloan.Only.Headers["Content-Type"].ShouldBe("application/json");
        baloan.Only.Text.ShouldBe("""{"national_identifier":"0012345678"}""");
    }

    [Fact]
    public async Task Version_2_validates_an_otp()
    {
        await using var baloan = await StartAsync(Data($$"""{"token":"{{TransactionToken}}"}"""));
        using var fixture = new ClientFixture(baloan.Address);

        var token = await fixture.V2.ValidateOtpAsync(NationalIdentifier, Otp, Language.English, Stop);

        token.ShouldBe(TransactionToken);
        ShouldBePost(baloan.Only, "/api/v2/merchant/validate-credit-otp/", "en");
        baloan.Only.Headers["Content-Type"].ShouldBe("application/json");
        baloan.Only.Text.ShouldBe("""{"national_identifier":"0012345678","otp":"11111"}""");
    }

    [Fact]
    public async Task Version_1_validates_no_otp_and_sends_nothing()
    {
        await using var baloan = await StartAsync(Data("{}"));
        using var fixture = new ClientFixture(baloan.Address);

        await Should.ThrowAsync<NotSupportedException>(async () =>
            await fixture.V1.ValidateOtpAsync(NationalIdentifier, Otp, Language.English, Stop)
        );

        baloan.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"status":"ok","message":"","message_code":"","data":{}}""")]
    [InlineData("""{"status":"OK","data":null}""")]
    public async Task Version_1_settles_with_the_otp(string answer)
    {
        await using var baloan = await StartAsync(Answer(200, answer));
        using var fixture = new ClientFixture(baloan.Address);

        var receipt = await fixture.V1.SettleAsync(
            Settlement() with
            {
                TransactionToken = null,
                Total = 500_000_000,
            },
            Language.English,
            Stop
        );

        receipt.UserCredit.ShouldBeNull();
        ShouldBePost(baloan.Only, "/api/v1/merchant/settle-confirm/", "en");
        var parts = await PartsAsync(baloan.Only);
        parts
            .Select(part => part.Disposition)
            .ShouldBe([
                "form-data; name=\"national_identifier\"",
                "form-data; name=\"otp\"",
                "form-data; name=\"data\"",
                "form-data; name=\"file\"; filename=\"invoice.pdf\"",
            ]);
        parts
            .Select(part => part.Body)
            .ShouldBe([NationalIdentifier, Otp, """{"code":"TLC-111111","bill":{"total":500000000}}""", "%PDF-1.7 sample"]);
        parts.Select(part => part.ContentType).ShouldBe([null, null, null, "application/pdf"]);
    }

    [Theory]
    [InlineData("""{"user_credit":40000000}""", 40_000_000L)]
    [InlineData("""{"user_credit":"40000000"}""", 40_000_000L)]
    public async Task Version_2_settles_with_the_transaction_token(string data, long left)
    {
        await using var baloan = await StartAsync(Data(data));
        using var fixture = new ClientFixture(baloan.Address);

        var receipt = await fixture.V2.SettleAsync(Settlement() with { Otp = null }, Language.Persian, Stop);

        receipt.UserCredit.ShouldBe(left);
        ShouldBePost(baloan.Only, "/api/v2/merchant/settle-confirm/", "fa");
        var parts = await PartsAsync(baloan.Only);
        parts
            .Select(part => part.Disposition)
            .ShouldBe([
                "form-data; name=\"national_identifier\"",
                "form-data; name=\"data\"",
                "form-data; name=\"file\"; filename=\"invoice.pdf\"",
                "form-data; name=\"token\"",
            ]);
        parts
            .Select(part => part.Body)
            .ShouldBe([NationalIdentifier, """{"code":"TLC-111111","bill":{"total":60000000}}""", "%PDF-1.7 sample", TransactionToken]);
        parts.Select(part => part.ContentType).ShouldBe([null, null, "application/pdf", null]);
    }

    [Fact]
    public async Task What_a_settlement_lacks_is_said_before_anything_is_sent()
    {
        await using var baloan = await StartAsync(Data("{}"));
        using var fixture = new ClientFixture(baloan.Address);

        await Should.ThrowAsync<ArgumentException>(async () =>
            await fixture.V1.SettleAsync(Settlement() with { Otp = null }, Language.English, Stop)
        );
        await Should.ThrowAsync<ArgumentException>(async () =>
            await fixture.V2.SettleAsync(Settlement() with { TransactionToken = "" }, Language.English, Stop)
        );
        await Should.ThrowAsync<ArgumentException>(async () =>
            await fixture.V2.SettleAsync(Settlement() with { Total = 0 }, Language.English, Stop)
        );

        baloan.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_code_survives_json_whatever_it_holds()
    {
        await using var baloan = await StartAsync(Good());
        using var fixture = new ClientFixture(baloan.Address);

        await fixture.V2.SettleAsync(Settlement() with { Code = "فاکتور \"۱\"\r\n--x" }, Language.English, Stop);

        var data = (await PartsAsync(baloan.Only)).Single(part => part.Disposition.Contains("\"data\"", StringComparison.Ordinal)).Body;
        JsonDocument.Parse(data).RootElement.GetProperty("code").GetString().ShouldBe("فاکتور \"۱\"\r\n--x");
    }

    [Fact]
    public async Task Both_versions_upload_to_the_same_place()
    {
        const string Url = "https://s3.example/users/a.pdf?AWSAccessKeyId=7&Signature=bPkVTG%3D&Expires=1730123744";
        await using var baloan = await StartAsync(Data($$"""{"uuid":"d4c22af9-3676-4c6e-ab72-2a7b5b22afc5","file":"{{Url}}"}"""));
        using var fixture = new ClientFixture(baloan.Address);

        foreach (var client in new[] { fixture.V1, fixture.V2 })
        {
            (await client.UploadAsync(Pdf("example.pdf"), Language.English, Stop)).ShouldBe(
                new UploadedFile("d4c22af9-3676-4c6e-ab72-2a7b5b22afc5", Url)
            );
        }

        baloan.Requests.Count.ShouldBe(2);
        foreach (var request in baloan.Requests)
        {
            ShouldBePost(request, "/api/v1/utility/file-upload/", "en");
            var part = (await PartsAsync(request)).ShouldHaveSingleItem();
            part.Disposition.ShouldBe("form-data; name=\"file\"; filename=\"example.pdf\"");
            part.ContentType.ShouldBe("application/pdf");
            part.Body.ShouldBe("%PDF-1.7 sample");
        }
    }

    [Theory]
    [InlineData("فاکتور.pdf", "فاکتور.pdf")]
    [InlineData("a\"; name=\"otp.pdf", "a%22; name=%22otp.pdf")]
    [InlineData("a\r\nX-Evil: 1\r\n\r\n.pdf", "a__X-Evil: 1____.pdf")]
    [InlineData("C:\\invoices\\one.pdf", "one.pdf")]
    [InlineData("../../etc/one.pdf", "one.pdf")]
    [InlineData("\0\u2028.pdf", "__.pdf")]
    [InlineData("", "file")]
    public async Task A_file_name_cannot_leave_its_place(string name, string sent)
    {
        await using var baloan = await StartAsync(Data("""{"uuid":"u","file":"f"}"""));
        using var fixture = new ClientFixture(baloan.Address);

        await fixture.V2.UploadAsync(Pdf(name), Language.English, Stop);

        var part = (await PartsAsync(baloan.Only)).ShouldHaveSingleItem();
        part.Disposition.ShouldBe($"form-data; name=\"file\"; filename=\"{sent}\"");
        part.Headers.ShouldBe(["Content-Disposition", "Content-Type"], ignoreOrder: true);
        baloan.Only.Headers.ShouldNotContainKey("X-Evil");
    }

    [Theory]
    [InlineData("application/pdf\r\nX-Evil: 1")]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task A_content_type_that_is_none_becomes_a_plain_one(string contentType)
    {
        await using var baloan = await StartAsync(Data("""{"uuid":"u","file":"f"}"""));
        using var fixture = new ClientFixture(baloan.Address);

        await fixture.V2.UploadAsync(Pdf() with { ContentType = contentType }, Language.English, Stop);

        var part = (await PartsAsync(baloan.Only)).ShouldHaveSingleItem();
        part.ContentType.ShouldBe("application/octet-stream");
    }

    [Fact]
    public async Task A_base_address_may_have_a_path()
    {
        await using var baloan = await StartAsync(Data("{}"));
        using var fixture = new ClientFixture(new Uri(baloan.Address, "/proxy"));

        await fixture.RunAsync("send_otp");

        baloan.Only.Target.ShouldBe("/proxy/api/v2/merchant/send-credit-otp/");
    }

    [Fact]
    public async Task Connections_are_used_again()
    {
        await using var baloan = new RawBaloan(async connection =>
        {
            while (true)
            {
                await connection.ReadRequestAsync();
                await connection.AnswerAsync(200, Ok);
            }
        });
        using var fixture = new ClientFixture(baloan.Address);

        for (var i = 0; i < 5; i++)
        {
            await fixture.RunAsync("send_otp");
        }

        baloan.Requests.ShouldBe(5);
        baloan.Connections.ShouldBe(1);
    }

    [Theory]
    [InlineData("ftp://api.baloan.ir")]
    [InlineData("https://api.baloan.ir?x=1")]
    [InlineData("/relative")]
    public void A_base_address_that_is_none_is_refused(string address) =>
        Should.Throw<ArgumentException>(() =>
            BaloanHttpClient.Create(
                new BaloanOptions { BaseAddress = new Uri(address, UriKind.RelativeOrAbsolute) },
                null,
                TimeProvider.System
            )
        );

    [Fact]
    public void What_is_secret_does_not_show_itself()
    {
        Settlement().ToString().ShouldNotContain(NationalIdentifier);
        Settlement().ToString().ShouldNotContain(TransactionToken);
        new Credit(NationalIdentifier, 5).ToString().ShouldNotContain(NationalIdentifier);
        new UploadedFile("u", "https://signed").ToString().ShouldNotContain("signed");
        new AccessToken("acc", "ref", DateTimeOffset.UnixEpoch)
            .ToString()
            .ShouldBe("AccessToken { ExpiresAt = 1970-01-01T00:00:00.0000000+00:00 }");
    }

    private static void ShouldBePost(Received request, string target, string language)
    {
        request.Method.ShouldBe("POST");
        request.Target.ShouldBe(target);
        request.Headers["Authorization"].ShouldBe("Bearer token-0");
        request.Headers["Accept-Language"].ShouldBe(language);
        request.Headers["Accept"].ShouldBe("application/json");
        request.Headers.ShouldNotContainKey("Transfer-Encoding");
        request.Headers.ShouldNotContainKey("Expect");
        request.Headers.ShouldNotContainKey("Cookie");
        request.Headers["Content-Length"].ShouldBe(request.Body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static async Task<
        IReadOnlyList<(string Disposition, string? ContentType, string Body, IEnumerable<string> Headers)>
    > PartsAsync(Received request)
    {
        var type = MediaTypeHeaderValue.Parse(request.Headers["Content-Type"]);
        type.MediaType.ShouldBe("multipart/form-data");
        var boundary = type.Parameters.ShouldHaveSingleItem().Value!;
        boundary.ShouldNotContain("\"");
        var reader = new MultipartReader(boundary, new MemoryStream(request.Body));
        var parts = new List<(string, string?, string, IEnumerable<string>)>();
        while (await reader.ReadNextSectionAsync(Stop) is { } section)
        {
            using var body = new StreamReader(section.Body, Encoding.UTF8);
            parts.Add((section.ContentDisposition!, section.ContentType, await body.ReadToEndAsync(Stop), section.Headers!.Keys));
        }

        return parts;
    }
}
