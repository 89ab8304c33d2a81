using System.Net.Mime;
using Baloan.Client;
using Baloan.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Net.Http.Headers;

namespace Baloan.Functions.Console;

/// <summary>The console: a page for people, without data. What it shows it asks from the API, with the reader's function key.</summary>
public sealed class ConsoleFunctions(ConsolePage page, Problems problems)
{
    // Nothing but the page's own files, and the API that they came from.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary><c>GET /api/console</c>: the page, in the language that the browser prefers.</summary>
    [Function("GetConsole")]
    public Task<IResult> GetPage(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "console")] HttpRequest request) =>
        problems.CatchAsync(request, (language, _) =>
        {
            // The page names its files beside itself.
            if (request.Path.Value is ['/', .., '/'])
            {
                return Task.FromResult(Results.Redirect("../console"));
            }

            request.HttpContext.Response.Headers.ContentLanguage = language == Language.Persian ? "fa" : "en";
            return Task.FromResult(Answer(request, page.For(language)));
        });

    /// <summary><c>GET /api/console/{file}</c>: a script, style sheet or font of the page.</summary>
    [Function("GetConsoleFile")]
    public Task<IResult> GetFile(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "console/{file}")] HttpRequest request,
        string file) => problems.CatchAsync(request, (_, _) => Task.FromResult(Answer(
            request, ConsoleFiles.Find(file) ?? throw new ProblemException(404, "not_found", Texts.NoConsoleFile))));

    private static IResult Answer(HttpRequest request, ConsoleFile file)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers["Referrer-Policy"] = "no-referrer";
        // Kept, and asked for each time whether it is still the same: files of two versions never meet.
        headers.CacheControl = "no-cache";
        headers.Vary = file.ContentType.StartsWith(MediaTypeNames.Text.Html, StringComparison.Ordinal) ? "Accept-Encoding, Accept-Language" : "Accept-Encoding";
        var (encoding, content) = file.For(request.Headers.AcceptEncoding);
        if (encoding is not null)
        {
            headers.ContentEncoding = encoding;
        }

        return Results.Bytes(content, file.ContentType, entityTag: new EntityTagHeaderValue($"\"{file.Hash}{(encoding is null ? "" : "-" + encoding)}\""));
    }
}
