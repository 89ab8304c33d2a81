using Baloan.Functions.Http;
using Baloan.Functions.OpenApi;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Functions;

/// <summary>The API's description over HTTP.</summary>
public sealed class ApiDescriptionFunctions
{
    private const string Json = "application/json; charset=utf-8";

    /// <summary><c>GET /api/openapi.json</c>: OpenAPI 3, for people and tools.</summary>
    [Function("GetOpenApi")]
    public IResult GetOpenApi([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "openapi.json")] HttpRequest request)
    {
        return Results.Text(ApiDocuments.OpenApi(Links.SchemeOf(request), Links.HostOf(request) ?? "localhost"), Json);
    }

    /// <summary><c>GET /api/swagger.json</c>: Swagger 2 with Microsoft's extensions, for a custom connector of Logic Apps.</summary>
    [Function("GetSwagger")]
    public IResult GetSwagger([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "swagger.json")] HttpRequest request)
    {
        return Results.Text(ApiDocuments.Swagger(Links.SchemeOf(request), Links.HostOf(request) ?? "localhost"), Json);
    }
}
