using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Baloan.Sandbox;

/// <summary>
/// One loan through the function app's HTTP API, from the policies to <c>loan_paid</c>, with the callbacks of Baloan's sandbox.
/// </summary>
internal sealed class LoanDemonstration(Uri app, string? key, BaloanServer baloan, SandboxConsole console)
{
    // Those of the document's sample.
    private const string Customer = "07148143380";
    private const long Amount = 10_000_000;

    /// <summary>Runs it once.</summary>
    /// <exception cref="SandboxException">It did not end as it should; the message says which step, and why.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var calls = new ShownCalls(app, key, console, 8);

        calls.Head("Which stores lend 10,000,000 Toman?");
        var policies = await calls.GetAsync(
            string.Create(CultureInfo.InvariantCulture, $"api/loan-policies?amount={Amount}"),
            [],
            cancellationToken
        );
        foreach (var policy in policies.Body.AsArray())
        {
            var stores = policy!["stores"]!.AsArray().Select(store => $"{store!["id"]} {store["title_fa"]}");
            console.Answer($"stores {string.Join(", ", stores)}: {string.Join(" or ", policy["possible_loan_dues"]!.AsArray())} months");
        }

        calls.Head("Open a loan file: Baloan locks the guarantee");
        var opened = await calls.PostAsync(
            "api/loans",
            new()
            {
                ["phone_number"] = "09123456789",
                ["national_identifier"] = Customer,
                ["birth_date"] = "1999-02-14",
                ["amount"] = Amount,
                ["loan_due"] = 12,
                ["store"] = 1,
            },
            HttpStatusCode.Created,
            ["uuid"],
            cancellationToken
        );
        console.Answer($"Location: {opened.Location}");
        var location = opened.AbsoluteLocation();
        var uuid = opened.Text("uuid");

        calls.Head("Wait until Baloan calls back that the cheque is verified");
        await WaitAsync(calls, location, "cheque_verified", cancellationToken);

        calls.Head("Get the contract");
        var contract = await calls.GetAsync($"api/loans/{uuid}/contract", ["is_agreed_by_user"], cancellationToken);
        var pdf = await calls.DownloadAsync(new Uri(contract.Body["contract_pdf_file"]!["file"]!.ToString()), cancellationToken);
        console.Done(string.Create(CultureInfo.InvariantCulture, $"Its address opens a PDF of {pdf.Length} bytes, for an hour."));

        calls.Head("Send the customer the OTP that signs it");
        await calls.PostAsync($"api/loans/{uuid}/contract/otp", null, HttpStatusCode.OK, [], cancellationToken);

        calls.Head("The customer tells the OTP: sign");
        await calls.PostAsync(
            $"api/loans/{uuid}/contract/signature",
            new() { ["otp"] = MagicNumbers.Otp },
            HttpStatusCode.OK,
            [],
            cancellationToken
        );

        calls.Head("Wait until Baloan calls back that the loan is paid");
        var paid = await WaitAsync(calls, location, "loan_paid", cancellationToken);
        console.Rows([
            .. ((JsonArray)paid.Body["history"]!).Select(entry => (entry!["state"]!.ToString(), $"received at {entry["received_at"]}")),
        ]);

        calls.Head("What Baloan's books say");
        await CheckBooksAsync(calls, Guid.Parse(uuid), cancellationToken);
    }

    private static async Task<Answered> WaitAsync(ShownCalls calls, Uri location, string state, CancellationToken cancellationToken)
    {
        string[] ends = [state, "loan_paid", "canceled", "blocked"];
        var loan = await calls.PollAsync(location, "state", answer => ends.Contains(answer.Text("state")), ["state"], cancellationToken);
        return loan.Text("state") == state ? loan : throw new SandboxException($"The loan is '{loan.Text("state")}', and not '{state}'.");
    }

    private async Task CheckBooksAsync(ShownCalls calls, Guid uuid, CancellationToken cancellationToken)
    {
        // The last callback may have been recorded by the app and its answer still be on the way.
        var until = DateTimeOffset.UtcNow + ShownCalls.Patience;
        while (!Answered(baloan.Loans.Callbacks, uuid).Contains("loan_paid") && DateTimeOffset.UtcNow < until)
        {
            await Task.Delay(50, cancellationToken);
        }

        var books = await calls.BooksAsync(baloan, cancellationToken);
        var loans = books.Loans!.Items.Where(loan => loan.NationalIdentifier == Customer).ToList();
        if (loans is not [{ State: LoanState.LoanPaid, IsAgreedByUser: true, Amount: Amount } loan] || loan.Uuid != uuid)
        {
            throw new SandboxException($"Baloan's books do not have exactly one loan of {Customer} that is signed and paid.");
        }

        var callbacks = Answered(books.Loans.Callbacks, uuid);
        if (!callbacks.SequenceEqual(["created", "cheque_verified", "send_loan_to_bank", "loan_paid"]))
        {
            throw new SandboxException(
                $"The app took these callbacks of loan {uuid}, and not each state once: {string.Join(", ", callbacks)}."
            );
        }

        console.Rows([
            ("loan", loan.Uuid.ToString()),
            ("customer", loan.NationalIdentifier),
            (
                "amount",
                string.Create(CultureInfo.InvariantCulture, $"{loan.Amount:#,0} Toman over {loan.LoanDue} months at store {loan.Store}")
            ),
            ("state", LoanBooks.Name(loan.State)),
            ("callbacks", string.Create(CultureInfo.InvariantCulture, $"{callbacks.Count}, each answered with 200")),
            ("credit left", string.Create(CultureInfo.InvariantCulture, $"{books.Credits[Customer]:#,0} Toman")),
        ]);
        console.Done("The loan was opened once, signed and paid, and the app was told of each step.");
    }

    private static List<string> Answered(IReadOnlyList<SentCallback> callbacks, Guid uuid) =>
        [.. callbacks.Where(callback => callback.Uuid == uuid && callback.Status == 200).Select(callback => callback.State)];
}
