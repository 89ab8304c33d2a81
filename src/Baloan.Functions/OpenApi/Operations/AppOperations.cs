using Baloan.Core.Counters;
using Microsoft.OpenApi;

namespace Baloan.Functions.OpenApi.Operations;

/// <summary>The app itself.</summary>
internal static class AppOperations
{
    public const string Tag = "Operation";

    public static IEnumerable<ApiOperation> All() =>
        [
            new ApiOperation(
                HttpMethod.Get,
                "/health",
                "Health",
                Tag,
                "Check the app's health",
                "Looks at all that is configured. The answer is at most five seconds old."
            )
                .Anonymous()
                .Answers(200, "All that is configured works.", Schemas.Health, Health("healthy", "ok"))
                .Answers(503, "Something does not work.", Schemas.Health, Health("unhealthy", "failed")),
            new ApiOperation(
                HttpMethod.Get,
                "/stats",
                "GetStats",
                Tag,
                "See how the app is doing",
                "Settlements and callbacks by hour, how long settlements take, what waits now, loans by state, queues and access tokens. "
                    + "Counters that are kept as work is done: nothing is counted twice, and what a crash left uncounted follows within "
                    + "minutes."
            )
                .Keyed()
                .Speaking()
                .WithQuery("hours", Span())
                .Answers(200, "The numbers.", Schemas.Stats, Stats)
                .Fails(ApiProblem.Span)
                .Fails(ApiProblem.Storage),
            new ApiOperation(
                HttpMethod.Post,
                "/tokens/refresh",
                "RefreshTokensNow",
                Tag,
                "Get new access tokens",
                "Such as after a change of password. Takes the admin key in the place of a function key."
            )
                .Admin()
                .Speaking()
                .Answers(
                    200,
                    "The new tokens' lives.",
                    Schemas.Tokens,
                    """{"merchant":{"expires_at":"2026-11-23T01:51:48Z"},"partnership":null}"""
                )
                .Fails(ApiProblem.Baloan().Where(problem => problem.Status > 422)),
            Document("/openapi.json", "GetOpenApi", "Get this description as OpenAPI 3", """{"openapi":"3.0.4"}"""),
            Document("/swagger.json", "GetSwagger", "Get this description as Swagger 2, for a custom connector", """{"swagger":"2.0"}"""),
        ];

    private static ApiOperation Document(string path, string id, string summary, string example) =>
        new ApiOperation(HttpMethod.Get, path, id, Tag, summary, "Names the host that it was asked from.")
            .Anonymous()
            .Answers(
                200,
                "The description.",
                new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = new OpenApiSchema() },
                example
            );

    private const string Stats = """
        {"generated_at":"2026-11-22T07:15:00Z",
        "hours":[{"hour":"2026-11-22T07:00:00Z","settlements":{"accepted":3,"settled":2,"rejected":0,"failed":1,"needs_review":0},
        "sums":{"accepted":1500000,"settled":1000000,"rejected":0,"failed":500000,"needs_review":0},"known_by":{"baloan":2,"credit":0,"person":0},"callbacks":12,"conflicts":0,"refused_callbacks":0,
        "second_half":{"settlements":{"accepted":1,"settled":1,"rejected":0,"failed":0,"needs_review":0},
        "sums":{"accepted":500000,"settled":500000,"rejected":0,"failed":0,"needs_review":0},"known_by":{"baloan":1,"credit":0,"person":0},"callbacks":5,"conflicts":0,"refused_callbacks":0}}],
        "days":{"today":{"settlements":{"accepted":31,"settled":29,"rejected":1,"failed":1,"needs_review":0},"sums":{"accepted":15500000,"settled":14500000,"rejected":500000,"failed":500000,"needs_review":0}},
        "yesterday":{"settlements":{"accepted":40,"settled":40,"rejected":0,"failed":0,"needs_review":0},"sums":{"accepted":20000000,"settled":20000000,"rejected":0,"failed":0,"needs_review":0}},
        "same_weekday_last_week":{"settlements":{"accepted":0,"settled":0,"rejected":0,"failed":0,"needs_review":0},"sums":{"accepted":0,"settled":0,"rejected":0,"failed":0,"needs_review":0}}},
        "time_to_settle":{"count":2,"median_seconds":1.9,"p95_seconds":8.1},
        "waiting":{"queued":{"count":1,"oldest_at":"2026-11-22T07:14:58.1Z"},"submitting":{"count":0,"oldest_at":null},"verifying":{"count":0,"oldest_at":null},"needs_review":{"count":0,"oldest_at":null}},
        "loans":{"created":5,"cheque_verified":1,"send_loan_to_bank":0,"loan_paid":7,"blocked":0,"canceled":1},
        "queues":[{"name":"invoices","messages":1,"poison":0},{"name":"loans","messages":0,"poison":0},{"name":"events","messages":0,"poison":0}],
        "tokens":{"merchant":{"configured":true,"expires_at":"2026-11-23T01:51:48Z"},"partnership":{"configured":false,"expires_at":null}}}
        """;

    private static OpenApiSchema Span()
    {
        var span = Shape.Number("How many hours, the present one among them.", 1, CounterStore.LongestSpan);
        span.Default = 24;
        return span;
    }

    private static string Health(string status, string storage) =>
        $$$"""{"status":"{{{status}}}","checks":{"storage":"{{{storage}}}","key_vault":"ok","merchant_token":"ok","partnership_token":"not_configured"}}""";
}
