using System.Text.Json.Nodes;
using Baloan.Client;
using Baloan.Core.Storage;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Requests;

namespace Baloan.Functions.OpenApi;

/// <summary>A way in which an operation can fail.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">For programs.</param>
/// <param name="Detail">What happened and what to do.</param>
internal sealed record ApiProblem(int Status, string Code, Text Detail)
{
    /// <summary>Whether the answer says when to try again.</summary>
    public bool HasRetryAfter { get; private init; }

    private string? Field { get; init; }

    public static readonly ApiProblem[] Query = [new(400, "invalid_request", Texts.SeeErrors) { Field = "top" }];

    public static readonly ApiProblem[] Span = [new(400, "invalid_request", Texts.SeeErrors) { Field = "hours" }];

    private static readonly ApiProblem[] Reading =
    [
        new(408, "invalid_request", Texts.BodyTooSlow),
        new(429, "too_many_requests", Texts.TooManyBodies) { HasRetryAfter = true },
    ];

    public static readonly ApiProblem[] Body =
    [
        .. Reading,
        new(400, "invalid_request", Texts.SeeErrors) { Field = "national_identifier" },
        new(413, "request_too_large", Texts.BodyTooLarge.With(JsonBody.Limit)),
        new(415, "unsupported_media_type", Texts.ContentType.With("application/json; charset=utf-8")),
    ];

    public static readonly ApiProblem[] File =
    [
        .. Reading,
        new(400, "invalid_request", Texts.SeeErrors) { Field = "file" },
        new(413, "file_too_large", Texts.FileTooLarge),
        new(413, "request_too_large", Texts.BodyTooLarge.With(FileStore.SizeLimit)),
        new(415, "unsupported_file_type", Texts.NotDocument) { Field = "file" },
        new(415, "unsupported_media_type", Texts.ContentType.With("multipart/form-data")),
    ];

    public static readonly ApiProblem[] Storage = [new(503, "storage_unavailable", Texts.StorageUnavailable) { HasRetryAfter = true }];

    public static readonly ApiProblem[] Vault =
    [
        new(503, "key_vault_unavailable", Texts.KeyVaultUnavailable) { HasRetryAfter = true },
        new(503, "not_configured", Texts.NotConfigured.With("the secrets baloan-partnership-*")),
    ];

    public static readonly ApiProblem[] Any = [new(500, "internal_error", Texts.InternalError)];

    /// <summary>Baloan's own codes for loans. Its documents do not say which operation gives which.</summary>
    public static readonly ApiProblem[] Loan =
    [
        .. LoanErrors.All.Select(error => new ApiProblem(422, error.Code, new(Filled(error.English), Filled(error.Persian)))),
    ];

    public static readonly ApiProblem[] Key = [new(409, "idempotency_key_reused", Texts.IdempotencyKeyReused)];

    /// <summary>What becomes of a call that Baloan answers while the caller waits.</summary>
    public static ApiProblem[] Baloan(Text? outcomeUnknown = null) =>
        [
            new(404, "not_found", Texts.BaloanNotFound),
            new(422, "baloan_rejected", Texts.BaloanRejected),
            new(429, "baloan_throttled", Texts.BaloanThrottled) { HasRetryAfter = true },
            new(502, "baloan_unauthorized", Texts.BaloanUnauthorized),
            new(503, "baloan_unavailable", Texts.BaloanUnavailable) { HasRetryAfter = true },
            .. Vault,
            new(504, "baloan_timeout", Texts.BaloanTimeout),
            .. outcomeUnknown is null ? Array.Empty<ApiProblem>() : [new(504, "outcome_unknown", outcomeUnknown)],
        ];

    public static ApiProblem NotFound(Text text) => new(404, "not_found", text);

    public static ApiProblem Conflict(string code, Text detail) => new(409, code, detail);

    /// <summary>The problem document as the app would write it.</summary>
    public JsonObject ToExample()
    {
        var example = new JsonObject
        {
            ["type"] = $"urn:baloan-functions:problem:{Code}",
            ["title"] = Code.Replace('_', ' '),
            ["status"] = Status,
            ["detail"] = Detail.English,
            ["code"] = Code,
            ["trace_id"] = "0af7651916cd43dd8448eb211c80319c",
        };
        if (Field is not null)
        {
            example["errors"] = new JsonObject
            {
                [Field] = new JsonArray(Code == "invalid_request" ? Texts.Required.English : Detail.English),
            };
        }

        return example;
    }

    private static string Filled(string text) =>
        text.Replace("{phone_number}", "09121234567", StringComparison.Ordinal)
            .Replace("{service_name}", "shahkar", StringComparison.Ordinal);
}
