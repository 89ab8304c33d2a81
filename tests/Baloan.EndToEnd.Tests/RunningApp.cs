using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests;

/// <summary>The function app as a process of its own, and a caller of its API.</summary>
public sealed class RunningApp(FunctionApp process, string? key) : IAsyncDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = process.BaseAddress };

    private bool disposed;

    public FunctionApp Process => process;

    public Uri BaseAddress => process.BaseAddress;

    /// <summary>Ends the app, where that was not done before.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!disposed)
        {
            disposed = true;
            http.Dispose();
            await process.DisposeAsync();
        }
    }

    public async Task<Answer> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? content = null,
        string? header = null,
        string? language = null
    )
    {
        // A call may outlast the context in which it was begun.
        var cancel = TestContext.Current.CancellationToken;
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if ((header ?? key) is { Length: > 0 } sent)
        {
            request.Headers.Add("x-functions-key", sent);
        }

        if (language is not null)
        {
            request.Headers.AcceptLanguage.Add(new(language));
        }

        using var response = await http.SendAsync(request, cancel);
        var text = await response.Content.ReadAsStringAsync(cancel);
        return new Answer(
            (int)response.StatusCode,
            text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : null,
            response.Content.Headers.ContentType?.MediaType,
            response.Headers
        )
        {
            Items = text.StartsWith('[') ? JsonNode.Parse(text)!.AsArray() : null,
        };
    }

    public Task<Answer> GetAsync(string path, string? language = null) => SendAsync(HttpMethod.Get, path, language: language);

    public Task<Answer> PostAsync(string path, JsonObject body, string? language = null) =>
        SendAsync(HttpMethod.Post, path, JsonContent.Create(body), language: language);

    public Task<Answer> CheckCreditAsync(string customer) =>
        PostAsync("api/merchant/credit-check", new() { ["national_identifier"] = customer });

    public async Task SendOtpAsync(string customer) =>
        (await PostAsync("api/merchant/otp", new() { ["national_identifier"] = customer })).Status.ShouldBe(200);

    public async Task<string> ValidateOtpAsync(string customer) =>
        (await PostAsync("api/merchant/otp/validate", new() { ["national_identifier"] = customer, ["otp"] = MagicNumbers.Otp }))
            .ShouldBe(200)
            .Text("token");

    /// <summary>Posts a settlement in its multipart form.</summary>
    public Task<Answer> PostSettlementAsync(Order order)
    {
        var form = new MultipartFormDataContent { { new StringContent(order.Customer), "national_identifier" } };
        if (order.Token is null)
        {
            form.Add(new StringContent(order.Otp!), "otp");
        }
        else
        {
            form.Add(new StringContent(order.Token), "token");
        }

        form.Add(new StringContent(order.Data.ToJsonString()), "data");
        form.Add(
            new ByteArrayContent(order.Invoice) { Headers = { ContentType = new MediaTypeHeaderValue("application/pdf") } },
            "file",
            "invoice.pdf"
        );
        return SendAsync(HttpMethod.Post, "api/merchant/settlements", form);
    }

    /// <summary>Has an OTP sent and posts the settlement, which has to be accepted.</summary>
    public async Task<Order> AcceptAsync(Order order)
    {
        await SendOtpAsync(order.Customer);
        (await PostSettlementAsync(order)).ShouldBe(202);
        return order;
    }

    public Task<Answer> GetSettlementAsync(Order order) => GetAsync($"api/merchant/settlements/{order.Code}");

    /// <summary>Waits until a settlement has ended.</summary>
    public Task<JsonObject> EndOfAsync(Order order, TimeSpan? limit = null) => EndAsync($"api/merchant/settlements/{order.Code}", limit);

    /// <summary>Waits until what stands at an address answers 200.</summary>
    public Task<JsonObject> EndAsync(string path, TimeSpan? limit = null)
    {
        Answer? last = null;
        return Until.FoundAsync(
            $"{path} ended",
            async () =>
            {
                last = await GetAsync(path);
                return last.Status == 202 ? null : last.ShouldBe(200);
            },
            limit
        );
    }

    /// <summary>Fires the sweep, as its timer does every minute.</summary>
    public async Task SweepAsync() =>
        (await SendAsync(HttpMethod.Post, "admin/functions/VerifySettlements", JsonContent.Create(new JsonObject()))).Status.ShouldBe(202);
}

/// <summary>An answer of the app's API, read whole.</summary>
public sealed record Answer(int Status, JsonObject? Json, string? ContentType, HttpResponseHeaders Headers)
{
    /// <summary>The answer, where it is a list.</summary>
    public JsonArray? Items { get; init; }

    /// <summary>The JSON of an answer that has to have this status.</summary>
    public JsonObject ShouldBe(int status)
    {
        Status.ShouldBe(status, Json?.ToJsonString());
        return Json.ShouldNotBeNull();
    }

    /// <summary>An answer that has to be a problem document of this status and code.</summary>
    public JsonObject ShouldBeProblem(int status, string code)
    {
        ShouldBe(status);
        ContentType.ShouldBe("application/problem+json");
        Json!.Text("code").ShouldBe(code);
        Json!["status"]!.GetValue<int>().ShouldBe(status);
        Json!.Text("detail").ShouldNotBeNullOrWhiteSpace();
        Json!.Text("trace_id").ShouldNotBeNullOrWhiteSpace();
        return Json!;
    }
}

internal static class JsonReading
{
    public static string Text(this JsonObject json, string field) =>
        (json[field] is { } value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null).ShouldNotBeNull(
            $"no text '{field}' in {json.ToJsonString()}"
        );

    /// <summary>The code of a settlement's error; null where it has none.</summary>
    public static string? ErrorCode(this JsonObject settlement) => (settlement["error"] as JsonObject)?.Text("code");
}
