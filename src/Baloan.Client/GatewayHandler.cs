using System.Net;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace Baloan.Client;

/// <summary>
/// Puts the access token on a call and repeats it where that is safe. Calls that change nothing are repeated after any
/// failure that may pass; calls that act only where they certainly did not take effect.
/// </summary>
internal sealed partial class GatewayHandler(BaloanOptions options, IAccessTokenSource? tokens, TimeProvider time, ILogger logger)
    : DelegatingHandler
{
    private const int Retries = 3;

    private readonly Dictionary<Gateway, Pipelines> gateways = Enum.GetValues<Gateway>()
        .ToDictionary(gateway => gateway, gateway => Build(gateway, options, time, logger));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = Call.Of(request);
        var operation = call.Operation;
        call.Caller = cancellationToken;
        call.Limit = operation is { Acts: true, CarriesFile: true } ? Deadline.Start(time, options.FileTimeout) : null;
        using var deadline = call.Limit is null ? null : new CancellationTokenSource(options.FileTimeout, time);
        using var either = deadline is null ? null : CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var ending = either?.Token ?? cancellationToken;
        try
        {
            if (!operation.Authorized)
            {
                return await RunAsync(call, request, ending);
            }

            var source = tokens ?? throw new InvalidOperationException($"{operation.Name} needs an {nameof(IAccessTokenSource)}.");
            var token = await source.GetAsync(ending);
            Authorize(call, request, token);
            try
            {
                return await RunAsync(call, request, ending);
            }
            catch (BaloanException failure) when (failure.Failure == BaloanFailure.Unauthorized)
            {
                Log.TokenRefused(logger, operation.Name);
            }

            Authorize(call, request, await source.ReplaceAsync(token, ending));
            return await RunAsync(call, request, ending);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Time ran out between tries, or while the token or the file was got. A try under way never ends here, and a call
            // that acts only comes to a wait after a try that certainly took no effect.
            throw call.LastFailure is { Failure: not BaloanFailure.Unauthorized } last
                ? last
                : new BaloanException(BaloanFailure.Unavailable, "baloan_unavailable", "Time ran out before anything was sent.", exception)
                {
                    CanRepeat = true,
                };
        }
    }

    private async Task<HttpResponseMessage> RunAsync(Call call, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var gateway = gateways[call.Operation.Gateway];
        try
        {
            return await (call.Operation.Acts ? gateway.Once : gateway.Repeatable).ExecuteAsync(
                static (state, token) => new ValueTask<HttpResponseMessage>(state.Handler.SendOnceAsync(state.Request, token)),
                (Handler: this, Request: request),
                cancellationToken
            );
        }
        catch (BrokenCircuitException exception)
        {
            throw new BaloanException(
                BaloanFailure.Unavailable,
                "baloan_unavailable",
                "Baloan failed too often just now and is left alone for a while.",
                exception
            )
            {
                CanRepeat = true,
                RetryAfter = exception.RetryAfter,
            };
        }
    }

    private Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        base.SendAsync(request, cancellationToken);

    private static void Authorize(Call call, HttpRequestMessage request, string token)
    {
        // HttpClient's own complaint about such a token would quote it.
        if (token.Length == 0 || token.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new InvalidOperationException("The access token is empty or has characters that no header can carry.");
        }

        call.AddSecret(token);
        request.Headers.Authorization = new("Bearer", token);
    }

    private static Pipelines Build(Gateway gateway, BaloanOptions options, TimeProvider time, ILogger logger)
    {
        // One breaker for both pipelines: what one learns of the gateway spares the other.
        var breaker = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }
            .AddCircuitBreaker(
                new CircuitBreakerStrategyOptions<HttpResponseMessage>
                {
                    ShouldHandle = new PredicateBuilder<HttpResponseMessage>().Handle<BaloanException>(IsDown),
                    FailureRatio = 0.8,
                    MinimumThroughput = 20,
                    SamplingDuration = TimeSpan.FromSeconds(30),
                    BreakDuration = TimeSpan.FromSeconds(10),
                    OnOpened = opened =>
                    {
                        Log.CircuitOpened(logger, gateway, opened.BreakDuration);
                        return default;
                    },
                }
            )
            .Build();
        return new(
            Repeatable: Retrying(failure => failure.Failure is BaloanFailure.Throttled or BaloanFailure.Unavailable || IsPassing(failure)),
            Once: Retrying(failure =>
                failure is { Failure: BaloanFailure.Throttled or BaloanFailure.Unavailable, OutcomeKnown: true, TooLate: false }
            )
        );

        ResiliencePipeline<HttpResponseMessage> Retrying(Func<BaloanException, bool> maySendAgain) =>
            new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }
                .AddRetry(
                    new RetryStrategyOptions<HttpResponseMessage>
                    {
                        ShouldHandle = new PredicateBuilder<HttpResponseMessage>().Handle<BaloanException>(failure =>
                            maySendAgain(failure) && !(failure.RetryAfter > options.LongestWait)
                        ),
                        MaxRetryAttempts = Retries,
                        BackoffType = DelayBackoffType.Exponential,
                        UseJitter = true,
                        Delay = TimeSpan.FromMilliseconds(500),
                        MaxDelay = options.LongestWait,
                        DelayGenerator = static retry => new((retry.Outcome.Exception as BaloanException)?.RetryAfter),
                    }
                )
                .AddPipeline(breaker)
                .Build();
    }

    private static bool IsPassing(BaloanException failure) =>
        failure.Failure == BaloanFailure.NoAnswer && (failure.Status is null || (int)failure.Status is 408 or >= 500);

    private static bool IsDown(BaloanException failure) =>
        failure is { Failure: BaloanFailure.Unavailable, TooLate: false }
        || (failure.Failure == BaloanFailure.NoAnswer && failure.Status is null or HttpStatusCode.ServiceUnavailable);

    private sealed record Pipelines(ResiliencePipeline<HttpResponseMessage> Repeatable, ResiliencePipeline<HttpResponseMessage> Once);

    private static partial class Log
    {
        [LoggerMessage(4, LogLevel.Information, "Baloan refused the access token of {Operation}; a fresh one is got.")]
        public static partial void TokenRefused(ILogger logger, string operation);

        [LoggerMessage(5, LogLevel.Warning, "The circuit to Baloan's {Gateway} gateway opened for {Duration}.")]
        public static partial void CircuitOpened(ILogger logger, Gateway gateway, TimeSpan duration);
    }
}
