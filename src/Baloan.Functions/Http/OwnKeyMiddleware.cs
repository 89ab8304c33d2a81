using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Baloan.Functions.Http;

/// <summary>Runs a function that asks for a key of its own for those alone who bring it.</summary>
internal sealed class OwnKeyMiddleware(OwnKeys keys, Problems problems) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        var function = context.FunctionDefinition.Name;
        if (context.GetHttpContext()?.Request is { } request && !keys.Allow(function, request))
        {
            context.GetInvocationResult().Value = await problems.CatchAsync(request, (_, _) =>
                throw new ProblemException(401, "own_key_required", language => BookTexts.OwnKeyRequired.In(language, function, OwnKeys.Header)));
            return;
        }

        await next(context);
    }
}
