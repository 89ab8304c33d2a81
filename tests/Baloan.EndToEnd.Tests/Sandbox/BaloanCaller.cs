using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests.Sandbox;

/// <summary>Calls Baloan's API as its documents' samples do, with plain HTTP.</summary>
internal sealed class BaloanCaller(BaloanServer server) : IDisposable
{
    public static readonly byte[] Pdf = [.. "%PDF-1.4 an invoice"u8];

    public HttpClient Http { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = server.BaseAddress };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Http.Dispose();

    public async Task<BaloanCaller> LogInAsync()
    {
        var answer = await PostJsonAsync(
            "/api/v2/merchant/token/",
            new() { ["username"] = BaloanServer.StoreUuid, ["password"] = BaloanServer.StorePassword }
        );
        Http.DefaultRequestHeaders.Authorization = new("Bearer", (await JsonAsync(answer))["access"]!.GetValue<string>());
        return this;
    }

    public async Task<BaloanCaller> LogInAsPartnerAsync()
    {
        var answer = await PostFormAsync(
            "/api/v1/partnership/token/",
            ("username", BaloanServer.PartnerName),
            ("password", BaloanServer.PartnerPassword)
        );
        Http.DefaultRequestHeaders.Authorization = new("Bearer", (await JsonAsync(answer))["access"]!.GetValue<string>());
        return this;
    }

    public Task<HttpResponseMessage> PostJsonAsync(string path, JsonObject body) =>
        Http.PostAsync(path, new StringContent(body.ToJsonString(), new MediaTypeHeaderValue("application/json")), Cancel);

    public Task<HttpResponseMessage> PostFormAsync(string path, params (string Name, string Value)[] fields) =>
        Http.PostAsync(path, new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))), Cancel);

    public Task<HttpResponseMessage> PostMultipartAsync(string path, byte[]? file, params (string Name, string Value)[] fields)
    {
        var content = new MultipartFormDataContent();
        foreach (var (name, value) in fields)
        {
            content.Add(new StringContent(value), name);
        }

        if (file is not null)
        {
            content.Add(new ByteArrayContent(file), "file", "invoice.pdf");
        }

        return Http.PostAsync(path, content, Cancel);
    }

    public Task<HttpResponseMessage> SendOtpAsync(string customer) =>
        PostJsonAsync("/api/v2/merchant/send-credit-otp/", new() { ["national_identifier"] = customer });

    public Task<HttpResponseMessage> ValidateAsync(string customer, string otp = MagicNumbers.Otp) =>
        PostJsonAsync("/api/v2/merchant/validate-credit-otp/", new() { ["national_identifier"] = customer, ["otp"] = otp });

    /// <summary>A fresh transaction token, by way of an OTP.</summary>
    public async Task<string> TransactionTokenAsync(string customer)
    {
        (await SendOtpAsync(customer)).EnsureSuccessStatusCode();
        var answer = await ValidateAsync(customer);
        return (await DataAsync(answer))["token"]!.GetValue<string>();
    }

    public Task<HttpResponseMessage> SettleAsync(string customer, string token, string code, long total, byte[]? file = null) =>
        PostMultipartAsync(
            "/api/v2/merchant/settle-confirm/",
            file ?? Pdf,
            ("national_identifier", customer),
            ("data", Invoice(code, total)),
            ("token", token)
        );

    /// <summary>Opens a loan file; the fields are those of the document's sample but for what is given.</summary>
    public Task<HttpResponseMessage> OpenLoanAsync(
        string customer = "07148143380",
        string phone = "09123456789",
        params (string Name, JsonNode? Value)[] others
    )
    {
        var body = new JsonObject
        {
            ["phone_number"] = phone,
            ["national_identifier"] = customer,
            ["birth_date"] = "1999-02-14",
            ["amount"] = 10_000_000,
            ["loan_due"] = 12,
            ["store"] = 1,
        };
        foreach (var (name, value) in others)
        {
            body[name] = value;
        }

        return PostJsonAsync("/api/v1/partnership/loan/", body);
    }

    /// <summary>A loan that Baloan has just opened.</summary>
    public async Task<Guid> OpenedLoanAsync(string customer = "07148143380", string phone = "09123456789") =>
        (await JsonAsync((await OpenLoanAsync(customer, phone)).EnsureSuccessStatusCode()))["uuid"]!.GetValue<Guid>();

    public Task<HttpResponseMessage> GetContractAsync(Guid loan) => Http.GetAsync($"/api/v1/partnership/loan/{loan}/contract/", Cancel);

    public Task<HttpResponseMessage> SendContractOtpAsync(Guid loan) =>
        Http.PostAsync($"/api/v1/partnership/loan/{loan}/contract/", null, Cancel);

    public Task<HttpResponseMessage> SignAsync(Guid loan, string otp = MagicNumbers.Otp) =>
        Http.PatchAsync(
            $"/api/v1/partnership/loan/{loan}/contract/",
            new StringContent($$"""{"otp":"{{otp}}"}""", null, "application/json"),
            Cancel
        );

    public Task<HttpResponseMessage> CancelLoanAsync(Guid loan) => Http.PostAsync($"/api/v1/partnership/loan/{loan}/cancel/", null, Cancel);

    public static string Invoice(string code, long total) =>
        new JsonObject
        {
            ["code"] = code,
            ["bill"] = new JsonObject { ["total"] = total },
        }.ToJsonString();

    public static async Task<JsonObject> JsonAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel)).ShouldNotBeNull();

    /// <summary>The data of an answer that Baloan wrapped in its envelope, which must say ok.</summary>
    public static async Task<JsonObject> DataAsync(HttpResponseMessage answer)
    {
        var envelope = await JsonAsync(answer);
        envelope.Select(field => field.Key).ShouldBe(["status", "message", "message_code", "data"]);
        envelope["status"]!.GetValue<string>().ShouldBe("ok", envelope.ToJsonString());
        return envelope["data"]!.AsObject();
    }

    public static async Task<string> RefusalAsync(HttpResponseMessage answer)
    {
        ((int)answer.StatusCode).ShouldBe(400);
        var envelope = await JsonAsync(answer);
        envelope["status"]!.GetValue<string>().ShouldBe("error");
        return envelope["message_code"]!.GetValue<string>();
    }
}
