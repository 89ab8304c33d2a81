using Baloan.Functions.Http;
using Baloan.Functions.Http.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Baloan.Functions.Tests.Security;

/// <summary>Whose share of the places for bodies a request takes.</summary>
public sealed class BodyShareTests
{
    private readonly BodyReading bodies = new(
        new ConfigurationBuilder().AddInMemoryCollection([new("AzureFunctionsJobHost:extensions:http:maxConcurrentRequests", "20")]).Build()
    );

    [Theory]
    [InlineData("?code=key")]
    [InlineData("?code=key&code={0}")]
    [InlineData("?code={0}", "key")]
    [InlineData("", "key", "{0}")]
    public void A_key_is_one_caller_whatever_stands_behind_it(string query, params string?[] headers)
    {
        for (var number = 0; number < 10; number++)
        {
            bodies.Guard(Request(number)).ShouldNotBeNull();
        }

        Should.Throw<ProblemException>(() => bodies.Guard(Request(10))).Status.ShouldBe(429);
        bodies.Guard(Request(11, "?code=other", [])).ShouldNotBeNull("another key has a share of its own");

        HttpRequest Request(int number, string? ofQuery = null, string?[]? ofHeaders = null)
        {
            var request = new DefaultHttpContext().Request;
            request.Path = "/api/merchant/uploads";
            request.ContentLength = 5;
            request.QueryString = new((ofQuery ?? query).Replace("{0}", $"{number}", StringComparison.Ordinal));
            foreach (var header in (ofHeaders ?? headers).OfType<string>())
            {
                request.Headers.Append("x-functions-key", header.Replace("{0}", $"{number}", StringComparison.Ordinal));
            }

            return request;
        }
    }
}
