using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Baloan.Sandbox;
using static Baloan.EndToEnd.Tests.Sandbox.BaloanCaller;

namespace Baloan.EndToEnd.Tests.Sandbox;

/// <summary>Baloan's sandbox keeps the rules of Baloan's documents.</summary>
public sealed class BaloanServerTests : IAsyncLifetime
{
    private const string Customer = "0012345678";

    private BaloanServer server = null!;
    private BaloanCaller baloan = null!;

    public async ValueTask InitializeAsync()
    {
        server = await BaloanServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        baloan = await new BaloanCaller(server).LogInAsync();
    }

    public async ValueTask DisposeAsync()
    {
        baloan.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Version_2_settles_after_an_OTP_was_validated()
    {
        var credit = await DataAsync(
            await baloan.PostJsonAsync("/api/v2/merchant/check-credit/", new() { ["national_identifier"] = Customer })
        );
        credit.ToJsonString().ShouldBe("""{"national_identifier":"0012345678","user_credit":100000000}""");

        var token = await baloan.TransactionTokenAsync(Customer);
        var left = await DataAsync(await baloan.SettleAsync(Customer, token, "TLC-111111", 60_000_000));

        left.ToJsonString().ShouldBe("""{"user_credit":40000000}""");
        var booked = server.Books.Settlements.ShouldHaveSingleItem();
        booked.ShouldBe(new("TLC-111111", Customer, 60_000_000, Convert.ToHexStringLower(SHA256.HashData(Pdf)), Pdf.Length, booked.At));
        server.Books.Credit(Customer).ShouldBe(40_000_000);
    }

    [Fact]
    public async Task Version_1_settles_with_the_OTP_itself()
    {
        var token = await JsonAsync(
            await baloan.PostFormAsync(
                "/api/v1/merchant/token/",
                ("username", BaloanServer.StoreName),
                ("password", BaloanServer.StorePassword)
            )
        );
        baloan.Http.DefaultRequestHeaders.Authorization = new("Bearer", token["access"]!.GetValue<string>());
        var credit = await DataAsync(await baloan.PostFormAsync("/api/v1/merchant/check-credit/", ("national_identifier", Customer)));
        credit.ToJsonString().ShouldBe("""{"national_identifier":"0012345678","amount":100000000}""");
        (
            await DataAsync(await baloan.PostFormAsync("/api/v1/merchant/send-credit-otp/", ("national_identifier", Customer)))
        ).ShouldBeEmpty();

        var settled = await SettleV1Async(MagicNumbers.Otp);

        (await DataAsync(settled)).ShouldBeEmpty();
        server.Books.Credit(Customer).ShouldBe(99_500_000);
        (await RefusalAsync(await SettleV1Async(MagicNumbers.Otp))).ShouldBe("incorrect_otp_code");
    }

    [Fact]
    public async Task A_token_is_a_JWT_with_the_claims_and_lives_of_the_documents()
    {
        var pair = await JsonAsync(
            await baloan.PostFormAsync(
                "/api/v1/partnership/token/",
                ("username", BaloanServer.PartnerName),
                ("password", BaloanServer.PartnerPassword)
            )
        );

        pair.Select(field => field.Key).ShouldBe(["refresh", "access"]);
        foreach (var (name, seconds) in new[] { ("access", 86_400), ("refresh", 17_280_000) })
        {
            var parts = pair[name]!.GetValue<string>().Split('.');
            parts.Length.ShouldBe(3);
            Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(parts[0])).ShouldBe("""{"typ":"JWT","alg":"HS256"}""");
            var claims = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]))!;
            claims["token_type"]!.GetValue<string>().ShouldBe(name);
            (claims["exp"]!.GetValue<long>() - claims["iat"]!.GetValue<long>()).ShouldBe(seconds);
        }
    }

    [Fact]
    public async Task Wrong_credentials_and_revoked_expired_or_missing_tokens_are_401()
    {
        (
            await baloan.PostJsonAsync("/api/v2/merchant/token/", new() { ["username"] = BaloanServer.StoreUuid, ["password"] = "wrong" })
        ).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        server.RevokeTokens();
        var revoked = await baloan.SendOtpAsync(Customer);
        revoked.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await JsonAsync(revoked))["code"]!.GetValue<string>().ShouldBe("token_not_valid");

        server.AccessTokenLifetime = TimeSpan.Zero;
        await baloan.LogInAsync();
        (await baloan.SendOtpAsync(Customer)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        baloan.Http.DefaultRequestHeaders.Authorization = null;
        (await baloan.SendOtpAsync(Customer)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_partner_may_not_call_the_merchant_API()
    {
        var pair = await JsonAsync(
            await baloan.PostFormAsync(
                "/api/v1/partnership/token/",
                ("username", BaloanServer.PartnerName),
                ("password", BaloanServer.PartnerPassword)
            )
        );
        baloan.Http.DefaultRequestHeaders.Authorization = new("Bearer", pair["access"]!.GetValue<string>());

        (await baloan.SendOtpAsync(Customer)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task It_is_as_strict_as_Django_about_slashes_methods_and_content_types()
    {
        (await baloan.PostJsonAsync("/api/v2/merchant/check-credit", new() { ["national_identifier"] = Customer })).StatusCode.ShouldBe(
            HttpStatusCode.InternalServerError
        );
        (await baloan.PostJsonAsync("/api/v3/merchant/check-credit/", [])).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await baloan.Http.GetAsync("/api/v2/merchant/check-credit/", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(
            HttpStatusCode.MethodNotAllowed
        );
        (await baloan.PostFormAsync("/api/v2/merchant/check-credit/", ("national_identifier", Customer))).StatusCode.ShouldBe(
            HttpStatusCode.UnsupportedMediaType
        );
        (await baloan.PostJsonAsync("/api/v1/merchant/check-credit/", new() { ["national_identifier"] = Customer })).StatusCode.ShouldBe(
            HttpStatusCode.UnsupportedMediaType
        );
    }

    [Theory]
    [InlineData("{}", "national_identifier")]
    [InlineData("""{"national_identifier":""}""", "national_identifier")]
    [InlineData("""{"national_identifier":12345678}""", "national_identifier")]
    [InlineData("""{"national_identifier":"۰۰۱۲۳۴۵۶۷۸"}""", "national_identifier")]
    [InlineData("[]", "non_field_errors")]
    [InlineData("{", "detail")]
    public async Task A_body_that_is_not_right_is_400_with_the_errors_by_field(string body, string field)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        var answer = await baloan.Http.PostAsync("/api/v2/merchant/check-credit/", content, TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await JsonAsync(answer)).ShouldContainKey(field);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"code":"A"}""")]
    [InlineData("""{"bill":{"total":1}}""")]
    [InlineData("""{"code":"A","bill":{"total":"1"}}""")]
    [InlineData("""{"code":"A","bill":{"total":0}}""")]
    [InlineData("""{"code":"A","bill":{"total":1.5}}""")]
    public async Task A_settlement_needs_its_data_whole(string data)
    {
        var answer = await baloan.PostMultipartAsync(
            "/api/v2/merchant/settle-confirm/",
            Pdf,
            ("national_identifier", Customer),
            ("token", "t"),
            ("data", data)
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await JsonAsync(answer)).ShouldContainKey("data");
    }

    [Fact]
    public async Task A_settlement_needs_each_part_once_and_a_PDF()
    {
        var token = await baloan.TransactionTokenAsync(Customer);
        const string Path = "/api/v2/merchant/settle-confirm/";
        var (who, data, once) = (("national_identifier", Customer), ("data", Invoice("A", 1)), ("token", token));

        (await JsonAsync(await baloan.PostMultipartAsync(Path, Pdf, data, once))).ShouldContainKey("national_identifier");
        (await JsonAsync(await baloan.PostMultipartAsync(Path, Pdf, who, once))).ShouldContainKey("data");
        (await JsonAsync(await baloan.PostMultipartAsync(Path, Pdf, who, data))).ShouldContainKey("token");
        (await JsonAsync(await baloan.PostMultipartAsync(Path, null, who, data, once))).ShouldContainKey("file");
        (await JsonAsync(await baloan.PostMultipartAsync(Path, Pdf, who, data, once, once))).ShouldContainKey("token");
        (await JsonAsync(await baloan.SettleAsync(Customer, token, "A", 1, [.. "PK not a PDF"u8]))).ShouldContainKey("file");
        server.Books.Settlements.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_OTP_must_have_been_sent_and_counts_once()
    {
        (await RefusalAsync(await baloan.ValidateAsync(Customer))).ShouldBe("incorrect_otp_code");

        await baloan.SendOtpAsync(Customer);
        (await RefusalAsync(await baloan.ValidateAsync(Customer, "99999"))).ShouldBe("incorrect_otp_code");
        (await RefusalAsync(await baloan.ValidateAsync(Customer, MagicNumbers.ExpiredOtp))).ShouldBe("expired_otp_code");
        await DataAsync(await baloan.ValidateAsync(Customer));
        (await RefusalAsync(await baloan.ValidateAsync(Customer))).ShouldBe("incorrect_otp_code");

        await baloan.SendOtpAsync(Customer);
        server.Books.ExpireOtps();
        (await RefusalAsync(await baloan.ValidateAsync(Customer))).ShouldBe("expired_otp_code");
    }

    [Fact]
    public async Task A_transaction_token_counts_once_and_for_its_customer_alone()
    {
        var token = await baloan.TransactionTokenAsync(Customer);

        (await RefusalAsync(await baloan.SettleAsync("0087654321", token, "A", 1_000))).ShouldBe("invalid_transaction_token");
        await DataAsync(await baloan.SettleAsync(Customer, token, "A", 1_000));
        (await RefusalAsync(await baloan.SettleAsync(Customer, token, "A", 1_000))).ShouldBe("invalid_transaction_token");
    }

    [Fact]
    public async Task Nothing_is_idempotent_so_the_same_settlement_with_a_fresh_token_moves_the_money_again()
    {
        await DataAsync(await baloan.SettleAsync(Customer, await baloan.TransactionTokenAsync(Customer), "A", 1_000));
        await DataAsync(await baloan.SettleAsync(Customer, await baloan.TransactionTokenAsync(Customer), "A", 1_000));

        server.Books.Settlements.Count.ShouldBe(2);
        server.Books.Credit(Customer).ShouldBe(Books.DefaultCredit - 2_000);
    }

    [Fact]
    public async Task More_than_the_credit_is_not_settled_and_without_credit_no_OTP_is_sent()
    {
        server.Books.SetCredit(Customer, 999);
        (await RefusalAsync(await baloan.SettleAsync(Customer, await baloan.TransactionTokenAsync(Customer), "A", 1_000))).ShouldBe(
            "insufficient_user_credit"
        );

        server.Books.SetCredit(Customer, 0);
        (await RefusalAsync(await baloan.SendOtpAsync(Customer))).ShouldBe("insufficient_user_credit");
    }

    [Fact]
    public async Task Messages_follow_the_language_that_is_asked_for()
    {
        baloan.Http.DefaultRequestHeaders.Add("Accept-Language", "fa");

        (await JsonAsync(await baloan.ValidateAsync(Customer)))["message"]!.GetValue<string>().ShouldBe("کد تایید اشتباه است.");
    }

    [Theory]
    [InlineData("%PDF-1.7", "pdf")]
    [InlineData("\u0089PNG\r\n\u001a\n", "png")]
    [InlineData("\u00ff\u00d8\u00ff\u00e0", "jpg")]
    [InlineData("GIF89a", null)]
    [InlineData("", null)]
    public async Task An_upload_is_known_by_its_bytes(string bytes, string? extension)
    {
        var answer = await baloan.PostMultipartAsync("/api/v1/utility/file-upload/", Encoding.Latin1.GetBytes(bytes));

        if (extension is null)
        {
            (await RefusalAsync(answer)).ShouldBe("unsupported_file_type");
        }
        else
        {
            var data = await DataAsync(answer);
            Guid.TryParse(data["uuid"]!.GetValue<string>(), out _).ShouldBeTrue();
            new Uri(data["file"]!.GetValue<string>()).AbsolutePath.ShouldEndWith("." + extension);
        }
    }

    [Theory]
    [InlineData(10 * 1024 * 1024, true)]
    [InlineData((10 * 1024 * 1024) + 1, false)]
    public async Task An_upload_is_10_MB_at_most(int size, bool accepted)
    {
        var file = new byte[size];
        Pdf.CopyTo(file, 0);

        var answer = await baloan.PostMultipartAsync("/api/v1/utility/file-upload/", file);

        answer.StatusCode.ShouldBe(accepted ? HttpStatusCode.OK : HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task It_can_go_away_and_come_back_with_its_books()
    {
        await DataAsync(await baloan.SettleAsync(Customer, await baloan.TransactionTokenAsync(Customer), "A", 1_000));

        await server.StopAsync();
        await Should.ThrowAsync<HttpRequestException>(() => baloan.SendOtpAsync(Customer));

        await server.StartAgainAsync(TestContext.Current.CancellationToken);
        await DataAsync(await baloan.SendOtpAsync(Customer));
        server.Books.Settlements.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_taken_port_is_told_in_one_sentence()
    {
        var taken = await Should.ThrowAsync<SandboxException>(() =>
            BaloanServer.StartAsync(server.BaseAddress.Port, cancellationToken: TestContext.Current.CancellationToken)
        );

        taken.Message.ShouldBe($"Baloan's sandbox cannot start: port {server.BaseAddress.Port} is taken by another program.");
    }

    [Fact]
    public async Task The_books_can_be_read_and_reset_over_HTTP()
    {
        await DataAsync(await baloan.SettleAsync(Customer, await baloan.TransactionTokenAsync(Customer), "A", 1_000));
        var cancel = TestContext.Current.CancellationToken;

        var books = JsonNode.Parse(await baloan.Http.GetStringAsync("/books", cancel))!;
        var settlement = books["settlements"]!.AsArray().ShouldHaveSingleItem()!.AsObject();
        settlement
            .Select(field => field.Key)
            .ShouldBe(["code", "national_identifier", "total", "invoice_sha256", "invoice_size", "at", "sent_on_twice", "fault"]);
        books["credits"]![Customer]!.GetValue<long>().ShouldBe(Books.DefaultCredit - 1_000);
        books["calls"]!["settle"]!.GetValue<int>().ShouldBe(1);
        books["calls"]!["send_otp"]!.GetValue<int>().ShouldBe(1);
        books["tokens_issued"]!.GetValue<int>().ShouldBe(1);

        (await baloan.Http.PostAsync("/books/reset", null, cancel)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        server.Books.Settlements.ShouldBeEmpty();
        server.Books.Credit(Customer).ShouldBe(Books.DefaultCredit);
    }

    private Task<HttpResponseMessage> SettleV1Async(string otp) =>
        baloan.PostMultipartAsync(
            "/api/v1/merchant/settle-confirm/",
            Pdf,
            ("national_identifier", Customer),
            ("otp", otp),
            ("data", Invoice("TLC-111111", 500_000))
        );
}
