using Baloan.Core.Loans;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Requests;
using Baloan.Functions.Http.Responses;

namespace Baloan.Functions.OpenApi.Operations;

/// <summary>Loans, and Baloan's callbacks about them.</summary>
internal static class LoanOperations
{
    public const string Tag = "Loans";
    public const string CallbackTag = "Callbacks";
    private const string Uuid = "d4c22af9-3676-4c6e-ab72-2a7b5b22afc5";
    private const string OpeningId = "0f8fad5bd9cb469fa16570867728950e";
    private const string Store = """{"id":2,"title_fa":"فروشگاه دوم","logo":"https://store-2.logo.sample"}""";
    private const string Plan = """{"monthly_installment_amount":1057616,"total_payback":12691397}""";
    private const string Policy = $$"""
        {"stores":[{{Store}}],"amount":{"lower":10,"upper":30,"bounds":"[)"},"possible_loan_dues":[12],"bank_effected_interest_rate":22,
        "installment_formula":"(amount+(amount*bank_effected_interest_rate)/100)/loan_due"}
        """;

    private const string Request =
        """{"phone_number":"09121234567","national_identifier":"07148143380","birth_date":"1991-04-12","amount":10000000,"loan_due":12,"store":2}""";

    private const string Listed = $$"""
        {"uuid":"{{Uuid}}","state":"created","reason":null,"amount":10000000,"loan_due":12,"store":2,"plan_detail":{{Plan}},
        "opened_at":"2026-11-22T01:51:48.1234567Z","updated_at":"2026-11-22T01:52:08.1234567Z"}
        """;

    public static IEnumerable<ApiOperation> All() =>
        [
            new ApiOperation(
                HttpMethod.Get,
                "/loan-policies",
                "GetLoanPolicies",
                Tag,
                "Get the loan policies",
                "Baloan's policies as they are, or those that fit an amount, a due and a store."
            )
                .Keyed()
                .Speaking()
                .WithQuery("amount", Shape.Toman("Only policies that lend this amount.", WholeNumber.LargestAmount))
                .WithQuery("loan_due", Shape.Number("Only policies with this number of months.", 1, WholeNumber.LargestAmount))
                .WithQuery("store", Shape.Number("Only policies for this store.", 1, WholeNumber.LargestAmount))
                .Answers(200, "The policies.", Shape.ListOf("The policies.", Shape.Of(Schemas.LoanPolicy)), $"[{Policy}]")
                .Fails(ApiProblem.Query)
                .Fails(ApiProblem.Baloan()),
            new ApiOperation(
                HttpMethod.Get,
                "/loan-policies/stores",
                "GetLoanStores",
                Tag,
                "Get the stores that loans are for",
                "Every store of Baloan's policies, each once."
            )
                .Keyed()
                .Speaking()
                .Answers(200, "The stores.", Shape.ListOf("The stores.", Shape.Of(Schemas.Store)), $"[{Store}]")
                .Fails(ApiProblem.Baloan()),
            new ApiOperation(
                HttpMethod.Post,
                "/loans",
                "OpenLoan",
                Tag,
                "Open a loan file",
                "Opens a loan file at Baloan and records it here. Without a key, opens one each time that it is called."
            )
                .Keyed()
                .Speaking()
                .WithHeader(
                    "Idempotency-Key",
                    Shape.Text(
                        "Names the loan: the same request under the same key opens one loan at the most, and is answered as the first "
                            + "time. Visible ASCII.",
                        255
                    )
                )
                .WithBody(Schemas.LoanRequest, Request)
                .Answers(201, "It is opened.", Schemas.OpenedLoan, $$"""{"uuid":"{{Uuid}}","plan_detail":{{Plan}},{{Request[1..]}}""")
                .WithLocation(201, "The loan.")
                .Fails(ApiProblem.Body)
                .Fails(ApiProblem.Key)
                .Fails(ApiProblem.Baloan(Texts.OpeningOutcomeUnknown))
                .Fails(ApiProblem.Loan)
                .Fails(ApiProblem.Storage),
            new ApiOperation(
                HttpMethod.Get,
                "/loan-openings",
                "ListLoanOpenings",
                Tag,
                "List openings of unknown outcome",
                "A page of the openings of which nobody knows whether Baloan opened the loan, newest first."
            )
                .Keyed()
                .Speaking()
                .WithPaging()
                .Answers(
                    200,
                    "A page.",
                    Schemas.LoanOpeningPage,
                    $$"""{"items":[{{Opening("unknown", "null", "null")}}],"continuation":null}"""
                )
                .Fails(ApiProblem.Query)
                .Fails(ApiProblem.Storage),
            new ApiOperation(
                HttpMethod.Post,
                "/loan-openings/{id}/resolve",
                "ResolveLoanOpening",
                Tag,
                "Decide about an opening",
                "A person says what could not be found out. After not_opened, the same request is sent anew."
            )
                .Keyed()
                .Speaking()
                .WithPath("id", "The opening's id.", OpeningId)
                .WithBody(
                    Schemas.LoanOpeningDecision,
                    $$"""{"outcome":"opened","uuid":"{{Uuid}}","note":"Baloan confirmed by phone.","by":"Support"}"""
                )
                .Answers(
                    200,
                    "It is decided.",
                    Schemas.LoanOpening,
                    Opening(
                        "opened",
                        $"\"{Uuid}\"",
                        """
                        {"outcome":"opened","note":"Baloan confirmed by phone.","by":"Support","at":"2026-11-22T02:10:00.1234567Z"}
                        """
                    )
                )
                .Fails(ApiProblem.Body)
                .Fails(ApiProblem.NotFound(Texts.NoLoanOpening))
                .Fails(ApiProblem.Conflict("not_in_review", Texts.LoanOpeningNotOpen))
                .Fails(ApiProblem.Storage),
            new ApiOperation(HttpMethod.Get, "/loans", "ListLoans", Tag, "List loans", "A page of loans, last changed first.")
                .Keyed()
                .Speaking()
                .WithQuery("state", Shape.OneOf("Only loans in this state.", LoanStates.All))
                .WithQuery("unknown_state", Shape.Flag("Only loans of which no state has come but unknown ones; not beside a state."))
                .WithPaging()
                .Answers(200, "A page.", Schemas.LoanPage, $$"""{"items":[{{Listed}}],"continuation":null}""")
                .Fails(ApiProblem.Query)
                .Fails(ApiProblem.Storage),
            OfLoan(
                    HttpMethod.Get,
                    "",
                    "GetLoan",
                    "Get a loan",
                    "The loan's state and history, as recorded here. A page after the first has unknown states alone."
                )
                .WithQuery("continuation", Shape.Text("The history_continuation of the page before; none for the first page."))
                .Answers(
                    200,
                    "The loan.",
                    Schemas.Loan,
                    Listed.TrimEnd('}', '\n')
                        + ""","history":[{"state":"created","reason":null,"received_at":"2026-11-22T01:52:08.1234567Z","note":null}],"history_continuation":null}"""
                )
                .Fails(ApiProblem.Query)
                .Fails(ApiProblem.Storage),
            OfLoan(
                    HttpMethod.Get,
                    "/contract",
                    "GetContract",
                    "Get a loan's contract",
                    "Baloan has it once the cheque is verified. The address of the file expires."
                )
                .Answers(
                    200,
                    "The contract.",
                    Schemas.Contract,
                    $$"""
                    {"contract_pdf_file":{"uuid":"{{Uuid}}","file":"https://files.example.com/contract.pdf?signature=x"},"is_agreed_by_user":false}
                    """
                )
                .Fails(ApiProblem.Baloan())
                .Fails(ApiProblem.NotFound(Texts.NoLoan))
                .Fails(ApiProblem.Loan),
            OfLoan(
                    HttpMethod.Post,
                    "/contract/otp",
                    "SendContractOtp",
                    "Send the OTP for a contract",
                    "Has Baloan send the customer the OTP to sign with."
                )
                .Answers(200, "It is sent.", Schemas.Nothing, "{}")
                .Fails(ApiProblem.Baloan(Texts.OtpOutcomeUnknown))
                .Fails(ApiProblem.Loan),
            OfLoan(
                    HttpMethod.Post,
                    "/contract/signature",
                    "SignContract",
                    "Sign a loan's contract",
                    "Signs the contract with the customer's OTP."
                )
                .WithBody(Schemas.Signature, """{"otp":"11111"}""")
                .Answers(200, "It is signed.", Schemas.Nothing, "{}")
                .Fails(ApiProblem.Body)
                .Fails(ApiProblem.Baloan(Texts.SigningOutcomeUnknown))
                .Fails(ApiProblem.Loan),
            OfLoan(HttpMethod.Post, "/cancel", "CancelLoan", "Cancel a loan file", "Cancels the loan file, which frees the guarantee.")
                .Answers(200, "It is canceled.", Schemas.Nothing, "{}")
                .Fails(ApiProblem.Baloan(Texts.CancelOutcomeUnknown))
                .Fails(ApiProblem.Loan),
            new ApiOperation(
                HttpMethod.Post,
                "/callbacks/loan-state",
                "LoanStateCallback",
                CallbackTag,
                "Take a change of a loan's state from Baloan",
                "For Baloan to call. 200 means that it is on disk; the same one again changes nothing."
            )
                .Keyed()
                .Speaking()
                .WithBody(Schemas.LoanStateCallback, $$"""{"uuid":"{{Uuid}}","state":"cheque_verified","reason":null}""")
                .Answers(200, "It is recorded.", Schemas.Nothing, "{}")
                .Fails(ApiProblem.Body)
                .Fails(ApiProblem.Storage),
        ];

    private static string Opening(string status, string uuid, string resolution) =>
        $$"""
            {"id":"{{OpeningId}}","status":"{{status}}","national_identifier":"*******3380","phone_number":"*******4567","amount":10000000,
            "loan_due":12,"store":2,"uuid":{{uuid}},"sendings":[{"at":"2026-11-22T01:51:48.1234567Z","answer":"unknown 503"}],
            "resolution":{{resolution}},"created_at":"2026-11-22T01:51:48.1234567Z","updated_at":"2026-11-22T01:52:08.1234567Z"}
            """;

    private static ApiOperation OfLoan(HttpMethod method, string path, string id, string summary, string description) =>
        new ApiOperation(method, "/loans/{uuid}" + path, id, Tag, summary, description)
            .Keyed()
            .Speaking()
            .WithPath("uuid", "Baloan's uuid of the loan.", Uuid)
            .Fails(ApiProblem.NotFound(Texts.NoLoan));
}
