using Microsoft.OpenApi;

namespace Baloan.Functions.ApiDescription.Operations;

/// <summary>The app itself.</summary>
internal static class AppOperations
{
    public const string Tag = "Operation";

    public static IEnumerable<ApiOperation> All() =>
    [
        new ApiOperation(HttpMethod.Get, "/health", "Health", Tag, "Check the app's health", "Looks at all that is configured. The answer is at most five seconds old.")
            .Anonymous()
            .Answers(200, "All that is configured works.", Schemas.Health, Health("healthy", "ok"))
            .Answers(503, "Something does not work.", Schemas.Health, Health("unhealthy", "failed")),

        new ApiOperation(HttpMethod.Post, "/tokens/refresh", "RefreshTokensNow", Tag,
            "Get new access tokens", "Such as after a change of password. Takes the admin key in the place of a function key.")
            .Admin().Speaking()
            .Answers(200, "The new tokens' lives.", Schemas.Tokens, """{"merchant":{"expires_at":"2026-11-23T01:51:48+00:00"},"partnership":null}""")
            .Fails(ApiProblem.Baloan().Where(problem => problem.Status > 422)),

        Document("/openapi.json", "GetOpenApi", "Get this description as OpenAPI 3", """{"openapi":"3.0.4"}"""),
        Document("/swagger.json", "GetSwagger", "Get this description as Swagger 2, for a custom connector", """{"swagger":"2.0"}"""),
    ];

    private static ApiOperation Document(string path, string id, string summary, string example) =>
        new ApiOperation(HttpMethod.Get, path, id, Tag, summary, "Names the host that it was asked from.")
            .Anonymous()
            .Answers(200, "The description.", new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = new OpenApiSchema() }, example);

    private static string Health(string status, string storage) =>
        $$$"""{"status":"{{{status}}}","checks":{"storage":"{{{storage}}}","key_vault":"ok","merchant_token":"ok","partnership_token":"not_configured"}}""";
}
