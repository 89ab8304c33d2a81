using Baloan.Client;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Baloan.Functions.Http;

/// <summary>The language that a caller reads.</summary>
public static class RequestLanguage
{
    /// <summary>Persian where <c>Accept-Language</c> prefers it to English, else English.</summary>
    public static Language Of(HttpRequest request)
    {
        if (!StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptLanguage, out var languages))
        {
            return Language.English;
        }

        double QualityOf(string prefix) => languages
            .Where(l => l.Value.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            .Max(l => (double?)(l.Quality ?? 1)) ?? 0;

        return QualityOf("fa") > QualityOf("en") ? Language.Persian : Language.English;
    }
}
