using System.Text;
using System.Text.Json.Nodes;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Functions.Tests.Telemetry;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Security;

/// <summary>Codes, names, reasons and notes that would be something else to a table, a path, a header, a log or a browser.</summary>
public sealed class TextTests(StorageAccounts storage) : ApiTests(storage)
{
    private const string Script = "<script>alert('x')</script>";

    // In addresses, keys and filters of tables, and headers, each of these means something.
    private static readonly string[] Codes =
    [
        "a/b",
        "../a",
        "..\\a",
        "a#b",
        "a?b",
        "a'b",
        "' or 1 eq 1 or '",
        "a\"b",
        "a&b=c",
        "a;b",
        "a b",
        "a+b",
        "~",
        "$filter",
        "{0}",
        "<img src=x>",
        Script,
        "!0041",
        "open",
        "hold",
        "سفارش-۱",
        "\ud83d\ude00",
        "javascript:alert(1)",
        "=1+1",
        "A",
        "con",
        "a:b",
        "a|b",
        "*",
    ];

    private static readonly string[] NoCodes =
    [
        "",
        " ",
        ".",
        "..",
        " a",
        "a ",
        "a\nb",
        "a\r\nSet-Cookie: x=y",
        "a\0b",
        "a\u0085b",
        "a\u007fb",
        "a%2Fb",
        "%",
        "a%00",
        new string('x', 65),
        new string('x', 1_025),
        "\uFFFD",
        "a\u202Eb",
    ];

    [Fact]
    public async Task A_code_is_a_code_and_nothing_else_from_the_request_to_the_list()
    {
        var codes = Codes.Select(code => (code + Guid.NewGuid().ToString("N")[..6])[..Math.Min(64, code.Length + 6)]).ToArray();
        await Parallel.ForEachAsync(
            codes,
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancel },
            async (code, _) =>
            {
                // An OTP that nobody was sent: nothing moves.
                var posted = await Api.SettleAsync(new SettlementForm { Code = code, Otp = "99999" });
                posted.Status.ShouldBe(202, posted.Text);
                posted.Field("code").ShouldBe(code);
                (await Api.GetAsync(posted.Location)).Field("code").ShouldBe(code);
                var ended = await Api.EndedAsync(code);
                (ended.Field("code"), ended.SettlementStatus).ShouldBe((code, "rejected"));
                ShouldBeHarmless(ended);
                (
                    await Api.PostAsync(
                        $"api/merchant/settlements/{Uri.EscapeDataString(code)}/resolve",
                        new JsonObject { ["outcome"] = "settled", ["note"] = "asked" }
                    )
                ).ShouldBeProblem(409, "not_in_review");
            }
        );

        var listed = new List<string>();
        for (string? continuation = ""; continuation is not null; )
        {
            var page = await Api.GetAsync($"api/merchant/settlements?status=rejected&top=100&continuation={continuation}");
            ShouldBeHarmless(page);
            listed.AddRange(page.Json["items"]!.AsArray().Select(item => (string)item!["code"]!));
            continuation = (string?)page.Json["continuation"];
        }

        codes.Except(listed).ShouldBeEmpty();
        Baloan.Books.Settlements.Select(settlement => settlement.Code).Intersect(codes).ShouldBeEmpty();
        foreach (var code in NoCodes)
        {
            var refused = await Api.SettleAsync(new SettlementForm { Code = code });
            refused.ShouldBeProblem(400, "invalid_request", "data.code");
            ShouldBeHarmless(refused);
            if (
                code.Length > 0
                && code.Trim().Length > 0
                && !code.Contains('.', StringComparison.Ordinal)
                && !code.Contains('\0', StringComparison.Ordinal)
            )
            {
                (await Api.GetAsync($"api/merchant/settlements/{Uri.EscapeDataString(code)}")).Status.ShouldBe(404);
            }
        }
    }

    [Theory]
    [InlineData("../uploads/x.pdf")]
    [InlineData("..\\x.pdf")]
    [InlineData("a/../b.pdf")]
    [InlineData("./a.pdf")]
    [InlineData("/a.pdf")]
    [InlineData("//evil.example/a.pdf")]
    [InlineData("https://evil.example/a.pdf")]
    [InlineData("a.pdf?sv=2020&sig=x")]
    [InlineData("a.pdf?comp=list&restype=container")]
    [InlineData("a.pdf#b")]
    [InlineData("%2e%2e/uploads/x.pdf")]
    [InlineData("..%2fuploads%2fx.pdf")]
    [InlineData("%00")]
    [InlineData("a\r\nx-ms-copy-source: b")]
    [InlineData("'")]
    [InlineData("$root/a")]
    [InlineData("<script>")]
    [InlineData(" ")]
    public async Task A_blobs_name_is_a_name_in_its_container_and_nothing_else(string name)
    {
        var refused = await Api.PostAsync(
            "api/merchant/settlements",
            new JsonObject
            {
                ["national_identifier"] = Given.Customer(),
                ["otp"] = "11111",
                ["invoice_blob"] = name,
                ["data"] = new JsonObject
                {
                    ["code"] = Given.Code(),
                    ["bill"] = new JsonObject { ["total"] = 1 },
                },
            }
        );

        refused.ShouldBeProblem(400, "invalid_request", "invoice_blob");
    }

    [Fact(Explicit = true)]
    public async Task What_others_wrote_is_data_in_answers_events_pages_logs_and_traces()
    {
        // A browser would load it, a header would end at it, a log line would begin at it.
        const string Reason = "\"><img src=x onerror=alert(1)>\r\nSet-Cookie: a=b\r\n2026-01-01 fail: a made-up line\u2028{{7*7}}";
        const string Otp = "86420975";
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var baloan = await BaloanServer.StartAsync(cancellationToken: Cancel);
        baloan.Loans.Step = Timeout.InfiniteTimeSpan;
        await using var app = await RunningApp.StartAsync(
            baloan,
            NewStorage(),
            settings:
            [
                new("OTEL_EXPORTER_OTLP_ENDPOINT", otlp.Address.ToString()),
                new("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
                new("OTEL_BSP_SCHEDULE_DELAY", "100"),
                new("OTEL_BLRP_SCHEDULE_DELAY", "100"),
            ]
        );
        await using var receiver = await Receiver.StartAsync();
        using var api = app.NewClient();
        (await api.PostAsync("api/subscriptions", new JsonObject { ["callback_url"] = receiver.CallbackUrl })).Status.ShouldBe(201);

        var form = await api.AcceptedAsync(new SettlementForm { Code = $"{Script}{Random.Shared.Next(1_000_000)}" });
        ShouldBeHarmless(await api.EndedAsync(form.Code));
        foreach (
            var (name, cleaned) in new[]
            {
                ("../../" + Script, "script>"),
                ("a\"; filename=\"b", "a\"; filename=\"b"),
                ("C:\\x.pdf", "x.pdf"),
                ("a\u202Efdp.exe", "afdp.exe"),
                ("%00.pdf", "%00.pdf"),
                ("=cmd|' !A0", "=cmd|' !A0"),
                ("a\r\nSet-Cookie: x=y", "aSet-Cookie: x=y"),
                ("a\0b", "ab"),
            }
        )
        {
            using var upload = new MultipartFormDataContent();
            var file = new ByteArrayContent(Given.Pdf());
            file.Headers.TryAddWithoutValidation(
                    "Content-Disposition",
                    $"form-data; name=\"file\"; filename*=UTF-8''{Uri.EscapeDataString(name)}"
                )
                .ShouldBeTrue();
            upload.Add(file);
            var accepted = await api.PostAsync("api/merchant/uploads", upload);
            accepted.Status.ShouldBe(202, accepted.Text);
            accepted.Field("file_name").ShouldBe(cleaned);
            ShouldBeHarmless(await api.EndOfAsync(accepted.Location.PathAndQuery));
        }

        foreach (var name in new[] { new string('n', 1_025) })
        {
            using var upload = new MultipartFormDataContent();
            var file = new ByteArrayContent(Given.Pdf());
            file.Headers.TryAddWithoutValidation(
                    "Content-Disposition",
                    $"form-data; name=\"file\"; filename*=UTF-8''{Uri.EscapeDataString(name)}"
                )
                .ShouldBeTrue();
            upload.Add(file);
            (await api.PostAsync("api/merchant/uploads", upload)).ShouldBeProblem(400, "invalid_request", "file");
        }

        var loan = Guid.NewGuid().ToString();
        (
            await api.PostAsync(
                "api/callbacks/loan-state",
                new JsonObject
                {
                    ["uuid"] = loan,
                    ["state"] = "blocked",
                    ["reason"] = Reason,
                }
            )
        ).Status.ShouldBe(200);
        (
            await api.PostAsync(
                "api/callbacks/loan-state",
                new JsonObject
                {
                    ["uuid"] = loan,
                    ["state"] = Script + "\r\nX: y",
                    ["reason"] = Reason,
                }
            )
        ).Status.ShouldBe(200);
        var shown = await api.GetAsync($"api/loans/{loan}");
        ShouldBeHarmless(shown);
        shown.Json["reason"]!.GetValue<string>().ShouldBe(Reason);
        ShouldBeHarmless(await api.GetAsync("api/loans"));
        ShouldBeHarmless(await api.GetAsync($"api/merchant/settlements?status={Uri.EscapeDataString(Script)}"));
        ShouldBeHarmless(await api.GetAsync($"api/loans?state={Uri.EscapeDataString(Script)}&continuation=%0d%0aX"));
        ShouldBeHarmless(
            await api.PostAsync("api/merchant/otp/validate", new JsonObject { ["national_identifier"] = Script, ["otp"] = Otp })
        );
        await Until.TrueAsync(() =>
            receiver.Deliveries.Any(delivery => delivery.Body.Contains(loan, StringComparison.Ordinal))
            && receiver.Deliveries.Any(delivery => delivery.Body.Contains("settled", StringComparison.Ordinal))
        );
        receiver.Deliveries.ShouldAllBe(delivery =>
            !delivery.Body.Contains('<', StringComparison.Ordinal)
            && !delivery.Headers.Contains("Set-Cookie")
            && !delivery.Headers.Contains("X")
        );

        // The sandbox's page shows what is in its books.
        var opened = await api.PostAsync(
            "api/loans",
            new JsonObject
            {
                ["phone_number"] = "09350000123",
                ["national_identifier"] = Given.Customer(),
                ["birth_date"] = "1990-05-06",
                ["amount"] = 10_000_000,
                ["loan_due"] = 12,
                ["store"] = 1,
            }
        );
        baloan.Loans.Block(Guid.Parse(opened.Field("uuid")), Reason);
        using var browser = new HttpClient { BaseAddress = baloan.BaseAddress };
        using var page = await browser.GetAsync("/", Cancel);
        var html = await page.Content.ReadAsStringAsync(Cancel);
        html.ShouldContain("&lt;script&gt;");
        html.ShouldContain("&lt;img");
        html.ShouldNotContain("<script");
        html.ShouldNotContain("<img");
        page.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("default-src 'none'");
        using var books = await browser.GetAsync("/books", Cancel);
        books.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");

        // Neither a made-up line, nor anybody's identity, OTP, key or secret address, in what the app says of it.
        string[] secrets =
        [
            form.NationalIdentifier!,
            Otp,
            RunningApps.FunctionKey,
            RunningApps.AdminKey,
            receiver.Signature,
            "eyJ",
            "sig=",
            BaloanServer.StorePassword,
        ];
        await Until.TrueAsync(() => otlp.Spans.Any(span => span.Name.Contains("LoanState", StringComparison.Ordinal)));
        var lines = app.App.LogLines;
        lines.Where(line => line.StartsWith("2026-01-01 fail", StringComparison.Ordinal)).ShouldBeEmpty();
        lines.Where(line => secrets.Any(secret => line.Contains(secret, StringComparison.Ordinal))).ShouldBeEmpty();
        otlp.Lines.Where(line => secrets.Any(secret => line.Contains(secret, StringComparison.Ordinal))).ShouldBeEmpty();
        otlp.Spans.SelectMany(span => span.Tags.Values.Append(span.Name))
            .Where(text => secrets.Any(secret => text.Contains(secret, StringComparison.Ordinal)))
            .ShouldBeEmpty();
    }

    /// <summary>An answer that no browser takes for a page, and that no cache keeps.</summary>
    private static void ShouldBeHarmless(ApiAnswer answer)
    {
        answer.ContentType.ShouldBeOneOf("application/json", "application/problem+json");
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
        answer.Headers.Contains("X").ShouldBeFalse();
        answer.Text.IndexOfAny(['<', '>', '&', '\'', '\u2028']).ShouldBe(-1, answer.Text);
        Encoding.UTF8.GetByteCount(answer.Text).ShouldBeGreaterThan(0);
    }
}
