using Baloan.Client;
using Baloan.Functions.Console;
using Baloan.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Functions;

/// <summary>The console: a page for people, without data. What it shows it asks from the API, with the reader's function key.</summary>
public sealed class ConsoleFunctions(ConsolePage page)
{
    /// <summary><c>GET /api/console</c>: the page, in the language that the browser prefers.</summary>
    [Function("GetConsole")]
    public IResult GetPage([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "console")] HttpRequest request)
    {
        var language = RequestLanguage.Of(request);
        // The page names its files beside itself.
        if (request.Path.Value is ['/', .., '/'])
        {
            return Results.Redirect("../console");
        }

        request.HttpContext.Response.Headers.ContentLanguage = language == Language.Persian ? "fa" : "en";
        return page.For(language).AnswerTo(request);
    }

    /// <summary><c>GET /api/console/{file}</c>: a script, style sheet or font of the page.</summary>
    [Function("GetConsoleFile")]
    public IResult GetFile([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "console/{file}")] HttpRequest request, string file)
    {
        return (ConsoleFiles.Find(file) ?? throw new ProblemException(404, "not_found", Texts.NoConsoleFile)).AnswerTo(request);
    }
}
