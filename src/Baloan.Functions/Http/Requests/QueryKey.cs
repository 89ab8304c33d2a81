using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Baloan.Functions.Http.Requests;

/// <summary>Tells a function key in the query from a parameter of the same name.</summary>
/// <remarks>
/// The host takes a key from the header <c>x-functions-key</c> and, where there is none, from the first <c>code</c> of the query. What it
/// has let
/// through without that header had the key there, unless it asks for none.
/// </remarks>
public sealed class QueryKey(IConfiguration configuration)
{
    private readonly bool isAsked =
        configuration["WEBSITE_SITE_NAME"] is { Length: > 0 }
        || configuration["LocalFunctionsHost:FunctionKey"] is { Length: > 0 }
        || configuration["LocalFunctionsHost:AdminKey"] is { Length: > 0 };

    /// <summary>The values of the parameter <c>code</c> that are no key.</summary>
    public IEnumerable<string> OthersIn(HttpRequest request) =>
        request.Query["code"].OfType<string>().Skip(isAsked && !request.Headers.ContainsKey("x-functions-key") ? 1 : 0);
}
