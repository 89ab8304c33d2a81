using Baloan.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Functions;

/// <summary>Leads whoever opens the API's bare address in a browser to the console.</summary>
public static class RootFunction
{
    // Azure's host takes an empty route for none, and uses the function's name.
    private const string Nothing = "{nothing:maxlength(0)?}";

    /// <summary><c>GET /api</c>: 302 to the console. A key in the address is not handed on: the console asks for its own.</summary>
    [Function("GetRoot")]
    public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Nothing)] HttpRequest request) =>
        Results.Redirect(Links.To(request, "console").Split('?')[0]);
}
