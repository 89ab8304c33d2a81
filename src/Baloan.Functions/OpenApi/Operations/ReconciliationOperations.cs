using Baloan.Functions.Http;

namespace Baloan.Functions.OpenApi.Operations;

/// <summary>What accountants ask for.</summary>
internal static class ReconciliationOperations
{
    public const string Tag = "Books";

    private const string Reconciled = """
        {"period":{"from":"2026-11-01","to":"2026-11-30"},"matched":1840,"theirs_not_ours":[],"ours_not_theirs":[],
        "different_total":[{"code":"TLC-111111","theirs":510000,"ours":500000,"status":"settled","known_by":"baloan","sent_at":"2026-11-22T01:51:49Z","ended_at":"2026-11-22T01:51:50Z",
        "lines":[{"sheet":null,"line":17,"total":510000,"date":"2026-11-22","time":"05:21:50","reference":"904417"}]}],
        "moved_twice":[],"totals":{"theirs":920510000,"ours":920500000},
        "columns":{"code":"شماره سفارش","total":"مبلغ (ریال)","total_unit":"rial","date":"تاریخ","time":null,"reference":"شماره پیگیری","names":["ردیف","شماره سفارش","مبلغ (ریال)","تاریخ","شماره پیگیری"]},
        "bad_lines":[],"repeated_lines":[],"warnings":[]}
        """;

    public static IEnumerable<ApiOperation> All() =>
        [
            new ApiOperation(
                HttpMethod.Post,
                "/merchant/reconciliations",
                "CreateReconciliation",
                Tag,
                "Hold Baloan’s statement against the app’s books",
                "Compares each line by its code and total with what was settled, and says what differs. Nothing is kept and nothing is "
                    + "changed. "
                    + "Columns are found by their names, Persian or English. What is not clear is asked about: the 400 names the field "
                    + "and the columns that there are."
            )
                .Keyed()
                .Speaking()
                .WithForm(ReconciliationSchemas.Form())
                .Answers(200, "What came of it.", Schemas.Reconciliation, Reconciled)
                .Fails(ApiProblem.File)
                .Fails(ApiProblem.Storage),
            new ApiOperation(
                HttpMethod.Get,
                "/merchant/settlements.csv",
                "ExportSettlements",
                Tag,
                "Export settlements as a table",
                "A line for each attempt that ended in the days, oldest first, as CSV in UTF-8 with a byte order mark: code, outcome, "
                    + "known_by, total (Toman), customer (masked), "
                    + "accepted, sent, ended (ISO 8601, Tehran), error, attempts, note, by. A text that a spreadsheet would take for a "
                    + "formula has an apostrophe before it."
            )
                .Keyed()
                .Speaking()
                .WithQuery("from", Shape.Text("The first day (Asia/Tehran), Gregorian or Jalali."), isRequired: true)
                .WithQuery("to", Shape.Text("The last day, itself included; at most 366 days in all."), isRequired: true)
                .WithQuery(
                    "sums",
                    Shape.Flag("true: sums by outcome and by how it is known follow, as lines with the code “sum”; in attempts, how many.")
                )
                .AnswersFile(200, "The table.", "text/csv")
                .Fails(ApiProblem.Query)
                .Fails(ApiProblem.Storage),
            new ApiOperation(
                HttpMethod.Get,
                "/merchant/settlements/{settlementCode}/invoice",
                "GetInvoice",
                Tag,
                "Get the invoice of a settlement",
                "The PDF as it was sent, to be saved."
            )
                .Keyed()
                .Speaking()
                .WithPath("settlementCode", "The caller's code of the settlement.", "TLC-111111")
                .AnswersFile(200, "The invoice.", "application/pdf")
                .Fails(ApiProblem.NotFound(BookTexts.InvoiceGone))
                .Fails(ApiProblem.Conflict("invoice_changed", BookTexts.InvoiceNotAsSent))
                .Fails(ApiProblem.Storage),
        ];
}
