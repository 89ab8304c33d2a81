using System.Text.Json.Nodes;
using Baloan.Client;
using Baloan.Core.Storage;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Requests;

namespace Baloan.Functions.OpenApi;

/// <summary>A way in which an operation can fail.</summary>
internal sealed record ApiProblem(int Status, string Code, string Detail)
{
    /// <summary>Whether the answer says when to try again.</summary>
    public bool HasRetryAfter { get; private init; }

    private string? Field { get; init; }

    public static readonly ApiProblem[] Query = [new(400, "invalid_request", Texts.SeeErrors.English) { Field = "top" }];

    public static readonly ApiProblem[] Span = [new(400, "invalid_request", Texts.SeeErrors.English) { Field = "hours" }];

    private static readonly ApiProblem[] Reading =
    [
        new(408, "invalid_request", Texts.BodyTooSlow.English),
        new(429, "too_many_requests", Texts.TooManyBodies.English) { HasRetryAfter = true },
    ];

    public static readonly ApiProblem[] Body =
    [
        .. Reading,
        new(400, "invalid_request", Texts.SeeErrors.English) { Field = "national_identifier" },
        new(413, "request_too_large", Texts.BodyTooLarge.In(Language.English, JsonBody.Limit)),
        new(415, "unsupported_media_type", Texts.ContentType.In(Language.English, "application/json; charset=utf-8")),
    ];

    public static readonly ApiProblem[] File =
    [
        .. Reading,
        new(400, "invalid_request", Texts.SeeErrors.English) { Field = "file" },
        new(413, "file_too_large", Texts.FileTooLarge.English),
        new(413, "request_too_large", Texts.BodyTooLarge.In(Language.English, FileStore.SizeLimit)),
        new(415, "unsupported_file_type", Texts.NotDocument.English) { Field = "file" },
        new(415, "unsupported_media_type", Texts.ContentType.In(Language.English, "multipart/form-data")),
    ];

    public static readonly ApiProblem[] Storage = [new(503, "storage_unavailable", Texts.StorageUnavailable.English) { HasRetryAfter = true }];

    public static readonly ApiProblem[] Vault =
    [
        new(503, "key_vault_unavailable", Texts.KeyVaultUnavailable.English) { HasRetryAfter = true },
        new(503, "not_configured", Texts.NotConfigured.In(Language.English, "the secrets baloan-partnership-*")),
    ];

    public static readonly ApiProblem[] Any = [new(500, "internal_error", Texts.InternalError.English)];

    /// <summary>Baloan's own codes for loans. Its documents do not say which operation gives which.</summary>
    public static readonly ApiProblem[] Loan =
    [
        .. LoanErrors.All.Select(error => new ApiProblem(
            422,
            error.Code,
            error.English.Replace("{phone_number}", "09121234567", StringComparison.Ordinal).Replace("{service_name}", "shahkar", StringComparison.Ordinal))),
    ];

    public static readonly ApiProblem[] Key = [new(409, "idempotency_key_reused", Texts.IdempotencyKeyReused.English)];

    /// <summary>What becomes of a call that Baloan answers while the caller waits.</summary>
    public static ApiProblem[] Baloan(Text? outcomeUnknown = null) =>
    [
        new(404, "not_found", Texts.BaloanNotFound.English),
        new(422, "baloan_rejected", Texts.BaloanRejected.English),
        new(429, "baloan_throttled", Texts.BaloanThrottled.English) { HasRetryAfter = true },
        new(502, "baloan_unauthorized", Texts.BaloanUnauthorized.English),
        new(503, "baloan_unavailable", Texts.BaloanUnavailable.English) { HasRetryAfter = true },
        .. Vault,
        new(504, "baloan_timeout", Texts.BaloanTimeout.English),
        .. outcomeUnknown is null ? Array.Empty<ApiProblem>() : [new(504, "outcome_unknown", outcomeUnknown.English)],
    ];

    public static ApiProblem NotFound(Text text) => new(404, "not_found", text.English);

    public static ApiProblem Conflict(string code, string detail) => new(409, code, detail);

    /// <summary>The problem document as the app would write it.</summary>
    public JsonObject ToExample()
    {
        var example = new JsonObject
        {
            ["type"] = $"urn:baloan-functions:problem:{Code}",
            ["title"] = Code.Replace('_', ' '),
            ["status"] = Status,
            ["detail"] = Detail,
            ["code"] = Code,
            ["trace_id"] = "0af7651916cd43dd8448eb211c80319c",
        };
        if (Field is not null)
        {
            example["errors"] = new JsonObject { [Field] = new JsonArray(Code == "invalid_request" ? Texts.Required.English : Detail) };
        }

        return example;
    }
}
