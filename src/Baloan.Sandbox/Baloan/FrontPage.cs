using System.Globalization;
using System.Net;
using System.Text;

namespace Baloan.Sandbox;

/// <summary>The page that tells a person what the sandbox offers. The magic numbers on it come from their table.</summary>
internal static class FrontPage
{
    private const int RowsShown = 10;

    private const string Style = """
        :root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #0a7a6c; }
        * { box-sizing: border-box; }
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 80rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { margin: 0; } h2 { margin: 2.2rem 0 .5rem; font-size: 1.2rem; }
        p { margin: .4rem 0; max-width: 62rem; }
        a { color: var(--accent); }
        code, td.n { font: .92em ui-monospace, "DejaVu Sans Mono", monospace; }
        td.n { white-space: nowrap; } td.w { white-space: normal; min-width: 7rem; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; }
        th, td { text-align: start; padding: .3rem .7rem; border-bottom: 1px solid var(--line); vertical-align: baseline; }
        th { font-size: .85rem; white-space: nowrap; background: var(--soft); }
        td:first-child { min-width: 12rem; }
        tbody tr:hover { background: var(--soft); }
        """;

    public static Task WriteAsync(HttpResponse response, BaloanServer server)
    {
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        return response.WriteAsync(Html(server));
    }

    private static string Html(BaloanServer server) =>
        $"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Baloan's sandbox</title>
        <style>
        {Style}
        </style></head>
        <body>
        <h1>Baloan's sandbox</h1>
        <p>Baloan's merchant API, versions 1 and 2, and its partnership API, with books of its own. No money is real. <a href="/books">The books as JSON</a></p>

        <h2>Logging in</h2>
        {Table(["", "address", "username", "password"],
        [
            [T("merchant, version 1"), N("POST /api/v1/merchant/token/"), N(BaloanServer.StoreName), N(BaloanServer.StorePassword)],
            [T("merchant, version 2"), N("POST /api/v2/merchant/token/"), N(BaloanServer.StoreUuid), N(BaloanServer.StorePassword)],
            [T("partner"), N("POST /api/v1/partnership/token/"), N(BaloanServer.PartnerName), N(BaloanServer.PartnerPassword)],
        ])}

        <h2>Customers</h2>
        <p>Every national identifier of 10 or 11 digits is a customer, with a credit of {Number(Books.DefaultCredit)} Toman until it is spent or set.
        The OTP is always <code>{MagicNumbers.Otp}</code>; it has to be sent first and counts once. <code>{MagicNumbers.ExpiredOtp}</code> has always expired. Any other is wrong.</p>

        <h2>Loans</h2>
        <p>A loan is <code>created</code>, becomes <code>cheque_verified</code> by itself, waits there for the signature (OTP <code>{MagicNumbers.Otp}</code>, which has to be issued first),
        then becomes <code>send_loan_to_bank</code> and <code>loan_paid</code>. Opening locks the amount in the customer's credit; canceling frees it.
        A phone number belongs to one national identifier. The stores and what they lend:</p>
        {Table(["stores", "amount (million Toman)", "months", "interest (%)"], LoanPolicy.All.Select(IEnumerable<string> (policy) =>
        [
            T(string.Join(", ", policy.Stores.Select(store => string.Create(CultureInfo.InvariantCulture, $"{store.Id} {Isolated(store.Name)}")))),
            N(string.Create(CultureInfo.InvariantCulture, $"from {policy.Lower} to less than {policy.Upper}")),
            N(string.Join(", ", policy.Dues)), N(policy.Rate.ToString(CultureInfo.InvariantCulture)),
        ]))}
        <p>{LoanSettings(server.Loans)}</p>

        <h2>Last settlements</h2>
        {Settlements(server.Books.Settlements)}

        <h2>Last loans</h2>
        {Loans(server.Loans.Snapshot())}

        <h2>Last callbacks</h2>
        {Callbacks(server.Loans.Callbacks)}

        <h2>Magic numbers of the merchant's calls</h2>
        <p>A customer whose national identifier is magic makes one call go wrong: the first digit picks the call, the last four the fault.
        On settle, a total that ends in the four digits does the same. “Every other” call goes wrong, then right: a repeat succeeds.</p>
        {Table(["fault", "strikes", .. MagicNumbers.Prefixes.Select(prefix => Label(prefix.Operation)), "total (Toman)"], MagicNumbers.All.Select(MagicRow))}

        <h2>Magic numbers of the loan calls</h2>
        <p>The same for loans. What counts is the national identifier with which the loan was opened; only the one for “open” makes the opening itself go wrong.
        These customers may have any phone number.</p>
        {Table(["fault", "strikes", .. MagicNumbers.LoanPrefixes.Select(prefix => Label(prefix.Operation))], MagicNumbers.Loans.Concat(MagicNumbers.All).Select(MagicLoanRow))}

        <h2>Switches for tests</h2>
        {Table(["call", "body", "does"],
        [
            [N("GET /books"), N(""), T("shows what was moved, credits, calls by operation, loans and callbacks")],
            [N("POST /books/reset"), N(""), T("empties the books")],
            [N("PUT /sandbox/credit/{national_identifier}"), W("{\"credit\": 5000000}"), T("sets a customer's credit, in Toman")],
            [N("POST /sandbox/otps/expire"), N(""), T("lets every OTP that was sent for a settlement expire")],
            [N("POST /sandbox/transaction-tokens/expire"), N(""), T("lets every transaction token expire")],
            [N("POST /sandbox/tokens/revoke"), N(""), T("makes every access token worthless")],
            [N("PUT /sandbox/loans/settings"), W("{\"step_seconds\": 2, \"callback_url\": \"http://…\", \"duplicates\": true, \"shuffle\": true, \"misspelling\": true}"), T("sets how loans move and are told of; what is left out stays. Step 0: no loan moves by itself. An empty address: no callbacks")],
            [N("POST /sandbox/loans/{uuid}/state"), W("{\"state\": \"blocked\", \"reason\": \"…\"}"), T("changes a loan: next, blocked, unblocked or canceled")],
            [N("PUT /sandbox/credit-lag"), W("{\"seconds\": 20}"), T("makes credit checks answer the credit of some seconds ago")],
            [N("POST /sandbox/faults"), W("{\"operation\": \"settle\", \"fault\": \"unavailable\", \"effect\": \"late\", \"times\": 1, \"seconds\": 5}"), T("makes the next calls of an operation go wrong. effect says whether what was asked for happens all the same: none, now, late (seconds after the answer) or twice (something in front sends it on twice). effect, times and seconds may be left out")],
            [N("DELETE /sandbox/faults"), N(""), T("forgets the faults that have not struck yet")],
        ])}
        <p>Operations: {Codes(Enum.GetValues<Operation>().Select(Snake))}. Faults: {Codes(Fault.All.Select(fault => fault.Name))}.</p>
        </body>
        </html>
        """;

    private static IEnumerable<string> MagicRow(MagicNumber number) =>
        [
            T(number.Fault.Meaning),
            T(number.Once ? "every other" : "every"),
            .. MagicNumbers.Prefixes.Select(prefix => N(number.NationalIdentifier(prefix.Operation))),
            N(number.Total.ToString(CultureInfo.InvariantCulture)),
        ];

    private static IEnumerable<string> MagicLoanRow(MagicNumber number) =>
        [
            T(number.Fault.Meaning),
            T(number.Once ? "every other" : "every"),
            .. MagicNumbers.LoanPrefixes.Select(prefix => N(number.NationalIdentifier(prefix.Operation))),
        ];

    private static string LoanSettings(LoanBooks loans) =>
        (
            loans.Step > TimeSpan.Zero
                ? string.Create(CultureInfo.InvariantCulture, $"Loans move every {loans.Step.TotalSeconds:0.###} s")
                : "Loans do not move by themselves"
        )
        + (
            loans.CallbackUrl is { } url
                ? $"; each change is POSTed to <code>{Escape(url.GetLeftPart(UriPartial.Path))}</code>"
                : "; nobody is told of it"
        )
        + (loans.Duplicates ? ", twice" : "")
        + (loans.Shuffle ? ", in shuffled order" : "")
        + (loans.Misspelling ? ", with canceled misspelt" : "")
        + ".";

    private static string Count(LoanState state, int loans) => $"{Number(loans)} <code>{LoanBooks.Name(state)}</code>";

    private static string Loans(LoansSnapshot loans) =>
        loans.Items.Count == 0
            ? "<p>None yet.</p>"
            : $"<p>{string.Join(", ", loans.ByState.Where(state => state.Value > 0).Select(state => Count(state.Key, state.Value)))}.</p>"
                + Table(
                    ["changed (UTC)", "uuid", "customer", "amount (Toman)", "months", "store", "state", "signed"],
                    loans
                        .Items.Reverse()
                        .Take(RowsShown)
                        .Select(
                            IEnumerable<string> (loan) =>
                                [
                                    N(Time(loan.ChangedAt)),
                                    N(loan.Uuid.ToString()),
                                    N(loan.NationalIdentifier),
                                    N(Number(loan.Amount)),
                                    N(Number(loan.LoanDue)),
                                    N(Number(loan.Store)),
                                    W(LoanBooks.Name(loan.State) + (loan.Reason is null ? "" : $": {loan.Reason}")),
                                    T(loan.IsAgreedByUser ? "yes" : "no"),
                                ]
                        )
                );

    private static string Callbacks(IReadOnlyList<SentCallback> callbacks) =>
        callbacks.Count == 0
            ? "<p>None yet.</p>"
            : $"<p>{Number(callbacks.Count)} sent, each try counted.</p>"
                + Table(
                    ["when (UTC)", "uuid", "state", "try", "answer"],
                    callbacks
                        .Reverse()
                        .Take(RowsShown)
                        .Select(
                            IEnumerable<string> (callback) =>
                                [
                                    N(Time(callback.At)),
                                    N(callback.Uuid.ToString()),
                                    N(callback.State),
                                    N(Number(callback.Try)),
                                    N(callback.Status?.ToString(CultureInfo.InvariantCulture) ?? "none"),
                                ]
                        )
                );

    private static string Settlements(IReadOnlyList<BookedSettlement> settlements) =>
        settlements.Count == 0
            ? "<p>None yet.</p>"
            : Table(
                ["when (UTC)", "code", "customer", "total (Toman)", "invoice (bytes)"],
                settlements
                    .Reverse()
                    .Take(RowsShown)
                    .Select(
                        IEnumerable<string> (settlement) =>
                            [
                                N(Time(settlement.At)),
                                N(settlement.Code),
                                N(settlement.NationalIdentifier),
                                N(Number(settlement.Total)),
                                N(Number(settlement.InvoiceSize)),
                            ]
                    )
            );

    private static string Table(IEnumerable<string> heads, IEnumerable<IEnumerable<string>> rows)
    {
        var html = new StringBuilder("<div class=\"scroll\"><table><thead><tr>");
        foreach (var head in heads)
        {
            html.Append(CultureInfo.InvariantCulture, $"<th>{Escape(head)}</th>");
        }

        html.Append("</tr></thead><tbody>\n");
        foreach (var row in rows)
        {
            html.Append("<tr>").AppendJoin("", row).Append("</tr>\n");
        }

        return html.Append("</tbody></table></div>").ToString();
    }

    private static string T(string text) => $"<td>{Escape(text)}</td>";

    private static string N(string text) => $"<td class=\"n\">{Escape(text)}</td>";

    private static string W(string text) => $"<td class=\"n w\">{Escape(text)}</td>";

    // Persian is written from right to left, which must not turn what stands around it.
    private static string Isolated(string text) => $"\u2068{text}\u2069";

    private static string Codes(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"<code>{Escape(name)}</code>"));

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Label(Operation operation) =>
        operation switch
        {
            Operation.CheckCredit => "credit check",
            Operation.SendOtp => "send OTP",
            Operation.ValidateOtp => "validate OTP (v2)",
            Operation.OpenLoan => "open",
            Operation.GetContract => "get contract",
            Operation.SendContractOtp => "issue OTP",
            Operation.SignContract => "sign",
            Operation.CancelLoan => "cancel",
            _ => "settle",
        };

    private static string Snake(Operation operation) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(operation.ToString());

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
