using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;
using Grpc.Core;
using LocalFunctionsHost.Functions;
using LocalFunctionsHost.Protocol;

namespace LocalFunctionsHost.Workers;

/// <summary>What is said between this host and one worker process, from its first message until its stream ends.</summary>
internal sealed partial class WorkerChannel(string folder, ILoggerFactory logs)
{
    private readonly Channel<StreamingMessage> outgoing = Channel.CreateUnbounded<StreamingMessage>(new() { SingleReader = true });
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> questions = new();
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, string> ids = [];
    private readonly TaskCompletionSource gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool ended;

    /// <summary>Ends when the worker has loaded its functions; fails when it could not.</summary>
    public Task Ready => ready.Task;

    /// <summary>Ends with the worker's stream.</summary>
    public Task Ended => gone.Task;

    /// <summary>What the worker has not done yet, until it is ready.</summary>
    public string Awaited { get; private set; } = "it has not connected";

    /// <summary>Where the worker listens for the HTTP requests.</summary>
    public string HttpAddress { get; private set; } = "";

    public IReadOnlyList<Function> Functions { get; private set; } = [];

    /// <summary>Carries messages in both directions until the worker is gone.</summary>
    public async Task RunAsync(
        IAsyncStreamReader<StreamingMessage> incoming,
        IServerStreamWriter<StreamingMessage> writer,
        CancellationToken aborted
    )
    {
        var greeting = GreetAsync();
        var writing = WriteAsync(writer, aborted);
        try
        {
            while (await incoming.MoveNext(aborted))
            {
                Take(incoming.Current);
            }
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
            // Its process has ended.
        }
        finally
        {
            End();
            await Task.WhenAll(writing, greeting);
        }
    }

    /// <summary>Runs a function once.</summary>
    /// <exception cref="FunctionsHostException">It failed, or the worker went away.</exception>
    public async Task InvokeAsync(
        Function function,
        string invocationId,
        TypedData input,
        Activity? trace,
        IEnumerable<KeyValuePair<string, TypedData>> metadata,
        CancellationToken cancellationToken
    )
    {
        // What is not recorded here the app would not send on either.
        if (trace is not null)
        {
            trace.ActivityTraceFlags |= ActivityTraceFlags.Recorded;
        }

        var request = new InvocationRequest
        {
            InvocationId = invocationId,
            FunctionId = ids[function.Name],
            InputData =
            {
                new ParameterBinding { Name = function.Trigger.Name, Data = input },
            },
            TraceContext = new() { TraceParent = trace?.Id ?? "", TraceState = trace?.TraceStateString ?? "" },
        };
        foreach (var (name, value) in metadata)
        {
            request.TriggerMetadata[name] = value;
        }

        using var cancel = cancellationToken.Register(() => Tell(new() { InvocationCancel = new() { InvocationId = invocationId } }));
        Check((await AskAsync(new() { InvocationRequest = request })).InvocationResponse.Result);
    }

    /// <summary>Asks the worker to end.</summary>
    public void Terminate() => Tell(new() { WorkerTerminate = new() });

    /// <summary>Nothing more comes from the worker.</summary>
    public void End()
    {
        ended = true;
        gone.TrySetResult();
        ready.TrySetException(Gone());
        outgoing.Writer.TryComplete();
        foreach (var question in questions.Values)
        {
            question.TrySetException(Gone());
        }
    }

    private static FunctionsHostException Gone() => new("The function app's process has ended.");

    private static void Check(StatusResult result)
    {
        if (result.Status != StatusResult.Types.Status.Success)
        {
            throw new FunctionsHostException(result.Exception?.Message ?? result.Status.ToString());
        }
    }

    private async Task GreetAsync()
    {
        try
        {
            Awaited = "it has not answered the host's first message";
            var welcome = (
                await AskAsync(
                    new()
                    {
                        WorkerInitRequest = new()
                        {
                            HostVersion = "4.0.0",
                            WorkerDirectory = folder,
                            FunctionAppDirectory = folder,
                        },
                    }
                )
            ).WorkerInitResponse;
            Check(welcome.Result);
            HttpAddress =
                welcome.Capabilities.GetValueOrDefault("HttpUri")
                ?? throw new FunctionsHostException(
                    "The app's HTTP functions do not use ASP.NET Core: call ConfigureFunctionsWebApplication() on its builder."
                );
            Awaited = "it has not told its functions";
            var found = (
                await AskAsync(new() { FunctionsMetadataRequest = new() { FunctionAppDirectory = folder } })
            ).FunctionMetadataResponse;
            Check(found.Result);
            Awaited = "it has not loaded its functions";
            foreach (
                var loaded in await Task.WhenAll(
                    found.FunctionMetadataResults.Select(function =>
                        AskAsync(
                            new()
                            {
                                FunctionLoadRequest = new() { FunctionId = function.FunctionId, Metadata = function },
                            }
                        )
                    )
                )
            )
            {
                Check(loaded.FunctionLoadResponse.Result);
            }

            foreach (var function in found.FunctionMetadataResults)
            {
                ids[function.Name] = function.FunctionId;
            }

            Functions = [.. found.FunctionMetadataResults.Select(Function.From)];
            Awaited = $"it does not listen on {HttpAddress}";
            await ListensAsync(new Uri(HttpAddress));
            ready.TrySetResult();
        }
        catch (FunctionsHostException failure)
        {
            ready.TrySetException(failure);
        }
    }

    // The worker connects to its host before it listens itself.
    private async Task ListensAsync(Uri address)
    {
        while (!ended)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(address.Host, address.Port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(5);
            }
        }
    }

    // An answer bears the id of what it answers.
    private async Task<StreamingMessage> AskAsync(StreamingMessage question)
    {
        question.RequestId = Guid.NewGuid().ToString();
        var answer = new TaskCompletionSource<StreamingMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        questions[question.RequestId] = answer;
        try
        {
            Tell(question);
            return ended ? throw Gone() : await answer.Task;
        }
        finally
        {
            questions.TryRemove(question.RequestId, out _);
        }
    }

    private void Tell(StreamingMessage message) => outgoing.Writer.TryWrite(message);

    private async Task WriteAsync(IServerStreamWriter<StreamingMessage> writer, CancellationToken aborted)
    {
        try
        {
            await foreach (var message in outgoing.Reader.ReadAllAsync(aborted))
            {
                await writer.WriteAsync(message, aborted);
            }
        }
        catch (Exception failure) when (failure is InvalidOperationException or OperationCanceledException)
        {
            // The stream has ended.
        }
    }

    private void Take(StreamingMessage message)
    {
        if (message.ContentCase == StreamingMessage.ContentOneofCase.RpcLog)
        {
            var line = message.RpcLog;
            Log.Line(
                logs.CreateLogger(line.Category),
                (LogLevel)line.Level,
                line.Message,
                line.Exception is { } failure ? Environment.NewLine + failure.Message : ""
            );
        }
        else if (questions.TryGetValue(message.RequestId, out var question))
        {
            question.TrySetResult(message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Message = "{Text}{Failure}")]
        public static partial void Line(ILogger logger, LogLevel level, string text, string failure);
    }
}
