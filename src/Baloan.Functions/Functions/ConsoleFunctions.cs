using Baloan.Client;
using Baloan.Functions.Console;
using Baloan.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Functions;

/// <summary>The console: a page for people, without data. What it shows it asks from the API, with the reader's function key.</summary>
public sealed class ConsoleFunctions(Problems problems)
{
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
            return Task.FromResult(ConsoleFiles.Page(language).AnswerTo(request));
        });

    /// <summary><c>GET /api/console/{file}</c>: a script, style sheet or font of the page.</summary>
    [Function("GetConsoleFile")]
    public Task<IResult> GetFile(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "console/{file}")] HttpRequest request,
        string file) => problems.CatchAsync(request, (_, _) => Task.FromResult(
            (ConsoleFiles.Find(file) ?? throw new ProblemException(404, "not_found", Texts.NoConsoleFile)).AnswerTo(request)));
}
