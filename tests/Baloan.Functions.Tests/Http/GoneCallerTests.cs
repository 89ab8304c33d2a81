using Baloan.Functions.Http;
using Baloan.Functions.Http.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Baloan.Functions.Tests.Http;

public sealed class GoneCallerTests
{
    [Fact]
    public async Task An_answer_that_nobody_is_there_to_read_is_no_fault_of_the_function()
    {
        using var caller = new CancellationTokenSource();
        var context = new DefaultHttpContext { RequestAborted = caller.Token };

        var answer = await NewProblems()
            .CatchAsync(
                context.Request,
                () => Task.FromResult(ApiJson.Respond(new Problem("", "", 200, "", "", "", null), ApiJson.Responses.Problem))
            );
        await caller.CancelAsync();

        await Should.NotThrowAsync(() => answer.ExecuteAsync(context));
    }

    [Fact]
    public async Task An_answer_that_cannot_be_written_to_a_caller_who_is_there_is_one()
    {
        var context = new DefaultHttpContext();

        var answer = await NewProblems().CatchAsync(context.Request, () => Task.FromResult<IResult>(new Broken()));

        await Should.ThrowAsync<IOException>(() => answer.ExecuteAsync(context));
    }

    private static Problems NewProblems()
    {
        var none = new ConfigurationBuilder().Build();
        return new Problems(NullLogger<Problems>.Instance, new CorsOrigins(none), new BodyReading(none));
    }

    private sealed class Broken : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => throw new IOException("The disk is broken.");
    }
}
