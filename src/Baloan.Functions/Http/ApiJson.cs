using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Baloan.Core.Storage;
using Baloan.Functions.Health;
using Baloan.Functions.Loans;
using Baloan.Functions.Merchants;
using Baloan.Functions.Settlements;
using Baloan.Functions.Stats;
using Baloan.Functions.Subscriptions;
using Baloan.Functions.Tokens;
using Baloan.Functions.Uploads;
using Microsoft.AspNetCore.Http;

namespace Baloan.Functions.Http;

/// <summary>How the app's JSON is written: snake_case, as Baloan's own fields are.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(UtcConverter)])]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(CreditAnswer))]
[JsonSerializable(typeof(EmptyAnswer))]
[JsonSerializable(typeof(TransactionTokenAnswer))]
[JsonSerializable(typeof(SettlementAnswer))]
[JsonSerializable(typeof(SettlementPage))]
[JsonSerializable(typeof(UploadAnswer))]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(RefreshAnswer))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(JsonElement[]))]
[JsonSerializable(typeof(LoanAnswer))]
[JsonSerializable(typeof(LoanPage))]
[JsonSerializable(typeof(LoanOpeningAnswer))]
[JsonSerializable(typeof(LoanOpeningPage))]
[JsonSerializable(typeof(SubscriptionAnswer))]
[JsonSerializable(typeof(SubscriptionList))]
[JsonSerializable(typeof(StatsAnswer))]
public sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>For answers: Persian stays readable, and what HTML could take for markup is escaped.</summary>
    public static readonly ApiJson Answers = new(ReadableJson.NewOptions());

    /// <summary>An answer in JSON, whole and with its length: <c>Results.Json</c> would send it in chunks.</summary>
    /// <remarks>
    /// A result of its own, without properties: the Functions worker sends the host a function's result as JSON besides, and those of ASP.NET
    /// Core would tell it the whole answer once more.
    /// </remarks>
    /// <param name="value">What it says.</param>
    /// <param name="type">How it is written; of <see cref="Answers"/>.</param>
    /// <param name="contentType">Null for plain JSON.</param>
    /// <param name="statusCode">Null for 200.</param>
    public static IResult Answer<T>(T value, JsonTypeInfo<T> type, string? contentType = null, int? statusCode = null) =>
        new WholeAnswer(JsonSerializer.SerializeToUtf8Bytes(value, type), contentType ?? "application/json; charset=utf-8", statusCode ?? StatusCodes.Status200OK);

    private sealed class WholeAnswer(byte[] body, string contentType, int statusCode) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            (response.StatusCode, response.ContentType, response.ContentLength) = (statusCode, contentType, body.Length);
            await response.Body.WriteAsync(body, httpContext.RequestAborted);
        }
    }
}
