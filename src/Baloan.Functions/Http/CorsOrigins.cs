using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Baloan.Functions.Http;

/// <summary>
/// The origins whose pages may call the API from a browser (CORS). None by default: a function key in a page is everybody's.
/// </summary>
public sealed class CorsOrigins
{
    private readonly HashSet<string> origins;

    /// <summary>Reads the setting <c>Http__CorsOrigins</c>: origins such as <c>https://shop.example</c>, <c>;</c> between.</summary>
    /// <exception cref="InvalidOperationException">One of them is no origin.</exception>
    public CorsOrigins(IConfiguration configuration)
    {
        origins = new(
            SettingList.Of(configuration["Http:CorsOrigins"]).Select(origin => origin.TrimEnd('/')),
            StringComparer.OrdinalIgnoreCase
        );
        if (origins.FirstOrDefault(IsNone) is { } wrong)
        {
            throw new InvalidOperationException(
                $"Http__CorsOrigins has to be origins such as https://shop.example, with ';' between them; '{wrong}' is none."
            );
        }
    }

    /// <summary>Lets the page read the answer, where its origin is listed.</summary>
    /// <returns>Whether it is.</returns>
    public bool Allow(HttpRequest request)
    {
        if (origins.Count == 0)
        {
            return false;
        }

        var headers = request.HttpContext.Response.Headers;
        headers.Vary = "Origin";
        if (request.Headers.Origin is not [{ } origin] || !origins.Contains(origin))
        {
            return false;
        }

        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlExposeHeaders = "Location, Retry-After";
        return true;
    }

    private static bool IsNone(string origin) =>
        !Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        || uri.Scheme is not ("http" or "https")
        || uri.PathAndQuery != "/"
        || uri.UserInfo.Length > 0
        || origin.Contains('*');
}
