using System.Globalization;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;
using SandboxOperation = Baloan.Sandbox.Operation;

namespace Baloan.Functions.Tests.ApiDescription;

/// <summary>Every operation is called on the running app, and every answer is held against the description that the app serves.</summary>
public sealed class AnswerTests(StorageAccounts storage) : ApiTests(storage)
{
    private static int phones = 1_000_000;

    [Fact]
    public async Task Every_operation_answers_as_it_is_described()
    {
        var calls = await DescribedAsync();

        await Task.WhenAll(
            MerchantAsync(calls),
            SettlementsAsync(calls),
            ReviewAsync(calls),
            UploadsAsync(calls),
            LoansAsync(calls),
            EventsAsync(calls),
            AppAsync(calls)
        );

        // That the app is ill is another test's to bring about.
        var described = calls.Operations.SelectMany(operation =>
            operation.Responses.Select(answer => (operation.Id, Status: int.Parse(answer.Key, CultureInfo.InvariantCulture)))
        );
        described.Where(answer => answer.Status < 300).Except(calls.Seen).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_operation_refuses_as_it_is_described()
    {
        var calls = await DescribedAsync();
        using var stranger = Apps.Second.NewClient(key: null);
        using var admin = Apps.Second.NewClient(RunningApps.AdminKey);
        var nobody = Guid.NewGuid().ToString();
        foreach (var operation in calls.Operations.Where(operation => !operation.IsAnonymous))
        {
            (await calls.ByAsync(stranger, operation.Id, nobody)).Status.ShouldBe(401, operation.Id);
            var caller = operation.Id == "EraseCustomer" ? admin : Api;
            var tooMuch = new JsonObject { ["x"] = new string('x', 70_000) };
            if (operation.Body is not null)
            {
                (await calls.ByAsync(caller, operation.Id, nobody, new StringContent("hello", null, "text/plain"))).ShouldBeProblem(
                    415,
                    "unsupported_media_type"
                );
            }

            if (operation.Body?.ContainsKey("application/json") == true)
            {
                (await calls.ByAsync(caller, operation.Id, nobody, DescribedCalls.Json(new JsonObject()))).Status.ShouldBe(
                    400,
                    operation.Id
                );
                (await calls.ByAsync(caller, operation.Id, nobody, DescribedCalls.Json(tooMuch))).ShouldBeProblem(413, "request_too_large");
                (await calls.ByAsync(caller, operation.Id, nobody, new StringContent("{", null, "application/json"))).ShouldBeProblem(
                    400,
                    "invalid_request"
                );
            }

            foreach (var parameter in operation.Parameters.Where(parameter => parameter["in"]!.GetValue<string>() == "query"))
            {
                var (name, schema) = (parameter["name"]!.GetValue<string>(), parameter["schema"]!);
                var outside = schema["maximum"] is null
                    ? Array.Empty<long>()
                    : [schema["minimum"]!.GetValue<long>() - 1, schema["maximum"]!.GetValue<long>() + 1];
                var others = string.Concat(
                    operation
                        .Parameters.Where(other =>
                            other != parameter && other["in"]!.GetValue<string>() == "query" && other["required"]?.GetValue<bool>() == true
                        )
                        .Select(other => $"&{other["name"]!.GetValue<string>()}=2026-11-01")
                );
                // Any text but one with a percent sign can be the beginning of a code.
                foreach (var value in outside.Select(number => $"{number}").Append(name == "code" ? "%25" : "!"))
                {
                    (await calls.CallAsync(operation.Id, query: $"?{name}={value}{others}")).ShouldBeProblem(400, "invalid_request", name);
                }

                foreach (var value in schema["enum"]?.AsArray() ?? [])
                {
                    (await calls.CallAsync(operation.Id, query: $"?{name}={value}")).Status.ShouldBe(200, $"{value}");
                }
            }

            if (operation.Of("path").Any() && operation.Responses.ContainsKey("404"))
            {
                var body = operation.Id switch
                {
                    "ResolveSettlement" => new JsonObject { ["outcome"] = "settled", ["note"] = "Asked." },
                    "ResolveLoanOpening" => new JsonObject { ["outcome"] = "not_opened", ["note"] = "None." },
                    "SignContract" => new JsonObject { ["otp"] = MagicNumbers.Otp },
                    _ => null,
                };
                // What is no uuid is not asked for at Baloan, whose 404 to a call that acts is no answer.
                var missing = operation.Method.Equals("post", StringComparison.OrdinalIgnoreCase) ? "nothing" : nobody;
                (await calls.CallAsync(operation.Id, missing, body is null ? null : DescribedCalls.Json(body))).ShouldBeProblem(
                    404,
                    "not_found"
                );
            }
        }

        foreach (var (fault, status) in new[] { ("refused_detail", 422), ("not_found", 504), ("cut_before", 504) })
        {
            var customer = MagicNumbers.For(Fault.All.Single(known => known.Name == fault)).NationalIdentifier(SandboxOperation.SendOtp);
            await calls.PostAsync("SendOtp", status, new() { ["national_identifier"] = customer });
        }

        await calls.PostAsync("ValidateOtp", 409, new() { ["national_identifier"] = Given.Customer(), ["otp"] = "11111" }, by: FirstApi);
        (await calls.ByAsync(FirstApi, "GetLoanStores")).ShouldBeProblem(503, "not_configured");
    }

    [Fact(Explicit = true)]
    public async Task Baloans_outages_are_answered_as_they_are_described()
    {
        var calls = await DescribedAsync();
        // Of its own: after failures like these, an app leaves Baloan alone for a while.
        await using var app = await RunningApp.StartAsync(Baloan, NewStorage(), "v1");
        using var api = app.NewClient();
        foreach (var (fault, status) in new[] { ("throttled_seconds", 429), ("server_error", 504), ("unavailable", 503) })
        {
            var customer = MagicNumbers
                .For(Fault.All.Single(known => known.Name == fault))
                .NationalIdentifier(SandboxOperation.CheckCredit);
            await calls.PostAsync("CheckCredit", status, new() { ["national_identifier"] = customer }, by: api);
        }

        app.Vault.SetSecret("baloan-merchant-password", "wrong");
        using var admin = app.NewClient(RunningApps.AdminKey);
        (await calls.ByAsync(admin, "RefreshTokensNow")).Status.ShouldBeGreaterThan(500);
    }

    private async Task<DescribedCalls> DescribedAsync()
    {
        using var anybody = Apps.Second.NewClient(key: null);
        return new(new((await anybody.GetAsync("api/openapi.json")).Text), Api);
    }

    private static async Task MerchantAsync(DescribedCalls calls)
    {
        var customer = new JsonObject { ["national_identifier"] = Given.Customer() };
        await calls.PostAsync("CheckCredit", 200, customer);
        await calls.PostAsync("SendOtp", 200, customer);
        customer["otp"] = MagicNumbers.Otp;
        await calls.PostAsync("ValidateOtp", 200, customer);
        customer["otp"] = "99999";
        await calls.PostAsync("ValidateOtp", 422, customer);
    }

    private async Task SettlementsAsync(DescribedCalls calls)
    {
        var form = new SettlementForm();
        await Api.SendOtpAsync(form.NationalIdentifier!);
        (await calls.CallAsync("CreateSettlement", body: form.ToContent())).Status.ShouldBe(202);
        (await EndedAsync(calls, "GetSettlement", form.Code)).SettlementStatus.ShouldBe("settled");
        (await calls.CallAsync("CreateSettlement", body: form.ToContent())).Status.ShouldBe(200);
        (await calls.CallAsync("CreateSettlement", body: (form with { Total = form.Total + 1 }).ToContent())).ShouldBeProblem(
            409,
            "settlement_conflict"
        );
        (await calls.CallAsync("CreateSettlement", body: (new SettlementForm { File = Given.Png() }).ToContent())).ShouldBeProblem(
            415,
            "unsupported_file_type",
            "file"
        );
        (
            await calls.CallAsync("CreateSettlement", body: (new SettlementForm { File = Given.Pdf(11 * 1024 * 1024) }).ToContent())
        ).ShouldBeProblem(413, "file_too_large");
        await calls.PostAsync("ResolveSettlement", 409, new() { ["outcome"] = "settled", ["note"] = "Asked." }, form.Code);

        var refused = new SettlementForm { Otp = "99999" };
        await Api.SendOtpAsync(refused.NationalIdentifier!);
        await calls.CallAsync("CreateSettlement", body: refused.ToContent());
        (await EndedAsync(calls, "GetSettlement", refused.Code)).SettlementStatus.ShouldBe("rejected");

        // A customer's next one waits while nobody knows what became of the one before.
        var unknown = await Api.AcceptedAsync(new SettlementForm { Total = MagicNumbers.For(Fault.CutBeforeEffect).Total });
        await Until.TrueAsync(async () => (await Api.GetAsync($"api/merchant/settlements/{unknown.Code}")).SettlementStatus == "verifying");
        var waiting = await Api.AcceptedAsync(new SettlementForm { NationalIdentifier = unknown.NationalIdentifier });
        (await calls.CallAsync("WithdrawSettlement", waiting.Code)).Status.ShouldBe(200);
        (await calls.CallAsync("WithdrawSettlement", form.Code)).ShouldBeProblem(409, "too_late");

        var page = await calls.CallAsync("ListSettlements", query: "?top=1");
        await calls.CallAsync("ListSettlements", query: $"?continuation={page.Field("continuation")}");
        await calls.CallAsync("ListSettlements", query: "?status=rejected");
        (await calls.CallAsync("GetInvoice", form.Code)).Status.ShouldBe(200);
        (await calls.CallAsync("ExportSettlements", query: "?from=1405/01/01&to=1405/12/29")).Status.ShouldBe(200);
        using var statement = new MultipartFormDataContent
        {
            {
                new ByteArrayContent(
                    System.Text.Encoding.UTF8.GetBytes($"code,total (toman),date\n{form.Code},{form.Total + 1},2026-11-01\nX,y,\n")
                ),
                "file",
                "a.csv"
            },
        };
        await calls.CallAsync("CreateReconciliation", body: statement);
        // The invoice that is in Blob storage already.
        var (customer, blob) = (Given.Customer(), $"{Guid.NewGuid()}.pdf");
        await new BlobContainerClient(Apps.Second.ConnectionString, "invoices").UploadBlobAsync(
            blob,
            BinaryData.FromBytes(Given.Pdf()),
            Cancel
        );
        await Api.SendOtpAsync(customer);
        JsonObject Request(string invoice) =>
            new()
            {
                ["national_identifier"] = customer,
                ["otp"] = MagicNumbers.Otp,
                ["invoice_blob"] = invoice,
                ["data"] = new JsonObject
                {
                    ["code"] = Given.Code(),
                    ["bill"] = new JsonObject { ["total"] = 1000 },
                },
            };
        (await calls.CallAsync("CreateSettlement", body: DescribedCalls.Json(Request(blob)))).Status.ShouldBe(202);
        (await calls.CallAsync("CreateSettlement", body: DescribedCalls.Json(Request("nothing.pdf")))).Status.ShouldBe(400);
    }

    private async Task ReviewAsync(DescribedCalls calls)
    {
        var form = await Api.AcceptedAsync(new SettlementForm { Total = MagicNumbers.For(Fault.CutBeforeEffect).Total });
        var credit = 50_000_000;
        ApiAnswer? answer = null;
        await Until.TrueAsync(async () =>
        {
            Baloan.Books.SetCredit(form.NationalIdentifier!, ++credit);
            answer = await calls.CallAsync("GetSettlement", form.Code);
            return answer.Status == 200;
        });
        answer!.SettlementStatus.ShouldBe("needs_review");
        await calls.PostAsync("ResolveSettlement", 200, new() { ["outcome"] = "not_settled", ["note"] = "Asked." }, form.Code);
    }

    private static async Task UploadsAsync(DescribedCalls calls)
    {
        static MultipartFormDataContent Form(byte[] file) => new() { { new ByteArrayContent(file), "file", "id-card.jpg" } };

        var upload = await calls.CallAsync("CreateUpload", body: Form(Given.Jpeg()));
        upload.Status.ShouldBe(202, upload.Text);
        (await EndedAsync(calls, "GetUpload", upload.Field("id"))).Field("status").ShouldBe("uploaded");
        (await calls.CallAsync("CreateUpload", body: Form(Given.File("hello"u8, 100)))).ShouldBeProblem(
            415,
            "unsupported_file_type",
            "file"
        );
        (await calls.CallAsync("CreateUpload", body: Form(Given.Pdf(11 * 1024 * 1024)))).ShouldBeProblem(413, "file_too_large");
    }

    private async Task LoansAsync(DescribedCalls calls)
    {
        foreach (var query in new[] { "", "?amount=20000000&loan_due=12&store=2" })
        {
            JsonNode.Parse((await calls.CallAsync("GetLoanPolicies", query: query)).Text)!.AsArray().ShouldNotBeEmpty();
        }

        var stores = JsonNode.Parse((await calls.CallAsync("GetLoanStores")).Text)!.AsArray();
        stores.Select(store => store!["id"]!.GetValue<long>()).ShouldBe([1, 2, 3, 4]);

        var loan = (await calls.PostAsync("OpenLoan", 201, ALoan())).Field("uuid");
        await calls.CallAsync("GetLoan", loan);
        (await calls.CallAsync("GetContract", loan)).Status.ShouldBe(422);
        Baloan.Loans.MoveOn(Guid.Parse(loan));
        await calls.CallAsync("GetContract", loan);
        await calls.CallAsync("SendContractOtp", loan);
        await calls.PostAsync("SignContract", 422, new() { ["otp"] = "99999" }, loan);
        await calls.PostAsync("SignContract", 200, new() { ["otp"] = MagicNumbers.Otp }, loan);
        await calls.PostAsync(
            "LoanStateCallback",
            200,
            new()
            {
                ["uuid"] = loan,
                ["state"] = "blocked",
                ["reason"] = "a reason",
            }
        );
        await calls.PostAsync("LoanStateCallback", 200, new() { ["uuid"] = loan, ["state"] = "something_new" });
        (await calls.CallAsync("GetLoan", loan)).Json["history"]!.AsArray().Count.ShouldBe(2);
        // One that was not opened here, and of which nothing is known.
        var stranger = Guid.NewGuid().ToString();
        await calls.PostAsync("LoanStateCallback", 200, new() { ["uuid"] = stranger, ["state"] = "something_new" });
        (await calls.CallAsync("GetLoan", stranger)).Json["state"].ShouldBeNull();
        var page = await calls.CallAsync("ListLoans", query: "?top=1");
        await calls.CallAsync("ListLoans", query: $"?continuation={page.Field("continuation")}");
        await calls.CallAsync("ListLoans", query: "?state=blocked");
        var canceled = (await calls.PostAsync("OpenLoan", 201, ALoan())).Field("uuid");
        await calls.CallAsync("CancelLoan", canceled);
        await calls.PostAsync("OpenLoan", 422, ALoan(amount: 999));
        var lost = ALoan();
        lost["national_identifier"] = MagicNumbers.For(Fault.CutBeforeEffect).NationalIdentifier(SandboxOperation.OpenLoan);
        await calls.PostAsync("OpenLoan", 504, lost);
        var opening = (await calls.CallAsync("ListLoanOpenings")).Json["items"]![0]!["id"]!.GetValue<string>();
        await calls.PostAsync(
            "ResolveLoanOpening",
            200,
            new()
            {
                ["outcome"] = "not_opened",
                ["note"] = "Baloan says so.",
                ["by"] = "Support",
            },
            opening
        );
        await calls.PostAsync("ResolveLoanOpening", 409, new() { ["outcome"] = "not_opened", ["note"] = "Again." }, opening);
        await calls.PostAsync("ResolveLoanOpening", 404, new() { ["outcome"] = "not_opened", ["note"] = "None." }, $"{Guid.NewGuid():N}");
    }

    private async Task EventsAsync(DescribedCalls calls)
    {
        await using var receiver = await Receiver.StartAsync();
        var subscription = await calls.PostAsync("Subscribe", 201, new() { ["callback_url"] = receiver.CallbackUrl });
        var loan = Guid.NewGuid().ToString();
        await calls.PostAsync("LoanStateCallback", 200, new() { ["uuid"] = loan, ["state"] = "created" });
        var form = await Api.AcceptedAsync(new SettlementForm());
        Delivery? About(string what) =>
            receiver.Deliveries.FirstOrDefault(delivery => delivery.Body.Contains(what, StringComparison.Ordinal));
        await Until.TrueAsync(() => About(loan) is not null && About(form.Code) is not null);
        await calls.CallAsync("ListSubscriptions");
        (await calls.CallAsync("RedeliverEvents", subscription.Field("id"))).Status.ShouldBe(202);
        await calls.CallAsync("Unsubscribe", subscription.Field("id"));
        await calls.PostAsync("UnsubscribeUrl", 204, new() { ["callback_url"] = receiver.CallbackUrl });

        var described = await OpenApiAsync();
        foreach (var (delivery, schema) in new[] { (About(loan)!, "LoanStateEvent"), (About(form.Code)!, "SettlementEvent") })
        {
            described.Schemas.Faults(delivery.Json, described.Json["components"]!["schemas"]![schema]!).ShouldBeEmpty(delivery.Body);
        }
    }

    private async Task AppAsync(DescribedCalls calls)
    {
        using var admin = Apps.First.NewClient(RunningApps.AdminKey);
        await calls.ByAsync(admin, "RefreshTokensNow");
        using var operatorOfSecond = Apps.Second.NewClient(RunningApps.AdminKey);
        await calls.PostAsync("EraseCustomer", 200, new() { ["national_identifier"] = Given.Customer() }, by: operatorOfSecond);
        await calls.PostAsync("EraseCustomer", 400, new() { ["phone_number"] = "nobody" }, by: operatorOfSecond);
        await calls.CallAsync("GetStats");
        await calls.CallAsync("GetStats", query: "?hours=168");
        await calls.CallAsync("Health");
        await calls.CallAsync("GetOpenApi");
        await calls.CallAsync("GetSwagger");
    }

    private async Task<Description> OpenApiAsync() => new((await Api.GetAsync("api/openapi.json")).Text);

    private static async Task<ApiAnswer> EndedAsync(DescribedCalls calls, string id, string argument)
    {
        ApiAnswer? answer = null;
        await Until.TrueAsync(async () => (answer = await calls.CallAsync(id, argument)).Status != 202, () => $"{answer?.Text}");
        return answer!;
    }

    private static JsonObject ALoan(long amount = 10_000_000) =>
        new()
        {
            ["phone_number"] = $"0935{Interlocked.Increment(ref phones):D7}",
            ["national_identifier"] = Given.Customer(),
            ["birth_date"] = "1990-05-06",
            ["amount"] = amount,
            ["loan_due"] = 12,
            ["store"] = 1,
        };
}
