using Baloan.Client;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Baloan.Functions.Http;

/// <summary>The language that a caller reads.</summary>
public static class RequestLanguage
{
    /// <summary>
    /// Persian where <c>Accept-Language</c> prefers it to English, by its weight or, where that is the same, by coming first; else English.
    /// </summary>
    public static Language Of(HttpRequest request)
    {
        if (!StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptLanguage, out var languages))
        {
            return Language.English;
        }

        var preferred = languages
            .Where(language => language.Quality != 0 && (IsA(language, "fa") || IsA(language, "en")))
            .MaxBy(language => language.Quality ?? 1);
        return preferred is not null && IsA(preferred, "fa") ? Language.Persian : Language.English;
    }

    private static bool IsA(StringWithQualityHeaderValue language, string name) =>
        language.Value.Equals(name, StringComparison.OrdinalIgnoreCase)
        || language.Value.StartsWith($"{name}-", StringComparison.OrdinalIgnoreCase)
        // As programs of Java and Python name a locale.
        || language.Value.StartsWith($"{name}_", StringComparison.OrdinalIgnoreCase);
}
