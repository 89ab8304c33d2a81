using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Baloan.Functions.Http;

/// <summary>
/// Puts a problem document in the place of what a function throws over HTTP, and runs one that asks for a key of its own for those alone
/// who bring it.
/// </summary>
/// <remarks>It has to come after the middleware of the ASP.NET Core integration, which sends what stands as the result.</remarks>
internal sealed class ProblemMiddleware(Problems problems, OwnKeys keys) : IFunctionsWorkerMiddleware
{
    // They answer as the host does, without a document and without headers of their own.
    private static readonly string[] Bare = ["AnswerPreflight", "GetRoot"];

    /// <inheritdoc/>
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http || Bare.Contains(context.FunctionDefinition.Name))
        {
            await next(context);
            return;
        }

        context.GetInvocationResult().Value = await problems.CatchAsync(
            http.Request,
            async () =>
            {
                keys.Check(context.FunctionDefinition.Name, http.Request);
                await next(context);
                return (IResult)context.GetInvocationResult().Value!;
            }
        );
    }
}
