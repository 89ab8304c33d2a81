using Baloan.Core.Settlements;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Responses;

namespace Baloan.Functions.OpenApi.Operations;

/// <summary>Settlements.</summary>
internal static class SettlementOperations
{
    public const string Tag = "Settlements";
    private const string Path = "/merchant/settlements";
    private const string Queued = """
        {"code":"TLC-111111","status":"queued","national_identifier":"******5678","total":500000,"attempts":1,"user_credit":null,"inferred":false,"known_by":null,"error":null,
        "resolution":null,"evidence":{"credit_before":null,"credit_after":null,"sendings":[]},
        "invoice":{"blob":"2026-11-22/3f0c.pdf","name":"invoice.pdf","size":3047,"sha256":"e03cff45e0c31642184994f3f358a66bd1da8fa1f4aca6f1b120d9918a9da52d"},
        "created_at":"2026-11-22T01:51:48.1234567Z","sent_at":null,"ended_at":null,"updated_at":"2026-11-22T01:51:48.1234567Z"}
        """;

    public static readonly string Settled = Queued
        .Replace("\"queued\"", "\"settled\"")
        .Replace("\"user_credit\":null", "\"user_credit\":98250000")
        .Replace("\"known_by\":null", "\"known_by\":\"baloan\"")
        .Replace(
            """{"credit_before":null,"credit_after":null,"sendings":[]}""",
            """{"credit_before":98750000,"credit_after":98250000,"sendings":[{"at":"2026-11-22T01:51:49Z","answer":"yes 200"}]}"""
        )
        .Replace("\"sent_at\":null,\"ended_at\":null", "\"sent_at\":\"2026-11-22T01:51:49Z\",\"ended_at\":\"2026-11-22T01:51:50Z\"");

    private static readonly string Withdrawn = Queued
        .Replace("\"queued\"", "\"failed\"")
        .Replace("\"error\":null", $"\"error\":{{\"code\":\"withdrawn\",\"message\":\"{Texts.Withdrawn.English}\"}}")
        .Replace("\"ended_at\":null", "\"ended_at\":\"2026-11-22T01:51:50Z\"");

    public static IEnumerable<ApiOperation> All() =>
        [
            new ApiOperation(
                HttpMethod.Post,
                Path,
                "CreateSettlement",
                Tag,
                "Settle an invoice",
                "Accepts a settlement. 202 means that it is recorded and will be carried out, whatever process dies: poll Location until "
                    + "it answers 200. "
                    + "The code is the idempotency key: the same POST again sends nothing and answers with what is there. "
                    + "After rejected or failed it is a new attempt. "
                    + "Where the invoice is in the container invoices already, the same fields may come as application/json instead, "
                    + "with data as an object and, in place of file, invoice_blob, the blob's name: "
                    + """{"national_identifier":"0012345678","otp":"11111","data":{"code":"TLC-111111","bill":{"total":500000}},"""
                    + "\"invoice_blob\":\"invoice-111111.pdf\"}. "
                    + "It is not in this document: tools that make clients of it take one kind of body for a call."
            )
                .Keyed()
                .Speaking()
                .WithForm(Schemas.SettlementForm())
                .Answers(202, "It is accepted and on its way.", Schemas.Settlement, Queued)
                .WithLocation(202, "Where to poll.")
                .WithRetryAfter(202)
                .Answers(200, "A settlement of this code has ended before.", Schemas.Settlement, Settled)
                .WithLocation(200, "The settlement.")
                .Fails(ApiProblem.Body)
                .Fails(ApiProblem.File)
                .Fails(ApiProblem.Storage)
                .Fails(ApiProblem.Vault)
                .Fails(ApiProblem.Conflict("settlement_conflict", Texts.InvoiceConflict))
                .WithLocation(409, "The settlement that is there."),
            new ApiOperation(
                HttpMethod.Get,
                Path,
                "ListSettlements",
                Tag,
                "List settlements",
                "A page of settlements, newest first. All that is asked for has to be true of each. Each page is read by one range of an "
                    + "index, of which at most a thousand "
                    + "entries are looked at: it may have fewer items than asked for, also none, and a continuation all the same."
            )
                .Keyed()
                .Speaking()
                .WithQuery(
                    "status",
                    Shape.OneOf("Only settlements of this status.", SettlementStatuses.All.Select(status => status.Name()))
                )
                .WithQuery("from", Shape.Text("Only those accepted on this day or later (Asia/Tehran): 2026-11-30, or Jalali 1405-09-09."))
                .WithQuery("to", Shape.Text("Only those accepted on this day or earlier (Asia/Tehran): 2026-11-30, or Jalali 1405-09-09."))
                .WithQuery("customer", Shape.Text("Only those of the customer with this national identifier."))
                .WithQuery(
                    "code",
                    Shape.Text(
                        "Only those whose code begins so. Where the function key comes in the query too, it has to be the first code "
                            + "there; better send it in the header."
                    )
                )
                .WithPaging()
                .Answers(200, "A page.", Schemas.SettlementPage, $$"""{"items":[{{Settled}}],"continuation":null}""")
                .Fails(ApiProblem.Query)
                .Fails(ApiProblem.Storage)
                .Fails(ApiProblem.Vault),
            new ApiOperation(
                HttpMethod.Get,
                $"{Path}/{{settlementCode}}",
                "GetSettlement",
                Tag,
                "Get a settlement",
                "202 until it has ended, then 200."
            )
                .Keyed()
                .Speaking()
                .WithPath("settlementCode", "The caller's code of the settlement.", "TLC-111111")
                .Answers(200, "It has ended.", Schemas.Settlement, Settled)
                .Answers(202, "It is on its way.", Schemas.Settlement, Queued)
                .WithLocation(202, "Where to poll.")
                .WithRetryAfter(202)
                .Fails(ApiProblem.NotFound(Texts.NoSettlement))
                .Fails(ApiProblem.Storage),
            new ApiOperation(
                HttpMethod.Delete,
                $"{Path}/{{settlementCode}}",
                "WithdrawSettlement",
                Tag,
                "Withdraw a settlement",
                "Only what has not been sent can be withdrawn: no money is moved for it then."
            )
                .Keyed()
                .Speaking()
                .WithPath("settlementCode", "The caller's code of the settlement.", "TLC-111111")
                .Answers(200, "It is withdrawn.", Schemas.Settlement, Withdrawn)
                .Fails(ApiProblem.NotFound(Texts.NoSettlement))
                .Fails(ApiProblem.Storage)
                .Fails(ApiProblem.Conflict("too_late", Texts.TooLate.With("submitting"))),
            new ApiOperation(
                HttpMethod.Post,
                $"{Path}/{{settlementCode}}/resolve",
                "ResolveSettlement",
                Tag,
                "Resolve a settlement that needs review",
                "A person says whether the money was moved, after asking Baloan. Also one that is verifying, once the waiting time is over."
            )
                .Keyed()
                .Speaking()
                .WithPath("settlementCode", "The caller's code of the settlement.", "TLC-111111")
                .WithBody(Schemas.Resolution, """{"outcome":"settled","note":"Baloan has it in its books.","by":"Sara"}""")
                .Answers(200, "It is resolved.", Schemas.Settlement, Settled)
                .Fails(ApiProblem.Body)
                .Fails(ApiProblem.NotFound(Texts.NoSettlement))
                .Fails(ApiProblem.Storage)
                .Fails(ApiProblem.Conflict("not_in_review", Texts.NotInReview.With("settled"))),
        ];
}
