using System.Text;
using System.Text.Json.Nodes;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Http;

public sealed class SettlementValidationTests(StorageAccounts storage) : ApiTests(storage)
{
    private const string Route = "api/merchant/settlements";
    private const int FileLimit = 10 * 1024 * 1024;

    public static TheoryData<string> WrongTotals =>
        [
            "0",
            "-1",
            "1.5",
            "1e13",
            "1000000000000",
            "99999999999999999999999999",
            "true",
            "[]",
            "{}",
            "\"\"",
            "\"12a\"",
            "\"-5\"",
            "\"5 5\"",
            "\"0\"",
            "\"1000000000000\"",
            "\"\\ud800\"",
        ];

    public static TheoryData<string> WrongCodes =>
        [
            "\"\"",
            "\" x\"",
            "\"x \"",
            "\"a\\u0000b\"",
            "\"a\\nb\"",
            "\"a\\u007fb\"",
            "\"50%\"",
            "\".\"",
            "\"..\"",
            "\"\\ud800x\"",
            "7",
            "null",
            $"\"{new string('x', 65)}\"",
        ];

    [Fact]
    public async Task Every_missing_field_is_named()
    {
        (await Api.PostAsync(Route, new MultipartFormDataContent { { new StringContent("x"), "other" } })).ShouldBeProblem(
            400,
            "invalid_request",
            "national_identifier",
            "otp",
            "data",
            "file"
        );
        (await Api.PostAsync(Route, new JsonObject())).ShouldBeProblem(
            400,
            "invalid_request",
            "national_identifier",
            "otp",
            "data",
            "invoice_blob"
        );
        (await Api.SettleAsync(new SettlementForm { Data = "{}" })).ShouldBeProblem(400, "invalid_request", "data.code", "data.bill");
        (await Api.SettleAsync(new SettlementForm { Data = """{"code":"X","bill":{}}""" })).ShouldBeProblem(
            400,
            "invalid_request",
            "data.bill.total"
        );
    }

    [Fact]
    public async Task All_kinds_of_faults_are_told_together()
    {
        var form = new SettlementForm
        {
            NationalIdentifier = "123",
            Otp = "abc",
            Data = """{"code":"a\u0001b","bill":{"total":-5}}""",
            File = "GIF89a"u8.ToArray(),
        };

        (await Api.SettleAsync(form)).ShouldBeProblem(
            400,
            "invalid_request",
            "national_identifier",
            "otp",
            "data.code",
            "data.bill.total",
            "file"
        );
    }

    [Theory]
    [InlineData("national_identifier")]
    [InlineData("otp")]
    [InlineData("token")]
    [InlineData("data")]
    [InlineData("file")]
    public async Task A_field_that_comes_twice_is_refused_also_where_both_are_the_same(string field)
    {
        var form = new SettlementForm();
        if (field == "token")
        {
            form = form with { Otp = null, Token = Guid.NewGuid().ToString() };
        }

        var content = form.ToContent();
        if (field == "file")
        {
            content.Add(new ByteArrayContent(form.File!), "file", "invoice.pdf");
        }
        else
        {
            SettlementForm.Add(
                content,
                field,
                field switch
                {
                    "national_identifier" => form.NationalIdentifier,
                    "otp" => form.Otp,
                    "token" => form.Token,
                    _ => form.DataText(),
                }
            );
        }

        (await Api.PostAsync(Route, content)).ShouldBeProblem(400, "invalid_request", field);
        await ShouldNotBeRecordedAsync(form.Code);
    }

    [Theory]
    [MemberData(nameof(WrongTotals))]
    public async Task A_total_that_is_no_amount_is_refused(string total)
    {
        var form = new SettlementForm();
        form = form with { Data = $$$"""{"code":"{{{form.Code}}}","bill":{"total":{{{total}}}}}""" };

        (await Api.SettleAsync(form)).ShouldBeProblem(400, "invalid_request", "data.bill.total");
        await ShouldNotBeRecordedAsync(form.Code);
    }

    [Theory]
    [InlineData("1000.0")]
    [InlineData("1e3")]
    [InlineData("\"۱۰۰۰ \"")]
    public async Task A_whole_total_is_taken_however_it_is_written(string total)
    {
        var form = new SettlementForm { Otp = "x" };

        (await Api.SettleAsync(form with { Data = $$$"""{"code":"{{{form.Code}}}","bill":{"total":{{{total}}}}}""" })).ShouldBeProblem(
            400,
            "invalid_request",
            "otp"
        );
    }

    [Theory]
    [MemberData(nameof(WrongCodes))]
    public async Task A_code_that_cannot_be_one_is_refused(string code) =>
        (await Api.SettleAsync(new SettlementForm { Data = $$$"""{"code":{{{code}}},"bill":{"total":5}}""" })).ShouldBeProblem(
            400,
            "invalid_request",
            "data.code"
        );

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{\"code\":\"X\",\"bill\":{\"total\":5}")]
    [InlineData("{\"code\":\"X\",\"code\":\"Y\",\"bill\":{\"total\":5}}")]
    [InlineData("{\"\\ud800\":1,\"code\":\"X\",\"bill\":{\"total\":5}}")]
    public async Task Data_that_is_no_JSON_object_is_refused(string data) =>
        (await Api.SettleAsync(new SettlementForm { Data = data })).ShouldBeProblem(400, "invalid_request", "data");

    [Theory]
    [InlineData("123456789")]
    [InlineData("123456789012")]
    [InlineData("12345678a0")]
    [InlineData("1234 567890")]
    [InlineData("१२३४५६७८९०")]
    public async Task A_national_identifier_of_other_than_10_or_11_digits_is_refused(string identifier) =>
        (await Api.SettleAsync(new SettlementForm { NationalIdentifier = identifier })).ShouldBeProblem(
            400,
            "invalid_request",
            "national_identifier"
        );

    [Theory]
    [InlineData("123")]
    [InlineData("12345678901")]
    [InlineData("12a45")]
    public async Task An_OTP_that_cannot_be_one_is_refused(string otp) =>
        (await Api.SettleAsync(new SettlementForm { Otp = otp })).ShouldBeProblem(400, "invalid_request", "otp");

    [Fact]
    public async Task Either_an_OTP_or_a_token_is_wanted()
    {
        (await Api.SettleAsync(new SettlementForm { Token = Guid.NewGuid().ToString() })).ShouldBeProblem(400, "invalid_request", "otp");
        (await Api.SettleAsync(new SettlementForm { Otp = "1x", Token = "a b" }))
            .ShouldBeProblem(400, "invalid_request", "otp", "token")
            .Json["errors"]!["otp"]!
            .AsArray()
            .Count.ShouldBe(2);
        (await Api.SettleAsync(new SettlementForm { Otp = null, Token = "a b" })).ShouldBeProblem(400, "invalid_request", "token");
        (await Api.SettleAsync(new SettlementForm { Otp = null, Token = new string('x', 1_001) })).ShouldBeProblem(
            400,
            "invalid_request",
            "token"
        );
    }

    [Fact]
    public async Task A_text_that_is_no_UTF_8_or_far_too_long_is_refused()
    {
        var form = new SettlementForm { NationalIdentifier = null, Data = "" };
        var content = form.ToContent();
        content.Add(new ByteArrayContent([0xC3, 0x28]), "national_identifier");
        content.Add(new ByteArrayContent(new byte[20_000]), "data");

        (await Api.PostAsync(Route, content)).ShouldBeProblem(400, "invalid_request", "national_identifier", "data");
    }

    [Fact]
    public async Task A_file_that_is_no_PDF_is_415_where_nothing_else_is_wrong()
    {
        foreach (var file in new[] { Given.Png(), "%PDF"u8.ToArray(), [] })
        {
            var form = new SettlementForm { File = file };
            (await Api.SettleAsync(form)).ShouldBeProblem(415, "unsupported_file_type", "file");
            await ShouldNotBeRecordedAsync(form.Code);
        }
    }

    [Fact]
    public async Task A_file_of_exactly_10_MB_is_taken_and_one_byte_more_is_not()
    {
        var form = await Api.AcceptedAsync(new SettlementForm { File = Given.Pdf(FileLimit) });
        var tooLarge = new SettlementForm { File = Given.Pdf(FileLimit + 1) };

        (await Api.SettleAsync(tooLarge)).ShouldBeProblem(413, "file_too_large");

        await ShouldNotBeRecordedAsync(tooLarge.Code);
        (await Api.EndedAsync(form.Code)).SettlementStatus.ShouldBe("settled");
        Baloan.Books.Settlements.Single(settlement => settlement.Code == form.Code).InvoiceSha256.ShouldBe(Given.Sha256(form.File!));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/mixed; boundary=x")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData("application/pdf")]
    [InlineData("nonsense")]
    public async Task A_content_type_that_is_not_taken_is_415(string? type)
    {
        var content = new ByteArrayContent("{}"u8.ToArray());
        if (type is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        (await Api.PostAsync(Route, content)).ShouldBeProblem(415, "unsupported_media_type");
    }

    [Fact]
    public async Task A_request_without_a_body_is_415() =>
        (await Api.PostAsync(Route, (HttpContent?)null)).ShouldBeProblem(415, "unsupported_media_type");

    [Theory]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=")]
    [InlineData("multipart/form-data; boundary=\"\"")]
    [InlineData("multipart/form-data; boundary=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("multipart/form-data; boundary=another")]
    public async Task A_boundary_that_is_missing_or_not_the_bodys_is_refused(string type)
    {
        var body = await new SettlementForm().ToContent().ReadAsByteArrayAsync(Cancel);
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        (await Api.PostAsync(Route, content)).ShouldBeProblem(400, "invalid_request");
    }

    [Theory]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"otp\"\r\n\r\n11111")]
    [InlineData("--b\r\n\r\n11111\r\n--b--\r\n")]
    [InlineData("--b\r\nContent-Disposition: nonsense;;;\r\n\r\n11111\r\n--b--\r\n")]
    [InlineData("--b--\r\nafter the end")]
    [InlineData("")]
    public async Task A_multipart_body_that_is_broken_is_refused(string body)
    {
        var answer = await Api.PostTextAsync(Route, body, "multipart/form-data; boundary=b");

        answer.Status.ShouldBe(400, answer.Text);
        answer.Field("code").ShouldBe("invalid_request");
    }

    [Fact]
    public async Task Too_many_parts_or_headers_are_refused()
    {
        var parts = new MultipartFormDataContent();
        for (var i = 0; i < 200; i++)
        {
            parts.Add(new StringContent("x"), $"field{i}");
        }

        (await Api.PostAsync(Route, parts)).ShouldBeProblem(400, "invalid_request").Field("detail").ShouldContain("more than 32 parts");
        var headers = string.Concat(Enumerable.Range(0, 100).Select(i => $"X-{i}: y\r\n"));
        (await Api.PostTextAsync(Route, $"--b\r\n{headers}\r\n\r\nx\r\n--b--\r\n", "multipart/form-data; boundary=b")).ShouldBeProblem(
            400,
            "invalid_request"
        );
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"otp\":\"1\",\"otp\":\"2\"}")]
    [InlineData("{\"otp\":\"1\",\"o\\u0074p\":\"2\"}")]
    [InlineData("{\"data\":{\"code\":\"1\",\"code\":\"2\"}}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{} {}")]
    [InlineData("{\"a\":[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]}")]
    public async Task JSON_that_is_no_object_or_says_a_thing_twice_is_refused(string json) =>
        (await Api.PostTextAsync(Route, json)).ShouldBeProblem(400, "invalid_request");

    [Fact]
    public async Task JSON_that_is_no_UTF_8_is_refused()
    {
        foreach (
            byte[] bytes in new byte[][]
            {
                [(byte)'{', (byte)'"', 0xC3, 0x28, (byte)'"', (byte)':', (byte)'1', (byte)'}'],
                Encoding.Unicode.GetBytes("{}"),
            }
        )
        {
            var content = new ByteArrayContent(bytes);
            content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
            var answer = await Api.PostAsync(Route, content);
            answer.Status.ShouldBe(400, answer.Text);
            answer.Field("code").ShouldBe("invalid_request");
        }
    }

    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("12345")]
    [InlineData("[\"11111\"]")]
    [InlineData("{\"a\":1}")]
    [InlineData("true")]
    public async Task JSON_fields_that_are_no_plain_text_are_named(string value) =>
        (
            await Api.PostTextAsync(
                Route,
                "{\"national_identifier\":V,\"otp\":V,\"token\":V,\"invoice_blob\":V,\"data\":{\"code\":V,\"bill\":{\"total\":5}}}".Replace(
                    "V",
                    value
                )
            )
        ).ShouldBeProblem(400, "invalid_request", "national_identifier", "otp", "token", "invoice_blob", "data.code");

    [Fact]
    public async Task JSON_over_64_KB_is_refused()
    {
        var json = new JsonObject { ["otp"] = new string('1', 64 * 1024) }.ToJsonString();
        (await Api.PostTextAsync(Route, json)).ShouldBeProblem(413, "request_too_large");
        var chunked = new HttpRequestMessage(HttpMethod.Post, Route)
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        chunked.Headers.TransferEncodingChunked = true;
        (await Api.SendAsync(chunked)).ShouldBeProblem(413, "request_too_large");
    }

    [Fact]
    public async Task What_is_refused_is_not_recorded()
    {
        var form = new SettlementForm { Otp = "x" };
        (await Api.SettleAsync(form)).Status.ShouldBe(400);

        await ShouldNotBeRecordedAsync(form.Code);
        var list = await Api.GetAsync($"{Route}?top=100");
        list.Json["items"]!.AsArray().Select(item => item!["code"]!.GetValue<string>()).ShouldNotContain(form.Code);
        Baloan.Books.Credit(form.NationalIdentifier!).ShouldBe(Books.DefaultCredit);
    }

    private async Task ShouldNotBeRecordedAsync(string code) => (await Api.GetAsync($"{Route}/{code}")).ShouldBeProblem(404, "not_found");
}
