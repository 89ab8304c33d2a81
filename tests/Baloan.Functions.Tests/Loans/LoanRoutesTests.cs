using System.Globalization;
using System.Text.Json.Nodes;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Loans;

/// <summary>The loan half of the API, with Baloan's sandbox behind it.</summary>
public sealed class LoanRoutesTests(StorageAccounts storage) : ApiTests(storage)
{
    private const string Route = "api/loans";

    private static int phones;

    public static TheoryData<string> NoUuids =>
        [
            "12345",
            "d4c22af9-3676-4c6e-ab72-2a7b5b22afc",
            "d4c22af936764c6eab722a7b5b22afc5",
            "%7Bd4c22af9-3676-4c6e-ab72-2a7b5b22afc5%7D",
            "..%2F..%2Fmerchant",
            "d4c22af9-3676-4c6e-ab72-2a7b5b22afc5%2Fcancel",
            "%20",
            "d4c22af9-3676-4c6e-ab72-2a7b5b22afc5%3Fx",
            "%D9%88%D8%A7%D9%85",
        ];

    [Theory]
    [InlineData("", 3)]
    [InlineData("?store=2", 2)]
    [InlineData("?store=2&amount=29999999", 1)]
    [InlineData("?store=2&amount=30000000", 1)]
    [InlineData("?loan_due=12&amount=30000000", 1)]
    [InlineData("?amount=80000000", 0)]
    [InlineData("?amount=۱۰۰۰۰۰۰۰&loan_due=٦", 1)]
    public async Task Policies_are_those_of_Baloan_and_can_be_narrowed_down(string query, int count)
    {
        var answer = await Api.GetAsync($"api/loan-policies{query}");

        answer.Status.ShouldBe(200, answer.Text);
        var policies = JsonNode.Parse(answer.Text)!.AsArray();
        policies.Count.ShouldBe(count);
        policies.ShouldAllBe(policy =>
            policy!["installment_formula"]!.GetValue<string>().Length > 0 && policy["amount"]!["bounds"]!.GetValue<string>() == "[)"
        );
    }

    [Fact]
    public async Task A_loan_goes_from_its_opening_to_its_signature()
    {
        var request = ALoan();

        var opened = await Api.PostAsync($"{Route}?code={RunningApps.FunctionKey}", request);

        opened.Status.ShouldBe(201, opened.Text);
        var uuid = opened.Field("uuid");
        opened.Location.AbsoluteUri.ShouldBe($"{Apps.Second.App.BaseAddress}api/loans/{uuid}?code={RunningApps.FunctionKey}");
        foreach (var (field, value) in request)
        {
            opened.Json[field]!.ToJsonString().ShouldBe(value!.ToJsonString());
        }

        var loan = await Api.GetAsync(opened.Location);
        (loan.Field("state"), loan.Json["reason"], loan.Json["history"]!.AsArray().Count).ShouldBe(("created", null, 0));
        foreach (var field in new[] { "amount", "loan_due", "store", "plan_detail" })
        {
            loan.Json[field]!.ToJsonString().ShouldBe(opened.Json[field]!.ToJsonString());
        }

        loan.Text.ShouldNotContain(request["national_identifier"]!.GetValue<string>());
        (await Api.GetAsync($"{Route}/{uuid}/contract")).ShouldBeProblem(422, "not_allowed_in_state");
        Baloan.Loans.MoveOn(Guid.Parse(uuid));
        var contract = await Api.GetAsync($"{Route}/{uuid}/contract");
        contract.Status.ShouldBe(200, contract.Text);
        contract.Json["contract_pdf_file"]!["file"]!.GetValue<string>().ShouldStartWith("http");
        contract.Json["is_agreed_by_user"]!.GetValue<bool>().ShouldBeFalse();
        (await SignAsync(uuid, MagicNumbers.Otp)).ShouldBeProblem(422, "no_request_to_verify");
        var otp = await Api.PostAsync($"{Route}/{uuid.ToUpperInvariant()}/contract/otp", (HttpContent?)null);
        (otp.Status, otp.Text).ShouldBe((200, "{}"));
        (await SignAsync(uuid, "99999")).ShouldBeProblem(422, "incorrect_otp_code");
        // The comma stands in Baloan's own sample.
        var signed = await Api.PostTextAsync($"{Route}/{uuid}/contract/signature", """{"otp":"۱۱۱۱۱",}""");
        (signed.Status, signed.Text).ShouldBe((200, "{}"));
        (await Api.GetAsync($"{Route}/{uuid}/contract")).Json["is_agreed_by_user"]!.GetValue<bool>().ShouldBeTrue();
        (await SignAsync(uuid, MagicNumbers.Otp)).ShouldBeProblem(422, "already_agreed_by_user");
    }

    [Fact]
    public async Task A_loan_is_canceled_and_its_callback_is_recorded()
    {
        var opened = await Api.PostAsync(Route, ALoan());
        opened.Location.Query.ShouldBeEmpty();
        var uuid = opened.Field("uuid");

        var canceled = await Api.PostAsync($"{Route}/{uuid}/cancel", new JsonObject());

        (canceled.Status, canceled.Text).ShouldBe((200, "{}"));
        Baloan.Loans.Find(Guid.Parse(uuid))!.State.ShouldBe(LoanState.Canceled);
        (await Api.PostAsync($"{Route}/{uuid}/cancel", (HttpContent?)null)).ShouldBeProblem(422, "failed_to_cancel_loan");
        await Api.PostAsync(
            "api/callbacks/loan-state",
            new JsonObject
            {
                ["uuid"] = uuid,
                ["state"] = "canceld",
                ["reason"] = "canceled by the partner",
            }
        );
        var loan = await Api.GetAsync($"{Route}/{uuid}");
        (loan.Field("state"), loan.Field("reason"), loan.Json["amount"]!.GetValue<long>()).ShouldBe(
            ("canceled", "canceled by the partner", 20_000_000)
        );
    }

    [Fact]
    public async Task What_people_type_arrives_at_Baloan_as_it_should()
    {
        var customer = Given.Customer();
        var request = ALoan();
        request["national_identifier"] = Persian(customer);
        request["phone_number"] = Persian(request["phone_number"]!.GetValue<string>());
        request["birth_date"] = "۱۹۹۹-۰۲-۱۴";
        request["amount"] = "۲۰۰۰۰۰۰۰";
        request["loan_due"] = "12";
        request["store"] = "١";

        var opened = await Api.PostTextAsync(Route, request.ToJsonString());

        opened.Status.ShouldBe(201, opened.Text);
        opened.Field("national_identifier").ShouldBe(customer);
        opened.Field("birth_date").ShouldBe("1999-02-14");
        var booked = Baloan.Loans.Find(Guid.Parse(opened.Field("uuid")))!;
        (booked.NationalIdentifier, booked.Amount, booked.LoanDue, booked.Store).ShouldBe((customer, 20_000_000, 12, 1));
    }

    [Fact]
    public async Task Each_of_Baloans_codes_is_told_in_the_callers_language()
    {
        foreach (var number in MagicNumbers.Loans)
        {
            foreach (var language in new[] { "en", "fa" })
            {
                var request = ALoan(number.NationalIdentifier(Operation.OpenLoan));

                var answer = await Api.PostAsync(Route, new StringContent(request.ToJsonString(), null, "application/json"), language);

                var detail = answer.ShouldBeProblem(422, number.Fault.Name).Field("detail");
                detail.Any(letter => letter is >= '\u0600' and <= '\u06ff').ShouldBe(language == "fa", detail);
                detail.ShouldNotContain("{");
                answer.Headers.Location.ShouldBeNull();
            }
        }
    }

    [Fact]
    public async Task Acting_calls_whose_outcome_is_unknown_say_how_to_find_out()
    {
        foreach (var fault in new[] { Fault.CutBeforeEffect, Fault.CutAfterEffect, Fault.ServerErrorAfterEffect, Fault.Garbage })
        {
            foreach (
                var (operation, sentence) in new[]
                {
                    (Operation.OpenLoan, "callback arrives"),
                    (Operation.SendContractOtp, "SMS"),
                    (Operation.SignContract, "is_agreed_by_user"),
                    (Operation.CancelLoan, "before canceling again"),
                }
            )
            {
                // What is no OTP and no loan is not looked for in the answer.
                if (fault == Fault.Garbage && operation != Operation.OpenLoan)
                {
                    continue;
                }

                var calls = Baloan.Books.Calls(operation);
                var answer = await ActAsync(operation, MagicNumbers.For(fault).NationalIdentifier(operation));

                answer.ShouldBeProblem(504, "outcome_unknown").Field("detail").ShouldContain(sentence);
                Baloan.Books.Calls(operation).ShouldBeGreaterThan(calls);
            }
        }
    }

    [Theory]
    [InlineData(4299, 429, "baloan_throttled", true)]
    [InlineData(5039, 504, "outcome_unknown", false)]
    [InlineData(5032, 504, "outcome_unknown", false)]
    [InlineData(4019, 502, "baloan_unauthorized", false)]
    [InlineData(4041, 504, "outcome_unknown", false)]
    [InlineData(4006, 504, "outcome_unknown", false)]
    [InlineData(4007, 504, "outcome_unknown", false)]
    [InlineData(2001, 504, "outcome_unknown", false)]
    public async Task What_Baloan_did_not_carry_out_is_told_as_that_and_what_may_have_been_as_unknown(
        int magic,
        int status,
        string code,
        bool retryAfter
    )
    {
        var customer = MagicNumbers.All.Single(number => number.Code == magic).NationalIdentifier(Operation.CancelLoan);

        var answer = await ActAsync(Operation.CancelLoan, customer);

        answer.ShouldBeProblem(status, code);
        (answer.Headers.RetryAfter is not null).ShouldBe(retryAfter);
    }

    [Theory]
    [MemberData(nameof(NoUuids))]
    public async Task What_is_no_uuid_is_404_and_Baloan_is_not_asked(string uuid)
    {
        foreach (
            var answer in new[]
            {
                await SendRawAsync(HttpMethod.Get, uuid),
                await SendRawAsync(HttpMethod.Get, $"{uuid}/contract"),
                await SendRawAsync(HttpMethod.Post, $"{uuid}/contract/otp"),
                await SendRawAsync(HttpMethod.Post, $"{uuid}/contract/signature"),
                await SendRawAsync(HttpMethod.Post, $"{uuid}/cancel"),
            }
        )
        {
            answer.ShouldBeProblem(404, "not_found").Field("detail").ShouldBe("No loan of this uuid is recorded here.");
        }
    }

    [Theory]
    [InlineData("..")]
    [InlineData("%2E%2E")]
    [InlineData("..;")]
    [InlineData("..%5C..")]
    public async Task No_path_leads_out_of_the_loans(string uuid)
    {
        (await SendRawAsync(HttpMethod.Get, $"{uuid}/contract")).Status.ShouldBe(404);
        (await SendRawAsync(HttpMethod.Post, $"{uuid}/cancel")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_loan_that_nobody_knows_is_404()
    {
        var uuid = Guid.NewGuid();

        (await Api.GetAsync($"{Route}/{uuid}")).ShouldBeProblem(404, "not_found");
        (await Api.GetAsync($"{Route}/{uuid}/contract")).ShouldBeProblem(404, "not_found");
        // A 404 to a call that acts may be of something in front of Baloan.
        (await Api.PostAsync($"{Route}/{uuid}/contract/otp", (HttpContent?)null)).ShouldBeProblem(504, "outcome_unknown");
        (await SignAsync(uuid.ToString(), "11111")).ShouldBeProblem(504, "outcome_unknown");
        (await Api.PostAsync($"{Route}/{uuid}/cancel", (HttpContent?)null)).ShouldBeProblem(504, "outcome_unknown");
    }

    [Fact]
    public async Task An_app_with_the_merchants_contract_alone_says_what_is_missing()
    {
        (await FirstApi.GetAsync("api/loan-policies"))
            .ShouldBeProblem(503, "not_configured")
            .Field("detail")
            .ShouldContain("baloan-partnership");
        (await FirstApi.PostAsync(Route, ALoan())).ShouldBeProblem(503, "not_configured");
        (await FirstApi.PostAsync($"{Route}/{Guid.NewGuid()}/cancel", new JsonObject())).ShouldBeProblem(503, "not_configured");
        // Callbacks need no credentials.
        var uuid = Guid.NewGuid();
        (
            await FirstApi.PostAsync("api/callbacks/loan-state", new JsonObject { ["uuid"] = uuid.ToString(), ["state"] = "created" })
        ).Status.ShouldBe(200);
        (await FirstApi.GetAsync($"{Route}/{uuid}")).Field("state").ShouldBe("created");
    }

    [Fact]
    public async Task No_log_tells_whose_loan_it_is()
    {
        const string Otp = "75319864";
        const string Reason = "a reason with a name in it";
        var secrets = new List<string> { Otp, Reason };
        foreach (
            var customer in new[]
            {
                null,
                MagicNumbers.For(Fault.RefusedWithFieldErrors).NationalIdentifier(Operation.OpenLoan),
                "12345678901234",
            }
        )
        {
            var request = ALoan(customer);
            secrets.AddRange([request["phone_number"]!.GetValue<string>(), request["national_identifier"]!.GetValue<string>()]);
            var answer = await Api.PostAsync(Route, request);
            answer.Status.ShouldBeOneOf(201, 400, 422);
            if (answer.Status == 201)
            {
                await SignAsync(answer.Field("uuid"), Otp);
                Baloan.Loans.MoveOn(Guid.Parse(answer.Field("uuid")));
                var contract = await Api.GetAsync($"{Route}/{answer.Field("uuid")}/contract");
                secrets.Add(new Uri(contract.Json["contract_pdf_file"]!["file"]!.GetValue<string>()).Query);
                foreach (var state in new[] { "canceled", "loan_paid" })
                {
                    (
                        await Api.PostAsync(
                            "api/callbacks/loan-state",
                            new JsonObject
                            {
                                ["uuid"] = answer.Field("uuid"),
                                ["state"] = state,
                                ["reason"] = Reason,
                            }
                        )
                    ).Status.ShouldBe(200);
                }
            }
        }

        var log = Apps.Second.App.LogLines;
        log.ShouldContain(line => line.Contains("has ended as canceled"));
        log.Where(line => secrets.Exists(secret => line.Contains(secret, StringComparison.Ordinal))).ShouldBeEmpty();
    }

    [Fact(Explicit = true)]
    public async Task Pages_are_walked_with_the_continuation()
    {
        await using var app = await RunningApp.StartAsync(Baloan, NewStorage());
        using var api = app.NewClient();
        var uuids = Enumerable.Range(0, 7).Select(_ => Guid.NewGuid().ToString()).ToArray();
        foreach (var uuid in uuids)
        {
            var told = await api.PostAsync("api/callbacks/loan-state", new JsonObject { ["uuid"] = uuid, ["state"] = "canceled" });
            told.Status.ShouldBe(200, told.Text);
        }

        foreach (var state in new[] { "", "&state=canceled", "&state=Canceld" })
        {
            var listed = new List<string>();
            var continuation = "";
            do
            {
                var page = await api.GetAsync($"{Route}?top=3{state}{continuation}");
                page.Status.ShouldBe(200, page.Text);
                listed.AddRange(page.Json["items"]!.AsArray().Select(item => item!["uuid"]!.GetValue<string>()));
                continuation = page.Json["continuation"] is { } next ? $"&continuation={next.GetValue<string>()}" : "";
            } while (continuation.Length > 0);
            listed.ShouldBe(uuids.Reverse());
        }

        (await api.GetAsync($"{Route}?state=blocked")).Text.ShouldBe("""{"items":[],"continuation":null}""");
        (await api.GetAsync($"{Route}?unknown_state=true")).Text.ShouldBe("""{"items":[],"continuation":null}""");
    }

    private static string Persian(string digits) => string.Concat(digits.Select(digit => (char)(digit - '0' + '۰')));

    private static JsonObject ALoan(string? customer = null) =>
        new()
        {
            ["phone_number"] = string.Create(CultureInfo.InvariantCulture, $"0912{Interlocked.Increment(ref phones):D7}"),
            ["national_identifier"] = customer ?? Given.Customer(),
            ["birth_date"] = "1999-02-14",
            ["amount"] = 20_000_000,
            ["loan_due"] = 12,
            ["store"] = 1,
        };

    private Task<ApiAnswer> SignAsync(string uuid, string otp) =>
        Api.PostAsync($"{Route}/{uuid}/contract/signature", new JsonObject { ["otp"] = otp });

    /// <summary>Makes one of the calls that act, on a loan of a customer.</summary>
    private async Task<ApiAnswer> ActAsync(Operation operation, string customer)
    {
        var opened = await Api.PostAsync(Route, ALoan(customer));
        if (operation == Operation.OpenLoan)
        {
            return opened;
        }

        opened.Status.ShouldBe(201, opened.Text);
        var loan = Guid.Parse(opened.Field("uuid"));
        Baloan.Loans.MoveOn(loan);
        var path = $"{Route}/{loan}";
        if (operation == Operation.SignContract)
        {
            (await Api.PostAsync($"{path}/contract/otp", (HttpContent?)null)).Status.ShouldBe(200);
        }

        return operation switch
        {
            Operation.SendContractOtp => await Api.PostAsync($"{path}/contract/otp", (HttpContent?)null),
            Operation.SignContract => await SignAsync(loan.ToString(), MagicNumbers.Otp),
            _ => await Api.PostAsync($"{path}/cancel", (HttpContent?)null),
        };
    }

    /// <summary>Sends a path as it stands, dots and escapes included.</summary>
    private Task<ApiAnswer> SendRawAsync(HttpMethod method, string path) =>
        Api.SendAsync(
            new HttpRequestMessage(
                method,
                new Uri(
                    $"{Apps.Second.App.BaseAddress}api/loans/{path}",
                    new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
                )
            )
        );
}
