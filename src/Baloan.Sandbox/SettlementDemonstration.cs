using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Baloan.Sandbox;

/// <summary>One settlement through the function app's HTTP API.</summary>
internal sealed class SettlementDemonstration(Uri app, string? key, BaloanServer baloan, string merchantVersion, SandboxConsole console)
{
    private const string Customer = "0012345678";
    private const long Total = 1_250_000;

    /// <summary>Runs it once.</summary>
    /// <exception cref="SandboxException">It did not end as it should; the message says which step, and why.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var calls = new ShownCalls(app, key, console, merchantVersion == "v1" ? 5 : 6);
        var code = "DEMO-" + DateTimeOffset.UtcNow.ToString("MMdd-HHmmss", CultureInfo.InvariantCulture);

        calls.Head("How much credit has the customer?");
        await PostAsync(calls, "credit-check", new() { ["national_identifier"] = Customer }, "user_credit", cancellationToken);

        calls.Head("Send the customer an OTP");
        await PostAsync(calls, "otp", new() { ["national_identifier"] = Customer }, "", cancellationToken);

        var proof = ("otp", MagicNumbers.Otp);
        if (merchantVersion != "v1")
        {
            calls.Head("The customer tells the OTP: exchange it for a transaction token");
            var validated = await PostAsync(
                calls,
                "otp/validate",
                new() { ["national_identifier"] = Customer, ["otp"] = MagicNumbers.Otp },
                "token",
                cancellationToken
            );
            proof = ("token", validated.Text("token"));
        }

        calls.Head("Hand in the invoice");
        var location = await HandInAsync(calls, code, proof, cancellationToken);

        calls.Head("Wait until it is settled");
        var settlement = await calls.PollAsync(
            location,
            "status",
            answer => answer.Status == HttpStatusCode.OK,
            ["status", "known_by", "user_credit"],
            cancellationToken
        );
        if (settlement.Text("status") != "settled")
        {
            throw new SandboxException(
                $"The settlement ended as '{settlement.Text("status")}': {settlement.Body["error"]?.ToJsonString() ?? "no error is given"}."
            );
        }

        calls.Head("What Baloan's books say");
        await CheckBooksAsync(calls, code, cancellationToken);
    }

    private static Task<Answered> PostAsync(
        ShownCalls calls,
        string path,
        JsonObject body,
        string shown,
        CancellationToken cancellationToken
    ) => calls.PostAsync($"api/merchant/{path}", body, HttpStatusCode.OK, [shown], cancellationToken);

    private async Task<Uri> HandInAsync(
        ShownCalls calls,
        string code,
        (string Name, string Value) proof,
        CancellationToken cancellationToken
    )
    {
        var address = new Uri(app, "api/merchant/settlements");
        var data = new JsonObject
        {
            ["code"] = code,
            ["bill"] = new JsonObject { ["total"] = Total },
        }.ToJsonString();
        console.Command([
            "curl",
            "-i",
            "-X POST",
            CurlLine.Quote(address.AbsoluteUri),
            .. calls.Key,
            $"--form-string 'national_identifier={Customer}'",
            $"--form-string {CurlLine.Quote($"{proof.Name}={proof.Value}")}",
            $"--form-string {CurlLine.Quote($"data={data}")}",
            $"-F {CurlLine.FilePart("file", InvoicePath(), "application/pdf")}",
        ]);

        await using var file = File.OpenRead(BuildPaths.SampleInvoice);
        var pdf = new StreamContent(file) { Headers = { ContentType = new MediaTypeHeaderValue("application/pdf") } };
        var form = new MultipartFormDataContent
        {
            { new StringContent(Customer), "national_identifier" },
            { new StringContent(proof.Value), proof.Name },
            { new StringContent(data), "data" },
            { pdf, "file", "invoice.pdf" },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = form };
        var answer = await calls.SendAsync(request, [HttpStatusCode.Accepted], ["code", "status"], cancellationToken);
        console.Answer($"Location: {answer.Location}");
        return answer.AbsoluteLocation();
    }

    // As short as it can be said from where the reader stands.
    private static string InvoicePath()
    {
        // 'dotnet run --project' stands in the project's folder; the shell in which the reader types does not.
        var shell = Environment.GetEnvironmentVariable("PWD");
        var relative = Path.GetRelativePath(Path.IsPathRooted(shell) ? shell : Environment.CurrentDirectory, BuildPaths.SampleInvoice);
        return relative.Length < BuildPaths.SampleInvoice.Length ? relative : BuildPaths.SampleInvoice;
    }

    private async Task CheckBooksAsync(ShownCalls calls, string code, CancellationToken cancellationToken)
    {
        var books = await calls.BooksAsync(baloan, cancellationToken);
        var booked = books.Settlements.Where(settlement => settlement.Code == code).ToList();
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(BuildPaths.SampleInvoice, cancellationToken)));
        if (booked is not [{ Total: Total, NationalIdentifier: Customer } settlement] || settlement.InvoiceSha256 != sha256)
        {
            throw new SandboxException($"Baloan's books do not have exactly one settlement {code} of {Total} Toman with this invoice.");
        }

        console.Rows([
            ("code", settlement.Code),
            ("customer", settlement.NationalIdentifier),
            ("total", string.Create(CultureInfo.InvariantCulture, $"{settlement.Total:#,0} Toman")),
            ("invoice", string.Create(CultureInfo.InvariantCulture, $"{settlement.InvoiceSize} bytes")),
            ("its SHA-256", settlement.InvoiceSha256),
            ("moved at", settlement.At.ToString("u", CultureInfo.InvariantCulture)),
            ("credit left", string.Create(CultureInfo.InvariantCulture, $"{books.Credits[Customer]:#,0} Toman")),
        ]);
        console.Done("The money was moved once, and the invoice arrived byte for byte.");
    }
}
