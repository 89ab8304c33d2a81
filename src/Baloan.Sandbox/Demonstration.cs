using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Baloan.Sandbox;

/// <summary>One settlement through the function app's HTTP API; each call is shown as the curl line that does the same.</summary>
internal sealed class Demonstration(Uri app, BaloanServer baloan, string merchantVersion, SandboxConsole console)
{
    private const string Customer = "0012345678";
    private const long Total = 1_250_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs it once.</summary>
    /// <exception cref="SandboxException">It did not end as it should; the message says which step, and why.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = app };
        var code = "DEMO-" + DateTimeOffset.UtcNow.ToString("MMdd-HHmmss", CultureInfo.InvariantCulture);
        var steps = merchantVersion == "v1" ? 5 : 6;
        var step = 0;
        void Head(string text) => console.Title(string.Create(CultureInfo.InvariantCulture, $"{++step}/{steps} {text}"));

        Head("How much credit has the customer?");
        await PostAsync(http, "credit-check", new() { ["national_identifier"] = Customer }, cancellationToken);

        Head("Send the customer an OTP");
        await PostAsync(http, "otp", new() { ["national_identifier"] = Customer }, cancellationToken);

        var proof = ("otp", MagicNumbers.Otp);
        if (merchantVersion != "v1")
        {
            Head("The customer tells the OTP: exchange it for a transaction token");
            var validated = await PostAsync(http, "otp/validate", new() { ["national_identifier"] = Customer, ["otp"] = MagicNumbers.Otp }, cancellationToken);
            proof = ("token", Text(validated, "token"));
        }

        Head("Hand in the invoice");
        var location = await HandInAsync(http, code, proof, cancellationToken);

        Head("Wait until it is settled");
        await WaitAsync(http, location, cancellationToken);

        Head("What Baloan's books say");
        await CheckBooksAsync(http, code, cancellationToken);
    }

    private async Task<JsonObject> PostAsync(HttpClient http, string path, JsonObject body, CancellationToken cancellationToken)
    {
        var address = new Uri(app, $"api/merchant/{path}");
        console.Command($"curl -X POST '{address}' -H 'Content-Type: application/json' -d '{body.ToJsonString()}'");
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = JsonContent.Create(body) };
        var (_, answer) = await SendAsync(http, request, [HttpStatusCode.OK], cancellationToken);
        return answer;
    }

    private async Task<Uri> HandInAsync(HttpClient http, string code, (string Name, string Value) proof, CancellationToken cancellationToken)
    {
        var address = new Uri(app, "api/merchant/settlements");
        var data = new JsonObject { ["code"] = code, ["bill"] = new JsonObject { ["total"] = Total } }.ToJsonString();
        console.Command(
            $"curl -i -X POST '{address}' --form-string 'national_identifier={Customer}' --form-string '{proof.Name}={proof.Value}' "
            + $"--form-string 'data={data}' -F 'file=@{BuildPaths.SampleInvoice};type=application/pdf'");

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
        var (response, _) = await SendAsync(http, request, [HttpStatusCode.Accepted], cancellationToken);
        console.Answer($"Location: {response.Location}");
        return response.Location is { IsAbsoluteUri: true } location
            ? location
            : throw new SandboxException("The settlement was accepted, but its Location is not an absolute address.");
    }

    private async Task WaitAsync(HttpClient http, Uri location, CancellationToken cancellationToken)
    {
        console.Command($"curl -i '{location}'");
        var until = DateTimeOffset.UtcNow + Patience;
        var last = "";
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, location);
            var (response, settlement) = await SendAsync(http, request, [HttpStatusCode.Accepted, HttpStatusCode.OK], cancellationToken, quietAfter: last);
            last = Text(settlement, "status");
            if (response.Status == HttpStatusCode.OK)
            {
                if (last != "settled")
                {
                    throw new SandboxException($"The settlement ended as '{last}': {settlement["error"]?.ToJsonString() ?? "no error is given"}.");
                }

                return;
            }

            if (DateTimeOffset.UtcNow > until)
            {
                throw new SandboxException($"The settlement is still '{last}' after {Patience.TotalMinutes} minutes.");
            }

            await Task.Delay(response.RetryAfter ?? TimeSpan.FromSeconds(1), cancellationToken);
        }
    }

    private async Task CheckBooksAsync(HttpClient http, string code, CancellationToken cancellationToken)
    {
        var address = new Uri(baloan.BaseAddress, "books");
        console.Command($"curl '{address}'");
        var books = await http.GetFromJsonAsync(address, SandboxJson.Default.BooksSnapshot, cancellationToken);
        var booked = books!.Settlements.Where(settlement => settlement.Code == code).ToList();
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(BuildPaths.SampleInvoice, cancellationToken)));
        if (booked is not [{ Total: Total, NationalIdentifier: Customer } settlement] || settlement.InvoiceSha256 != sha256)
        {
            throw new SandboxException($"Baloan's books do not have exactly one settlement {code} of {Total} Toman with this invoice.");
        }

        console.Rows(
        [
            ("code", settlement.Code),
            ("customer", settlement.NationalIdentifier),
            ("total", $"{Toman(settlement.Total)} Toman"),
            ("invoice", string.Create(CultureInfo.InvariantCulture, $"{settlement.InvoiceSize} bytes, SHA-256 {settlement.InvoiceSha256}")),
            ("moved at", settlement.At.ToString("u", CultureInfo.InvariantCulture)),
            ("credit left", $"{Toman(books.Credits[Customer])} Toman"),
        ]);
        console.Done("The money was moved once, and the invoice arrived byte for byte.");
    }

    private async Task<(Answered Response, JsonObject Body)> SendAsync(
        HttpClient http, HttpRequestMessage request, HttpStatusCode[] expected, CancellationToken cancellationToken, string? quietAfter = null)
    {
        var call = $"{request.Method} {request.RequestUri!.AbsolutePath}";
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            var body = Parse(text);
            if (quietAfter is null || body?["status"]?.ToString() != quietAfter)
            {
                console.Answer(string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode} {text}"));
            }

            if (!expected.Contains(response.StatusCode) || body is null)
            {
                throw new SandboxException(string.Create(
                    CultureInfo.InvariantCulture, $"The function app answered {call} with {(int)response.StatusCode}{(body is null ? " and no JSON object" : $": {body["detail"] ?? body["status"]}")}"));
            }

            return (new(response.StatusCode, response.Headers.Location, response.Headers.RetryAfter?.Delta), body);
        }
        catch (HttpRequestException failure)
        {
            throw new SandboxException($"The function app did not answer {call}: {failure.Message}");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SandboxException($"The function app did not answer {call} in time.");
        }
    }

    private static JsonObject? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Text(JsonObject answer, string name) =>
        answer[name]?.ToString() ?? throw new SandboxException($"The function app's answer has no '{name}'.");

    private static string Toman(long amount) => amount.ToString("#,0", CultureInfo.InvariantCulture);

    private sealed record Answered(HttpStatusCode Status, Uri? Location, TimeSpan? RetryAfter);
}
