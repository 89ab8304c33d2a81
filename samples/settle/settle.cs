// Settles an invoice: credit, OTP, settlement, and asking until it has ended.
// Run: dotnet run settle.cs -- 0012345678 500000 TLC-1001 invoice.pdf
#:property PublishAot=false
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

var (customer, total, code, invoice) = (args[0], long.Parse(args[1]), args[2], args[3]);
using var http = new HttpClient
{
    BaseAddress = new Uri((Environment.GetEnvironmentVariable("BALOAN_API") ?? "http://localhost:7071/api") + "/"),
    Timeout = TimeSpan.FromSeconds(30),
};
http.DefaultRequestHeaders.Add("x-functions-key", Environment.GetEnvironmentVariable("BALOAN_KEY") ?? "");
http.DefaultRequestHeaders.AcceptLanguage.ParseAdd("fa");

var credit = await ReadAsync(await http.PostAsync("merchant/credit-check", Json(new() { ["national_identifier"] = customer })));
Console.WriteLine($"credit {credit["user_credit"]} Toman");

await ReadAsync(await http.PostAsync("merchant/otp", Json(new() { ["national_identifier"] = customer })));
Console.Write("The OTP that the customer got: ");
var otp = Console.ReadLine()!.Trim();

HttpResponseMessage response;
for (var attempt = 1; ; attempt++)
{
    try
    {
        var file = new ByteArrayContent(await File.ReadAllBytesAsync(invoice))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/pdf") },
        };
        var data = new JsonObject
        {
            ["code"] = code,
            ["bill"] = new JsonObject { ["total"] = total },
        };
        response = await http.PostAsync(
            "merchant/settlements",
            new MultipartFormDataContent
            {
                { new StringContent(customer), "national_identifier" },
                { new StringContent(otp), "otp" },
                { new StringContent(data.ToJsonString()), "data" },
                { file, "file", "invoice.pdf" },
            }
        );
        break;
    }
    catch (Exception broken) when (broken is HttpRequestException or TaskCanceledException && attempt < 3)
    {
        // No answer: the same code again. Under one code money is moved once at the most.
        await Task.Delay(2000);
    }
}

var settlement = await ReadAsync(response);
while (response.StatusCode == HttpStatusCode.Accepted)
{
    await Task.Delay(2000);
    response = await http.GetAsync($"merchant/settlements/{Uri.EscapeDataString(code)}");
    settlement = await ReadAsync(response);
}

Console.WriteLine($"{settlement["code"]} {settlement["status"]}");
return settlement["status"]!.ToString() == "settled" ? 0 : 1; // needs_review: nobody knows yet, so hand over nothing

static StringContent Json(JsonObject body) => new(body.ToJsonString(), null, "application/json");

static async Task<JsonObject> ReadAsync(HttpResponseMessage response)
{
    var answer = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
    if (!response.IsSuccessStatusCode)
    {
        Console.Error.WriteLine($"{answer["status"]} {answer["code"]}: {answer["detail"]}");
        Environment.Exit(1);
    }

    return answer;
}
