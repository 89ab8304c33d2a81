using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Fixtures;

/// <summary>A caller of the API.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient http;

    public ApiClient(Uri address, string? key)
    {
        http = new HttpClient { BaseAddress = address };
        if (key is not null)
        {
            http.DefaultRequestHeaders.Add("x-functions-key", key);
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => http.Dispose();

    public Task<ApiAnswer> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    public Task<ApiAnswer> GetAsync(Uri address) => SendAsync(new HttpRequestMessage(HttpMethod.Get, address));

    public Task<ApiAnswer> PostAsync(string path, JsonNode? body) => PostTextAsync(path, body?.ToJsonString() ?? "null");

    public Task<ApiAnswer> PostTextAsync(string path, string json, string contentType = "application/json")
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return PostAsync(path, content);
    }

    public Task<ApiAnswer> PostAsync(string path, HttpContent? body, string? language = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        if (language is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept-Language", language);
        }

        return SendAsync(request);
    }

    public async Task<ApiAnswer> SendAsync(HttpRequestMessage request)
    {
        using (request)
        using (var response = await http.SendAsync(request, Cancel))
        {
            return new ApiAnswer(
                (int)response.StatusCode,
                response.Content.Headers.ContentType?.MediaType,
                await response.Content.ReadAsStringAsync(Cancel),
                response.Headers
            );
        }
    }

    /// <summary>Sends the customer an OTP and validates it.</summary>
    public async Task<string> TransactionTokenAsync(string customer)
    {
        await SendOtpAsync(customer);
        var validated = await PostAsync(
            "api/merchant/otp/validate",
            new JsonObject { ["national_identifier"] = customer, ["otp"] = MagicNumbers.Otp }
        );
        validated.Status.ShouldBe(200, validated.Text);
        return validated.Json["token"]!.GetValue<string>();
    }

    public async Task SendOtpAsync(string customer)
    {
        var sent = await PostAsync("api/merchant/otp", new JsonObject { ["national_identifier"] = customer });
        sent.Status.ShouldBe(200, sent.Text);
    }

    public Task<ApiAnswer> SettleAsync(SettlementForm form) => PostAsync("api/merchant/settlements", form.ToContent());

    /// <summary>Accepts a settlement with an OTP that was sent.</summary>
    public async Task<SettlementForm> AcceptedAsync(SettlementForm form)
    {
        await SendOtpAsync(form.NationalIdentifier!);
        var answer = await SettleAsync(form);
        answer.Status.ShouldBe(202, answer.Text);
        return form;
    }

    /// <summary>Polls a settlement until it has ended.</summary>
    public Task<ApiAnswer> EndedAsync(string code) => EndOfAsync($"api/merchant/settlements/{Uri.EscapeDataString(code)}");

    /// <summary>Polls until the answer is no 202 any more.</summary>
    public async Task<ApiAnswer> EndOfAsync(string path)
    {
        ApiAnswer? answer = null;
        await Until.TrueAsync(
            async () =>
            {
                answer = await GetAsync(path);
                return answer.Status != 202;
            },
            () => $"{answer?.Status} {answer?.Text}"
        );
        return answer!;
    }
}

/// <summary>The multipart form of a settlement; a field that is null is left out.</summary>
internal sealed record SettlementForm
{
    public string? NationalIdentifier { get; init; } = Given.Customer();

    public string? Otp { get; init; } = MagicNumbers.Otp;

    public string? Token { get; init; }

    public string Code { get; init; } = Given.Code();

    public long Total { get; init; } = Given.Total;

    /// <summary>The text of <c>data</c>; null for the one of <see cref="Code"/> and <see cref="Total"/>, empty to leave it out.</summary>
    public string? Data { get; init; }

    public byte[]? File { get; init; } = Given.Pdf();

    public MultipartFormDataContent ToContent()
    {
        var content = new MultipartFormDataContent();
        Add(content, "national_identifier", NationalIdentifier);
        Add(content, "otp", Otp);
        Add(content, "token", Token);
        Add(content, "data", Data ?? DataText());
        if (File is not null)
        {
            var file = new ByteArrayContent(File);
            file.Headers.ContentType = new MediaTypeHeaderValue("application/pdf");
            content.Add(file, "file", "invoice.pdf");
        }

        return content;
    }

    public string DataText() =>
        new JsonObject
        {
            ["code"] = Code,
            ["bill"] = new JsonObject { ["total"] = Total },
        }.ToJsonString();

    public static void Add(MultipartFormDataContent content, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            content.Add(new StringContent(value), name);
        }
    }
}
