using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Baloan.Core.Storage;
using Baloan.Functions.Functions;
using Baloan.Functions.Http.Responses;
using Microsoft.AspNetCore.Http;

namespace Baloan.Functions.Http;

/// <summary>How the app's JSON is written: snake_case, as Baloan's own fields are.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(UtcConverter)]
)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(CreditResponse))]
[JsonSerializable(typeof(EmptyResponse))]
[JsonSerializable(typeof(TransactionTokenResponse))]
[JsonSerializable(typeof(SettlementResponse))]
[JsonSerializable(typeof(SettlementPage))]
[JsonSerializable(typeof(UploadResponse))]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(RefreshResponse))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(JsonElement[]))]
[JsonSerializable(typeof(LoanResponse))]
[JsonSerializable(typeof(LoanPage))]
[JsonSerializable(typeof(LoanOpeningResponse))]
[JsonSerializable(typeof(LoanOpeningPage))]
[JsonSerializable(typeof(SubscriptionResponse))]
[JsonSerializable(typeof(SubscriptionList))]
[JsonSerializable(typeof(StatsResponse))]
[JsonSerializable(typeof(ReconciliationResponse))]
[JsonSerializable(typeof(CustomerErasureResponse))]
public sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>For answers: Persian stays readable, and what HTML could take for markup is escaped.</summary>
    public static readonly ApiJson Responses = new(ReadableJson.NewOptions());

    /// <summary>An answer in JSON, whole and with its length: <c>Results.Json</c> would send it in chunks.</summary>
    /// <remarks>
    /// A result of its own, without properties: the Functions worker sends the host a function's result as JSON besides, and those of
    /// ASP.NET
    /// Core would tell it the whole answer once more.
    /// </remarks>
    /// <param name="value">What it says.</param>
    /// <param name="type">How it is written; of <see cref="Responses"/>.</param>
    /// <param name="contentType">Null for plain JSON.</param>
    /// <param name="statusCode">Null for 200.</param>
    public static IResult Respond<T>(T value, JsonTypeInfo<T> type, string? contentType = null, int? statusCode = null) =>
        new WholeResponse(
            JsonSerializer.SerializeToUtf8Bytes(value, type),
            contentType ?? "application/json; charset=utf-8",
            statusCode ?? StatusCodes.Status200OK
        );

    private sealed class WholeResponse(byte[] body, string contentType, int statusCode) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            (response.StatusCode, response.ContentType, response.ContentLength) = (statusCode, contentType, body.Length);
            await response.Body.WriteAsync(body, httpContext.RequestAborted);
        }
    }
}
