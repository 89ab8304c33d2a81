using System.Globalization;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Queues.Models;
using Google.Protobuf;
using LocalFunctionsHost.Protocol;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Host.Timers;
using Microsoft.Extensions.Azure;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalFunctionsHost.Functions;

/// <summary>Starts a function for each message of a queue. The listening, waiting, renewing and giving up is Microsoft's own.</summary>
internal sealed class QueueFunction(Function function, FunctionRunner runner)
{
    private const string QueueSetting = "queue";

    /// <summary>What listens to its queue: a WebJobs host with this one job, which its attribute ties to the queue.</summary>
    /// <exception cref="FunctionsHostException">The queue or its storage is named by a setting that is missing.</exception>
    public QueueListener Listener(IConfiguration settings, ILoggerFactory logs)
    {
        var storage = StorageOf(settings);
        var name = settings.Resolve(function.Trigger.QueueName!);
        return new QueueListener(
            function.Name,
            failures => Build(settings, storage, name, logs, failures),
            logs.CreateLogger<QueueListener>()
        );
    }

    /// <summary>Runs it with a text that is on no queue.</summary>
    public Task RunAsync(string text) =>
        RunAsync(
            QueuesModelFactory.QueueMessage(Guid.NewGuid().ToString(), "", new BinaryData(text), 1, null, DateTimeOffset.UtcNow, null)
        );

    private IHost Build(
        IConfiguration settings,
        IEnumerable<KeyValuePair<string, string?>> storage,
        string name,
        ILoggerFactory logs,
        IWebJobsExceptionHandler failures
    ) =>
        new HostBuilder()
            .UseEnvironment(Environments.Production)
            .ConfigureAppConfiguration(configuration =>
                configuration.AddConfiguration(settings).AddInMemoryCollection(storage).AddInMemoryCollection([new(QueueSetting, name)])
            )
            .ConfigureWebJobs(jobs => jobs.AddAzureStorageQueues())
            .ConfigureServices(services =>
                services
                    .AddSingleton(failures)
                    .AddSingleton<IHostLifetime, NoLifetime>()
                    .AddSingleton<ITypeLocator, OneJob>()
                    .AddSingleton(logs)
                    // Its own would tell each request of the Azure SDK as often as there are queues.
                    .AddSingleton(new AzureEventSourceLogForwarder(NullLoggerFactory.Instance))
                    .AddSingleton(this)
                    .AddAzureClients(clients =>
                        clients.ConfigureDefaults(options =>
                            options.AddPolicy(new Lease(settings[$"{HostSettings.Own}:QueueLease"]), HttpPipelinePosition.PerCall)
                        )
                    )
            )
            .Build();

    private Task RunAsync(QueueMessage message) =>
        runner.RunAsync(
            function,
            function.Trigger.WantsModel ? Model(message) : Text(message.Body.ToString()),
            [
                new("QueueTrigger", Text(message.Body.ToString())),
                new("DequeueCount", Json(message.DequeueCount)),
                new("Id", Text(message.MessageId)),
                new("PopReceipt", Text(message.PopReceipt)),
                new("InsertionTime", Json(message.InsertedOn)),
                new("ExpirationTime", Json(message.ExpiresOn)),
                new("NextVisibleTime", Json(message.NextVisibleOn)),
            ]
        );

    private static TypedData Text(string value) => new() { String = value };

    private static TypedData Json<T>(T value) => new() { Json = JsonSerializer.Serialize(value) };

    // The shape that the worker's queue extension reads; times that are not known are left out.
    private static TypedData Model(QueueMessage message)
    {
        var content = new Dictionary<string, object?>
        {
            ["MessageId"] = message.MessageId,
            ["PopReceipt"] = message.PopReceipt,
            ["MessageText"] = message.Body.ToString(),
            ["DequeueCount"] = message.DequeueCount,
            ["NextVisibleOn"] = message.NextVisibleOn,
            ["InsertedOn"] = message.InsertedOn,
            ["ExpiresOn"] = message.ExpiresOn,
        };
        return new()
        {
            ModelBindingData = new()
            {
                Version = "1.0",
                Source = "AzureStorageQueues",
                ContentType = "application/json",
                Content = ByteString.CopyFrom(
                    JsonSerializer.SerializeToUtf8Bytes(content.Where(pair => pair.Value is not null).ToDictionary())
                ),
            },
        };
    }

    // The job's attribute names no connection, so another account takes the default one's place.
    private IEnumerable<KeyValuePair<string, string?>> StorageOf(IConfiguration settings)
    {
        if (function.Trigger.Connection is not { Length: > 0 } name)
        {
            return [];
        }

        var section =
            settings.GetSection($"AzureWebJobs{name}") is var prefixed && prefixed.Exists() ? prefixed : settings.GetSection(name);
        return section.Exists()
            ? section
                .AsEnumerable(makePathsRelative: true)
                .Select(pair =>
                    KeyValuePair.Create(pair.Key.Length == 0 ? HostSettings.Storage : $"{HostSettings.Storage}:{pair.Key}", pair.Value)
                )
            : throw new FunctionsHostException($"the setting '{name}' is missing");
    }

    /// <summary>The job, made by the SDK for each message.</summary>
    public sealed class Job(QueueFunction queue)
    {
        /// <summary>Called by the SDK.</summary>
        public Task RunAsync([QueueTrigger($"%{QueueSetting}%")] QueueMessage message) => queue.RunAsync(message);
    }

    /// <summary>
    /// Shortens the ten minutes for which a message is hidden from others while it is worked on, so that a test need not wait for them.
    /// </summary>
    private sealed class Lease(string? time) : HttpPipelineSynchronousPolicy
    {
        private readonly string? seconds = time is null
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"visibilitytimeout={TimeSpan.Parse(time, CultureInfo.InvariantCulture).TotalSeconds:0}"
            );

        public override void OnSendingRequest(HttpMessage message)
        {
            if (seconds is not null && message.Request.Method == RequestMethod.Get)
            {
                message.Request.Uri.Query = message.Request.Uri.Query.Replace("visibilitytimeout=600", seconds, StringComparison.Ordinal);
            }
        }
    }

    private sealed class OneJob : ITypeLocator
    {
        public IReadOnlyList<Type> GetTypes() => [typeof(Job)];
    }
}
