using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Http;

public sealed class SettlementRoutesTests(StorageAccounts storage) : ApiTests(storage)
{
    private const string Route = "api/merchant/settlements";

    [Fact]
    public async Task A_settlement_is_accepted_and_polled_by_its_Location_until_it_is_settled()
    {
        var form = new SettlementForm();
        await Api.SendOtpAsync(form.NationalIdentifier!);

        var accepted = await Api.SettleAsync(form);

        accepted.Status.ShouldBe(202, accepted.Text);
        accepted.Location.ShouldBe(new Uri(Apps.Second.App.BaseAddress, $"{Route}/{form.Code}"));
        accepted.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
        accepted.SettlementStatus.ShouldBe("queued");
        accepted
            .Json.Select(field => field.Key)
            .ShouldBe([
                "code",
                "status",
                "national_identifier",
                "total",
                "attempts",
                "user_credit",
                "inferred",
                "known_by",
                "error",
                "resolution",
                "evidence",
                "invoice",
                "created_at",
                "sent_at",
                "ended_at",
                "updated_at",
            ]);

        var settled = await Api.EndOfAsync(accepted.Location.PathAndQuery);
        settled.Status.ShouldBe(200);
        settled.Headers.RetryAfter.ShouldBeNull();
        settled.SettlementStatus.ShouldBe("settled");
        settled.Field("code").ShouldBe(form.Code);
        settled.Field("national_identifier").ShouldBe("******" + form.NationalIdentifier![^4..]);
        settled.Json["total"]!.GetValue<long>().ShouldBe(form.Total);
        settled.Json["attempts"]!.GetValue<int>().ShouldBe(1);
        settled.Json["user_credit"]!.GetValue<long>().ShouldBe(Books.DefaultCredit - form.Total);
        settled.Json["inferred"]!.GetValue<bool>().ShouldBeFalse();
        settled.Field("known_by").ShouldBe("baloan");
        settled.Json["error"].ShouldBeNull();
        settled.Json["resolution"].ShouldBeNull();
        settled.Json["evidence"]!["credit_before"]!.GetValue<long>().ShouldBe(Books.DefaultCredit);
        settled.Json["evidence"]!["credit_after"]!.GetValue<long>().ShouldBe(Books.DefaultCredit - form.Total);
        settled.Json["evidence"]!["sendings"]!.AsArray().ShouldHaveSingleItem()!["answer"]!.GetValue<string>().ShouldBe("yes 200");
        settled.Json["sent_at"]!.GetValue<DateTimeOffset>().ShouldBeLessThanOrEqualTo(settled.Json["ended_at"]!.GetValue<DateTimeOffset>());
        settled.Json["invoice"]!["size"]!.GetValue<long>().ShouldBe(form.File!.Length);
        settled.Json["invoice"]!["sha256"]!.GetValue<string>().ShouldBe(Given.Sha256(form.File));
        settled.Json["created_at"]!.GetValue<DateTimeOffset>().Offset.ShouldBe(TimeSpan.Zero);
        Baloan.Books.Settlements.Single(settlement => settlement.Code == form.Code).InvoiceSha256.ShouldBe(Given.Sha256(form.File));
    }

    [Fact]
    public async Task With_version_1_the_OTP_goes_with_the_settlement()
    {
        var form = await FirstApi.AcceptedAsync(new SettlementForm());

        var settled = await FirstApi.EndedAsync(form.Code);

        settled.SettlementStatus.ShouldBe("settled");
        settled.Json["user_credit"].ShouldBeNull("version 1 does not say");
    }

    [Fact]
    public async Task With_version_1_a_token_is_refused() =>
        (await FirstApi.SettleAsync(new SettlementForm { Otp = null, Token = Guid.NewGuid().ToString() })).ShouldBeProblem(
            400,
            "invalid_request",
            "token"
        );

    [Fact]
    public async Task The_Location_carries_the_key_that_came_in_the_address()
    {
        var form = new SettlementForm();
        await Api.SendOtpAsync(form.NationalIdentifier!);
        using var logicApp = Apps.Second.NewClient(key: null);

        var accepted = await logicApp.PostAsync($"{Route}?code={RunningApps.FunctionKey}", form.ToContent());

        accepted.Location.AbsoluteUri.ShouldBe($"{Apps.Second.App.BaseAddress}{Route}/{form.Code}?code={RunningApps.FunctionKey}");
        (await logicApp.EndOfAsync(accepted.Location.PathAndQuery)).SettlementStatus.ShouldBe("settled");
    }

    [Fact]
    public async Task The_Location_follows_the_host_that_was_called_and_is_https_unless_it_is_loopback()
    {
        var form = await Api.AcceptedAsync(new SettlementForm());
        var request = new HttpRequestMessage(HttpMethod.Post, Route) { Content = form.ToContent() };
        request.Headers.Host = "pay.example.ir";

        (await Api.SendAsync(request)).Location.AbsoluteUri.ShouldBe($"https://pay.example.ir/{Route}/{form.Code}");
    }

    [Theory]
    [InlineData("A/B 1")]
    [InlineData("کد ۱۲")]
    [InlineData("a+b&c=d?e#f")]
    [InlineData("back\\slash'\"(!)")]
    [InlineData("x/resolve")]
    [InlineData("a/../b")]
    public async Task Any_code_can_be_polled_by_its_Location(string stem)
    {
        var code = $"{stem}{Given.Code()}";
        var form = new SettlementForm { Code = code };
        await Api.SendOtpAsync(form.NationalIdentifier!);

        var accepted = await Api.SettleAsync(form);
        accepted.Status.ShouldBe(202, accepted.Text);
        var settled = await Api.EndOfAsync(accepted.Location.PathAndQuery);

        settled.Status.ShouldBe(200, settled.Text);
        settled.Field("code").ShouldBe(code);
        Baloan.Books.Settlements.ShouldContain(settlement => settlement.Code == code);
    }

    [Fact]
    public async Task What_nobody_waits_for_any_more_fails_without_being_sent_and_what_waits_can_be_withdrawn()
    {
        var late = new SettlementForm();
        await Api.SendOtpAsync(late.NationalIdentifier!);
        var content = late.ToContent();
        content.Add(new StringContent("\u200E۲۰۲۶-03-01T12:30:00+03:30\u200F"), "not_after");

        (await Api.PostAsync(Route, content)).Status.ShouldBe(202);

        var expired = await Api.EndedAsync(late.Code);
        (expired.SettlementStatus, expired.Json["error"]!["code"]!.GetValue<string>()).ShouldBe(("failed", "expired"));
        Baloan.Books.Settlements.ShouldNotContain(settlement => settlement.Code == late.Code);

        var wrong = new SettlementForm().ToContent();
        wrong.Add(new StringContent("tomorrow"), "not_after");
        (await Api.PostAsync(Route, wrong)).ShouldBeProblem(400, "invalid_request", "not_after");

        var settled = await Api.AcceptedAsync(new SettlementForm());
        await Api.EndedAsync(settled.Code);
        (await Api.SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"{Route}/{settled.Code}"))).ShouldBeProblem(409, "too_late");
        (await Api.SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"{Route}/{Given.Code()}"))).ShouldBeProblem(404, "not_found");

        // A customer's next one waits for the one before, of which nobody knows yet what became.
        var before = await Api.AcceptedAsync(new SettlementForm { Total = MagicNumbers.For(Fault.CutBeforeEffect).Total });
        await Until.TrueAsync(async () => (await Api.GetAsync($"{Route}/{before.Code}")).SettlementStatus == "verifying");
        var waiting = await Api.AcceptedAsync(new SettlementForm { NationalIdentifier = before.NationalIdentifier });
        var withdrawn = await Api.SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"{Route}/{waiting.Code}"));
        withdrawn.Status.ShouldBe(200, withdrawn.Text);
        (withdrawn.SettlementStatus, withdrawn.Json["error"]!["code"]!.GetValue<string>()).ShouldBe(("failed", "withdrawn"));
        withdrawn.Json["known_by"].ShouldBeNull();
        await Api.EndedAsync(before.Code);
        Baloan.Books.Settlements.ShouldNotContain(settlement => settlement.Code == waiting.Code);
    }

    [Theory]
    [InlineData("no-such-code")]
    [InlineData("%25")]
    [InlineData("%20x")]
    public async Task An_unknown_code_is_not_found(string code)
    {
        (await Api.GetAsync($"{Route}/{code}")).ShouldBeProblem(404, "not_found");
        (await Api.PostAsync($"{Route}/{code}/resolve", new JsonObject { ["outcome"] = "settled", ["note"] = "asked" })).ShouldBeProblem(
            404,
            "not_found"
        );
    }

    [Fact]
    public async Task The_same_POST_again_answers_with_what_is_there_and_sends_nothing()
    {
        var form = new SettlementForm { Total = MagicNumbers.For(Fault.SlowAnswer).Total };
        await Api.AcceptedAsync(form);
        await Until.TrueAsync(() => Baloan.Books.Settlements.Any(settlement => settlement.Code == form.Code));

        var running = await Api.SettleAsync(form);
        running.Status.ShouldBe(202, running.Text);
        running.SettlementStatus.ShouldBe("submitting");
        (await Api.EndedAsync(form.Code)).SettlementStatus.ShouldBe("settled");
        var after = await Api.SettleAsync(form);

        after.Status.ShouldBe(200, after.Text);
        after.SettlementStatus.ShouldBe("settled");
        after.Json["attempts"]!.GetValue<int>().ShouldBe(1);
        after.Location.AbsolutePath.ShouldBe($"/{Route}/{form.Code}");
        Baloan.Books.Settlements.Count(settlement => settlement.Code == form.Code).ShouldBe(1);
    }

    [Fact]
    public async Task Another_total_customer_or_invoice_under_the_same_code_is_a_conflict()
    {
        var form = await Api.AcceptedAsync(new SettlementForm());
        foreach (
            var different in new[]
            {
                form with
                {
                    Total = form.Total + 1,
                },
                form with
                {
                    NationalIdentifier = Given.Customer(),
                },
                form with
                {
                    File = Given.Pdf(),
                },
            }
        )
        {
            var refused = (await Api.SettleAsync(different)).ShouldBeProblem(409, "settlement_conflict");
            var differs =
                different.Total != form.Total ? "total"
                : different.NationalIdentifier != form.NationalIdentifier ? "customer"
                : "invoice";
            refused.Json["conflict"]!.AsArray().ShouldHaveSingleItem()!.GetValue<string>().ShouldBe(differs);
            refused.Json["existing"]!["code"]!.GetValue<string>().ShouldBe(form.Code);
            refused.Json["existing"]!["national_identifier"]!.GetValue<string>().ShouldBe("******" + form.NationalIdentifier![^4..]);
            refused.Location.AbsolutePath.ShouldBe($"/{Route}/{form.Code}");
            if (differs == "invoice")
            {
                refused.Field("detail").ShouldContain("Its money has been moved or may still be moved");
                refused.Field("detail").ShouldContain("Do not send the same purchase again under another code");
            }
        }

        (await Api.EndedAsync(form.Code)).SettlementStatus.ShouldBe("settled");
    }

    [Fact]
    public async Task The_same_POST_many_times_at_once_is_one_settlement()
    {
        var form = new SettlementForm();
        await Api.SendOtpAsync(form.NationalIdentifier!);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Api.SettleAsync(form)));

        answers.ShouldAllBe(answer => answer.Status == 202 || answer.Status == 200);
        var settled = await Api.EndedAsync(form.Code);
        settled.SettlementStatus.ShouldBe("settled");
        settled.Json["attempts"]!.GetValue<int>().ShouldBe(1);
        Baloan.Books.Settlements.Count(settlement => settlement.Code == form.Code).ShouldBe(1);
    }

    [Fact]
    public async Task A_rejection_tells_Baloans_reason_and_the_code_may_be_used_again()
    {
        var form = await Api.AcceptedAsync(new SettlementForm { Otp = "99999" });

        var rejected = await Api.EndedAsync(form.Code);
        rejected.Status.ShouldBe(200);
        rejected.SettlementStatus.ShouldBe("rejected");
        rejected.Json["error"]!["code"]!.GetValue<string>().ShouldBe("incorrect_otp_code");
        rejected.Json["error"]!["message"]!.GetValue<string>().ShouldBe("The OTP is incorrect.");
        var inPersian = new HttpRequestMessage(HttpMethod.Get, $"{Route}/{form.Code}") { Headers = { { "Accept-Language", "fa" } } };
        (await Api.SendAsync(inPersian)).Json["error"]!["message"]!.GetValue<string>().ShouldBe("کد اشتباه است.");
        rejected.Field("created_at").ShouldEndWith("Z");
        var again = await Api.SettleAsync(form with { Otp = MagicNumbers.Otp, Total = 700_000 });
        again.Status.ShouldBe(202, again.Text);
        again.Json["error"].ShouldBeNull();

        var settled = await Api.EndedAsync(form.Code);
        settled.SettlementStatus.ShouldBe("settled");
        settled.Json["attempts"]!.GetValue<int>().ShouldBe(2);
        settled.Json["total"]!.GetValue<long>().ShouldBe(700_000);
    }

    [Fact]
    public async Task A_cut_connection_is_found_out_with_nobody_asking()
    {
        var moved = await Api.AcceptedAsync(new SettlementForm { Total = MagicNumbers.For(Fault.CutAfterEffect).Total });
        var unmoved = await Api.AcceptedAsync(new SettlementForm { Total = MagicNumbers.For(Fault.CutBeforeEffect).Total });

        var settled = await Api.EndedAsync(moved.Code);
        var failed = await Api.EndedAsync(unmoved.Code);

        settled.SettlementStatus.ShouldBe("settled");
        settled.Json["inferred"]!.GetValue<bool>().ShouldBeTrue();
        failed.SettlementStatus.ShouldBe("failed");
        failed.Json["error"]!["code"]!.GetValue<string>().ShouldBe("not_settled");
    }

    [Theory]
    [InlineData("settled")]
    [InlineData("not_settled")]
    public async Task A_person_resolves_what_needs_review(string outcome)
    {
        var form = new SettlementForm { Total = MagicNumbers.For(Fault.CutBeforeEffect).Total };
        await Api.AcceptedAsync(form);
        var calls = 0;
        await Until.TrueAsync(async () =>
        {
            Baloan.Books.SetCredit(form.NationalIdentifier!, 50_000_000 + (++calls));
            return (await Api.GetAsync($"{Route}/{form.Code}")).Status == 200;
        });
        (await Api.EndedAsync(form.Code)).SettlementStatus.ShouldBe("needs_review");
        (await Api.SettleAsync(form)).SettlementStatus.ShouldBe("needs_review", "the same POST again sends nothing");
        (await Api.PostAsync($"{Route}/{form.Code}/resolve", new JsonObject { ["outcome"] = "maybe", ["note"] = 5 })).ShouldBeProblem(
            400,
            "invalid_request",
            "note",
            "outcome"
        );
        (await Api.PostAsync($"{Route}/{form.Code}/resolve", new JsonObject { ["outcome"] = outcome, ["note"] = " " })).ShouldBeProblem(
            400,
            "invalid_request",
            "note"
        );

        var resolved = await Api.PostAsync(
            $"{Route}/{form.Code}/resolve",
            new JsonObject
            {
                ["outcome"] = outcome,
                ["note"] = "asked Baloan\r\nby phone",
                ["by"] = "Sara",
            }
        );

        resolved.Status.ShouldBe(200, resolved.Text);
        resolved.SettlementStatus.ShouldBe(outcome == "settled" ? "settled" : "failed");
        resolved.Field("known_by").ShouldBe("person");
        resolved.Json["inferred"]!.GetValue<bool>().ShouldBeFalse();
        var decision = resolved.Json["resolution"]!;
        (decision["outcome"]!.GetValue<string>(), decision["note"]!.GetValue<string>(), decision["by"]!.GetValue<string>()).ShouldBe(
            (outcome, "asked Baloan\r\nby phone", "Sara")
        );
        resolved.Json["review_began_at"].ShouldNotBeNull();
        (await Api.EndedAsync(form.Code)).SettlementStatus.ShouldBe(resolved.SettlementStatus);
        (await Api.PostAsync($"{Route}/{form.Code}/resolve", new JsonObject { ["outcome"] = outcome, ["note"] = "again" })).ShouldBeProblem(
            409,
            "not_in_review"
        );
    }

    [Fact]
    public async Task An_invoice_in_Blob_storage_is_taken_as_it_is_when_the_request_is_accepted()
    {
        var invoices = new BlobServiceClient(Apps.Second.ConnectionString).GetBlobContainerClient("invoices");
        var name = $"from-the-shop/{Given.Code()}.pdf";
        var invoice = Given.Pdf(50_000);
        await invoices.GetBlobClient(name).UploadAsync(new BinaryData(invoice), overwrite: true, Cancel);
        var (customer, code) = (Given.Customer(), Given.Code());
        var body = JsonForm(customer, code, name, MagicNumbers.For(Fault.ThrottledSeconds, once: true).Total);
        await Api.SendOtpAsync(customer);

        var accepted = await Api.PostAsync(Route, body);
        accepted.Status.ShouldBe(202, accepted.Text);
        await invoices.GetBlobClient(name).UploadAsync(new BinaryData(Given.Pdf()), overwrite: true, Cancel);
        (await Api.PostAsync(Route, body)).ShouldBeProblem(409, "settlement_conflict");

        var settled = await Api.EndedAsync(code);
        settled.SettlementStatus.ShouldBe("settled");
        settled.Json["invoice"]!["blob"]!.GetValue<string>().ShouldBe(name);
        settled.Json["invoice"]!["size"]!.GetValue<long>().ShouldBe(invoice.Length);
        Baloan.Books.Settlements.Single(settlement => settlement.Code == code).InvoiceSha256.ShouldBe(Given.Sha256(invoice));
        (await invoices.GetBlobClient(name).ExistsAsync(Cancel)).Value.ShouldBeTrue("the blob is the caller's");
    }

    [Fact]
    public async Task The_same_POST_again_is_answered_also_where_the_blob_is_gone()
    {
        var invoices = new BlobServiceClient(Apps.Second.ConnectionString).GetBlobContainerClient("invoices");
        var (customer, code, name) = (Given.Customer(), Given.Code(), $"{Given.Code()}.pdf");
        await invoices.GetBlobClient(name).UploadAsync(new BinaryData(Given.Pdf()), Cancel);
        await Api.SendOtpAsync(customer);
        (await Api.PostAsync(Route, JsonForm(customer, code, name, 1000))).Status.ShouldBe(202);
        (await Api.EndedAsync(code)).SettlementStatus.ShouldBe("settled");

        await invoices.GetBlobClient(name).DeleteAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: Cancel);

        var again = await Api.PostAsync(Route, JsonForm(customer, code, name, 1000));
        again.Status.ShouldBe(200, again.Text);
        again.SettlementStatus.ShouldBe("settled");
        again.Location.AbsolutePath.ShouldEndWith(code);
        foreach (
            var other in new[]
            {
                JsonForm(customer, code, name, 1001),
                JsonForm(Given.Customer(), code, name, 1000),
                JsonForm(customer, code, $"other-{name}", 1000),
                JsonForm(customer, Given.Code(), name, 1000),
            }
        )
        {
            (await Api.PostAsync(Route, other)).ShouldBeProblem(400, "invalid_request", "invoice_blob");
        }

        Baloan.Books.Settlements.Count(settlement => settlement.NationalIdentifier == customer).ShouldBe(1);
    }

    [Theory]
    [InlineData("no-such-blob.pdf")]
    [InlineData("../uploads/other.pdf")]
    [InlineData("a/../b.pdf")]
    [InlineData("a//b.pdf")]
    [InlineData("a\\b.pdf")]
    [InlineData("")]
    public async Task A_blob_that_is_not_there_or_cannot_be_is_told_with_all_other_faults(string name) =>
        (await Api.PostAsync(Route, JsonForm("123", Given.Code(), name, 0))).ShouldBeProblem(
            400,
            "invalid_request",
            "data.bill.total",
            "invoice_blob",
            "national_identifier"
        );

    [Fact]
    public async Task A_blob_that_is_no_PDF_or_too_large_is_refused()
    {
        var invoices = new BlobServiceClient(Apps.Second.ConnectionString).GetBlobContainerClient("invoices");
        var name = Given.Code();
        await invoices.GetBlobClient(name).UploadAsync(new BinaryData(Given.Png()), overwrite: true, Cancel);
        (await Api.PostAsync(Route, JsonForm(Given.Customer(), Given.Code(), name, 1000))).ShouldBeProblem(
            415,
            "unsupported_file_type",
            "invoice_blob"
        );

        await invoices.GetBlobClient(name).UploadAsync(new BinaryData(Given.Pdf((10 * 1024 * 1024) + 1)), overwrite: true, Cancel);
        (await Api.PostAsync(Route, JsonForm(Given.Customer(), Given.Code(), name, 1000))).ShouldBeProblem(413, "file_too_large");
        (await invoices.GetBlobClient(name).ExistsAsync(Cancel)).Value.ShouldBeTrue("the blob is the caller's");
    }

    [Fact]
    public async Task Lists_are_pages_of_the_newest_first()
    {
        var codes = new List<string>();
        for (var i = 0; i < 26; i++)
        {
            codes.Insert(0, (await FirstApi.AcceptedAsync(new SettlementForm { Otp = i % 5 == 0 ? "99999" : MagicNumbers.Otp })).Code);
        }

        var walked = new List<string>();
        string? continuation = null;
        do
        {
            var page = await FirstApi.GetAsync(
                $"{Route}?top=10{(continuation is null ? "" : $"&continuation={Uri.EscapeDataString(continuation)}")}"
            );
            page.Status.ShouldBe(200, page.Text);
            var items = page.Json["items"]!.AsArray();
            items.Count.ShouldBeLessThanOrEqualTo(10);
            walked.AddRange(items.Select(item => item!["code"]!.GetValue<string>()));
            continuation = page.Json["continuation"]?.GetValue<string>();
        } while (continuation is not null);
        // Other tests add theirs.
        walked.Where(codes.Contains).ShouldBe(codes);
        walked.Distinct().Count().ShouldBe(walked.Count);

        foreach (var code in codes)
        {
            await FirstApi.EndedAsync(code);
        }

        var rejected = await FirstApi.GetAsync($"{Route}?status=rejected&top=۱۰۰");
        rejected.Status.ShouldBe(200, rejected.Text);
        rejected.Json["items"]!.AsArray().Select(item => item!["status"]!.GetValue<string>()).ShouldAllBe(status => status == "rejected");
        (await FirstApi.GetAsync(Route)).Json["items"]!.AsArray().Count.ShouldBe(20);
    }

    [Theory]
    [InlineData("?status=done", "status")]
    [InlineData("?top=0", "top")]
    [InlineData("?top=101", "top")]
    [InlineData("?top=x&status=Queued&continuation=!", "continuation", "status", "top")]
    [InlineData("?continuation=bm90LWZyb20taGVyZQ", "continuation")]
    public async Task A_list_that_cannot_be_is_refused(string query, params string[] fields) =>
        (await Api.GetAsync(Route + query)).ShouldBeProblem(400, "invalid_request", fields);

    private static JsonObject JsonForm(string customer, string code, string blob, long total) =>
        new()
        {
            ["national_identifier"] = customer,
            ["otp"] = MagicNumbers.Otp,
            ["data"] = new JsonObject
            {
                ["code"] = code,
                ["bill"] = new JsonObject { ["total"] = total },
            },
            ["invoice_blob"] = blob,
        };
}
