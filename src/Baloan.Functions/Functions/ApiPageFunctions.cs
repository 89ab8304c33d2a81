using Baloan.Functions.Console;
using Baloan.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Functions;

/// <summary>The API's description as a page, to read and to try.</summary>
public sealed class ApiPageFunctions
{
    private const string PageName = "docs.html";

    private static readonly EmbeddedFiles Files = new("docs/");

    /// <summary><c>GET /api/docs</c>: the page.</summary>
    [Function("GetDocs")]
    public IResult GetPage([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "docs")] HttpRequest request)
    {
        // The page names its files beside itself.
        return request.Path.Value is ['/', .., '/'] ? Results.Redirect("../docs") : Files.Find(PageName)!.AnswerTo(request);
    }

    /// <summary><c>GET /api/docs/{file}</c>: a script, a style sheet or a licence of the page.</summary>
    [Function("GetDocsFile")]
    public IResult GetFile([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "docs/{file}")] HttpRequest request, string file)
    {
        return ((file == PageName ? null : Files.Find(file)) ?? throw new ProblemException(404, "not_found", Texts.NoConsoleFile)).AnswerTo(
            request
        );
    }
}
