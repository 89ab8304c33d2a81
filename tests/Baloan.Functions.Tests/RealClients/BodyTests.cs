using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Baloan.Functions.Tests.Fixtures;

namespace Baloan.Functions.Tests.RealClients;

/// <summary>Bodies as clients put them together that make their own boundaries, encodings and packings.</summary>
public sealed class BodyTests(StorageAccounts storage) : ApiTests(storage)
{
    /// <summary>The boundary in the header, and as it stands in the body.</summary>
    public static TheoryData<string, string> Boundaries =>
        new()
        {
            // WordPress: wp_generate_password() draws from letters, digits and !@#$%^&*().
            { "boundary=Gk(x!2@s)Q#7^&*m$", "Gk(x!2@s)Q#7^&*m$" },
            // HttpURLConnection by the book of samples: "===" + System.currentTimeMillis() + "===".
            { "boundary====1764489600123===", "===1764489600123===" },
            { "boundary=\"===============7330845974216740156==\"", "===============7330845974216740156==" },
            { "boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW", "----WebKitFormBoundary7MA4YWxkTrZu0gW" },
            { "boundary=a/b:c?d,e<f>[g]", "a/b:c?d,e<f>[g]" },
            { "boundary=a;b", "a;b" },
            { "boundary=simple; charset=utf-8", "simple" },
            { "comma", "AaB03x" },
            { "charset=utf-8; boundary=simple", "simple" },
            { "Boundary = spaced ", "spaced" },
            // Quotes that went into the body as well.
            { "boundary=\"both\"", "\"both\"" },
        };

    [Theory]
    [MemberData(nameof(Boundaries))]
    public async Task A_boundary_made_by_hand_is_read_where_the_body_tells_what_is_meant(string header, string boundary)
    {
        var form = new SettlementForm();
        await Api.SendOtpAsync(form.NationalIdentifier!);

        // As it stands in an example that many have copied into the HTTP action of Power Automate.
        var contentType = header == "comma" ? $"multipart/form-data, boundary={boundary}" : $"multipart/form-data; {header}";
        var answer = await Api.PostAsync(Sent.Settlements, Sent.As(contentType, Sent.Multipart(boundary, form)));

        answer.Status.ShouldBe(202, answer.Text);
        (await Api.EndedAsync(form.Code)).SettlementStatus.ShouldBe("settled");
    }

    [Theory]
    [InlineData("multipart/form-data", "needs a “boundary”")]
    [InlineData("multipart/form-data; charset=utf-8", "needs a “boundary”")]
    [InlineData("multipart/form-data; boundary=other", "no part that begins with")]
    [InlineData("multipart/form-data; boundary=(other)", "no part that begins with")]
    public async Task A_boundary_that_cannot_be_read_is_told_in_a_sentence_that_is_true(string contentType, string sentence)
    {
        var answer = await Api.PostAsync(Sent.Settlements, Sent.As(contentType, Sent.Multipart("b", new SettlementForm())));

        answer.ShouldBeProblem(400, "invalid_request").Field("detail").ShouldContain(sentence);
    }

    [Theory]
    [InlineData("base64")]
    [InlineData("BASE64")]
    [InlineData("quoted-printable")]
    [InlineData("binary")]
    [InlineData("8bit")]
    public async Task A_parts_transfer_encoding_is_undone(string encoding)
    {
        var form = new SettlementForm { File = Given.Pdf(300_000) };
        await Api.SendOtpAsync(form.NationalIdentifier!);
        byte[] file = encoding.ToUpperInvariant() switch
        {
            "BASE64" => Encoding.ASCII.GetBytes(Convert.ToBase64String(form.File!, Base64FormattingOptions.InsertLineBreaks)),
            "QUOTED-PRINTABLE" => Sent.QuotedPrintable(form.File!),
            _ => form.File!,
        };

        var body = Sent.Multipart(
            "b",
            form,
            fileHead: $"Content-Type: application/pdf\r\nContent-Transfer-Encoding: {encoding}\r\n",
            file: file
        );
        var answer = await Api.PostAsync(Sent.Settlements, Sent.As("multipart/form-data; boundary=b", body));

        answer.Status.ShouldBe(202, answer.Text);
        (await Api.EndedAsync(form.Code)).Json["invoice"]!["sha256"]!.GetValue<string>().ShouldBe(Given.Sha256(form.File!));
    }

    [Fact]
    public async Task A_text_in_base64_is_undone_too()
    {
        var form = new SettlementForm();
        await Api.SendOtpAsync(form.NationalIdentifier!);
        string Coded(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        var coded = form with
        {
            NationalIdentifier = Coded(form.NationalIdentifier!),
            Otp = Coded(form.Otp!),
            Data = Coded(form.DataText()),
        };

        // As Python's email.mime.text.MIMEText(text, 'plain', 'utf-8') writes a part.
        const string Head = "Content-Type: text/plain; charset=\"utf-8\"\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: base64\r\n";
        var answer = await Api.PostAsync(
            Sent.Settlements,
            Sent.As("multipart/form-data; boundary=b", Sent.Multipart("b", coded, textHead: Head))
        );

        answer.Status.ShouldBe(202, answer.Text);
        answer.Field("code").ShouldBe(form.Code);
    }

    [Theory]
    [InlineData("base64", "%PDF-1.7 as it is, and no base64")]
    [InlineData("quoted-printable", "%PDF-1.7 =XY")]
    [InlineData("uuencode", "begin 644 invoice.pdf")]
    public async Task A_part_that_is_not_what_its_transfer_encoding_says_is_refused(string encoding, string file)
    {
        var form = new SettlementForm();
        var body = Sent.Multipart("b", form, fileHead: $"Content-Transfer-Encoding: {encoding}\r\n", file: Encoding.ASCII.GetBytes(file));

        var answer = await Api.PostAsync(Sent.Settlements, Sent.As("multipart/form-data; boundary=b", body));

        answer.ShouldBeProblem(400, "invalid_request", "file").Json["errors"]!["file"]![0]!
            .GetValue<string>()
            .ShouldContain("Content-Transfer-Encoding");
        (await Api.GetAsync($"{Sent.Settlements}/{form.Code}")).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("x-gzip")]
    [InlineData("deflate")]
    [InlineData("deflate, without its frame")]
    [InlineData("identity")]
    public async Task A_packed_body_is_unpacked(string packing)
    {
        var form = new SettlementForm { File = Given.Pdf(400_000) };
        byte[] Pack(byte[] bytes) =>
            packing switch
            {
                "gzip" or "x-gzip" => Sent.Gzip(bytes),
                "deflate" => Sent.Zlib(bytes),
                "identity" => bytes,
                _ => Sent.Deflate(bytes),
            };
        HttpContent Content(string type, byte[] body)
        {
            var content = Sent.As(type, Pack(body));
            content.Headers.TryAddWithoutValidation("Content-Encoding", packing.Split(',')[0]);
            return content;
        }

        var otp = await Api.PostAsync(
            "api/merchant/otp",
            Content("application/json", Sent.Json(new JsonObject { ["national_identifier"] = form.NationalIdentifier }))
        );
        otp.Status.ShouldBe(200, otp.Text);
        var answer = await Api.PostAsync(Sent.Settlements, Content("multipart/form-data; boundary=b", Sent.Multipart("b", form)));

        answer.Status.ShouldBe(202, answer.Text);
        (await Api.EndedAsync(form.Code)).Json["invoice"]!["sha256"]!.GetValue<string>().ShouldBe(Given.Sha256(form.File!));
    }

    [Theory]
    [InlineData("api/merchant/otp", "application/json", "request_too_large")]
    [InlineData("api/callbacks/loan-state", "application/json", "request_too_large")]
    [InlineData(Sent.Settlements, "multipart/form-data; boundary=b", "file_too_large")]
    public async Task A_few_bytes_that_unpack_to_many_are_413(string route, string type, string code)
    {
        var bomb = Sent.Gzip([
            .. Encoding.ASCII.GetBytes("--b\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\n"),
            .. new byte[64 * 1024 * 1024],
        ]);
        bomb.Length.ShouldBeLessThan(100_000);
        var content = Sent.As(type, type.StartsWith("multipart", StringComparison.Ordinal) ? bomb : Sent.Gzip(new byte[1024 * 1024]));
        content.Headers.TryAddWithoutValidation("Content-Encoding", "gzip");

        (await Api.PostAsync(route, content)).ShouldBeProblem(413, code);
    }

    [Theory]
    [InlineData("br", 415, "unsupported_media_type")]
    [InlineData("zstd", 415, "unsupported_media_type")]
    [InlineData("gzip, gzip", 415, "unsupported_media_type")]
    [InlineData("gzip", 400, "invalid_request")]
    [InlineData("deflate", 400, "invalid_request")]
    public async Task A_body_that_is_packed_otherwise_or_not_at_all_is_refused(string encoding, int status, string code)
    {
        foreach (
            var (route, type) in new[] { ("api/merchant/otp", "application/json"), (Sent.Settlements, "multipart/form-data; boundary=b") }
        )
        {
            var content = Sent.As(
                type,
                Encoding.ASCII.GetBytes("{\"national_identifier\":\"0012345678\"} and more of it, so that no packing begins so")
            );
            content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);

            var answer = await Api.PostAsync(route, content);

            answer.ShouldBeProblem(status, code);
            answer.Field("detail").ShouldContain("Content-Encoding");
        }
    }

    [Theory]
    [InlineData("application/json; charset=utf8", "utf-8")]
    [InlineData("application/json; charset=UTF8", "utf-8")]
    [InlineData("application/json; charset=\"utf-8\"", "utf-8")]
    [InlineData("application/json; charset=us-ascii", "utf-8")]
    [InlineData("application/json;charset=UTF-8;", "utf-8")]
    [InlineData("application/json; charset=utf-16", "utf-16")]
    [InlineData("application/json; charset=utf-16", "utf-16BE")]
    [InlineData("application/json", "utf-16")]
    [InlineData("application/json", "utf-8")]
    public async Task JSON_is_read_in_the_encodings_of_Unicode(string contentType, string encoding)
    {
        var text = Encoding.GetEncoding(encoding);
        byte[] body = [.. text.GetPreamble(), .. text.GetBytes($$"""{"national_identifier":"{{Given.Customer()}}","سفارش":"é"}""")];

        var answer = await Api.PostAsync("api/merchant/credit-check", Sent.As(contentType, body));

        answer.Status.ShouldBe(200, answer.Text);
    }

    [Theory]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=windows-1256")]
    public async Task JSON_in_an_encoding_that_is_not_known_or_not_told_is_415(string contentType) =>
        (await Api.PostAsync("api/merchant/credit-check", Sent.As(contentType, "{}"u8.ToArray()))).ShouldBeProblem(
            415,
            "unsupported_media_type"
        );

    [Fact]
    public async Task A_text_part_is_read_in_the_encoding_that_it_names_where_it_is_no_UTF_8()
    {
        var form = new SettlementForm { Otp = "99999", Code = "Café" + Guid.NewGuid().ToString("N")[..8] };
        var head = Encoding.ASCII.GetBytes(
            "--b\r\nContent-Disposition: form-data; name=\"data\"\r\nContent-Type: text/plain; charset=ISO-8859-1\r\n\r\n"
        );
        var rest = Sent.Multipart("b", form);
        var data = Encoding.Latin1.GetBytes($$$"""{"code":"{{{form.Code}}}","bill":{"total":5000}}""");
        // The part of the same name that the helper wrote is given another name.
        var body = Encoding.Latin1.GetString(rest).Replace("name=\"data\"", "name=\"none\"", StringComparison.Ordinal);

        var answer = await Api.PostAsync(
            Sent.Settlements,
            Sent.As("multipart/form-data; boundary=b", [.. head, .. data, .. "\r\n"u8, .. Encoding.Latin1.GetBytes(body)])
        );

        answer.Status.ShouldBe(202, answer.Text);
        answer.Field("code").ShouldBe(form.Code);
    }

    [Theory]
    [InlineData("fa_IR")]
    [InlineData("fa-IR")]
    [InlineData("fa_IR.UTF-8")]
    [InlineData("FA_ir, en;q=0.5")]
    public async Task A_locale_is_a_language(string language)
    {
        var answer = await Api.PostAsync("api/merchant/otp", new StringContent("{}", Encoding.UTF8, "application/json"), language);

        answer.ShouldBeProblem(400, "invalid_request", "national_identifier").Field("detail").ShouldStartWith("درخواست");
    }

    [Theory]
    [InlineData("C:\\Users\\رضا\\فاکتور.pdf", "فاکتور.pdf")]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("a\u202Efdp.exe", "afdp.exe")]
    [InlineData("\u200Fفاکتور\u200C۱\u00AD.pdf\uFEFF", "فاکتور۱.pdf")]
    [InlineData("a\r\nSet-Cookie: x=y", "aSet-Cookie: x=y")]
    [InlineData("a\u2028b\0c\u0085.pdf", "abc.pdf")]
    [InlineData("folder/", "file.pdf")]
    public async Task A_files_name_loses_its_path_marks_and_control_signs(string name, string shown)
    {
        using var upload = new MultipartFormDataContent();
        var file = new ByteArrayContent(Given.Pdf());
        file.Headers.TryAddWithoutValidation(
                "Content-Disposition",
                $"form-data; name=\"file\"; filename*=UTF-8''{Uri.EscapeDataString(name)}"
            )
            .ShouldBeTrue();
        upload.Add(file);

        var answer = await Api.PostAsync("api/merchant/uploads", upload);

        answer.Status.ShouldBe(202, string.Create(CultureInfo.InvariantCulture, $"{answer.Text}"));
        answer.Field("file_name").ShouldBe(shown);
    }
}
