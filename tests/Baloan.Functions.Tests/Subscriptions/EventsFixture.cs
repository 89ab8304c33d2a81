using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Baloan.Core.Events;
using Baloan.Core.Storage;
using Baloan.Functions.Functions;
using Baloan.Functions.Http.Requests;
using Baloan.Functions.Tests.Fixtures;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;

namespace Baloan.Functions.Tests.Subscriptions;

/// <summary>
/// Subscriptions with real storage and a real receiver, and a clock that the test moves: each message of the queue <c>events</c>
/// comes when the test says so, at the time for which it was put there.
/// </summary>
internal sealed class EventsFixture : IAsyncDisposable
{
    private static readonly TimeSpan PlacePatience = TimeSpan.FromMilliseconds(500);

    private readonly List<ServiceProvider> instances = [];
    private readonly List<(DateTimeOffset Due, string Text)> pending = [];
    private MortalTime timeOfInstance = null!;
    private int seen;

    private EventsFixture(StorageProxy storage, Receiver receiver, string environment, string? allowedHosts, string? allowedPorts)
    {
        (Storage, Receiver) = (storage, receiver);
        Services = NewInstance(environment, allowedHosts, allowedPorts);
    }

    public StorageProxy Storage { get; }

    public Receiver Receiver { get; }

    public ManualTime Time { get; } = new();

    public KeptLogs Logs { get; } = new();

    public ServiceProvider Services { get; set; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<EventsFixture> StartAsync(
        StorageAccounts storage,
        string? environment = null,
        string? allowedHosts = null,
        string? allowedPorts = null
    ) =>
        new(
            await StorageProxy.StartAsync(storage),
            await Receiver.StartAsync(),
            environment ?? Environments.Development,
            allowedHosts,
            allowedPorts
        );

    /// <summary>Another instance of the app on the same storage.</summary>
    public ServiceProvider NewInstance(string? environment = null, string? allowedHosts = null, string? allowedPorts = null)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["AzureWebJobsStorage"] = Storage.ConnectionString,
                    ["Subscriptions:AllowedHosts"] = allowedHosts,
                    ["Subscriptions:AllowedPorts"] = allowedPorts,
                }
            )
            .Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddSingleton<IHostEnvironment>(new HostingEnvironment { EnvironmentName = environment ?? Environments.Development });
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Logs));
        services.AddBaloanFunctions(configuration);
        timeOfInstance = new MortalTime(Time);
        services.AddSingleton<TimeProvider>(timeOfInstance);
        services.AddServiceDate(Time);
        var instance = services.BuildServiceProvider();
        instances.Add(instance);
        return instance;
    }

    /// <summary>The process dies in what it waits for, and another one takes its place.</summary>
    public void DieAndStartAnew()
    {
        timeOfInstance.Stop();
        Services = NewInstance();
    }

    public static SubscriberEvent NewEvent(string state = "settled", string type = SubscriberEvent.Settlement, LoanChange? change = null) =>
        new(
            Guid.NewGuid().ToString(),
            type,
            state,
            new DateTimeOffset(2026, 3, 1, 7, 59, 0, TimeSpan.Zero),
            new JsonObject { ["note"] = "سلام" }
        )
        {
            Change = change,
        };

    /// <summary>Subscribes as the POST does.</summary>
    public async Task<string> SubscribeAsync(
        string? callbackUrl = null,
        string[]? events = null,
        string[]? states = null,
        string? secret = null
    )
    {
        var body = new JsonObject { ["callback_url"] = callbackUrl ?? Receiver.CallbackUrl, ["secret"] = secret };
        if (events is not null)
        {
            body["events"] = new JsonArray([.. events.Select(name => JsonValue.Create(name))]);
        }

        if (states is not null)
        {
            body["states"] = new JsonArray([.. states.Select(name => JsonValue.Create(name))]);
        }

        var request = new DefaultHttpContext().Request;
        request.ContentType = "application/json";
        request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body.ToJsonString()));
        var row = await Services.GetRequiredService<SubscriptionRequestReader>().ReadAsync(request, Cancel);
        await Services.GetRequiredService<SubscriptionStore>().SaveAsync(row, Cancel);
        return row.RowKey;
    }

    public async Task<Subscription?> FindAsync(string id) => await Services.GetRequiredService<SubscriptionStore>().FindAsync(id, Cancel);

    public async Task<SubscriberEvent> PublishAsync(SubscriberEvent? happened = null)
    {
        happened ??= NewEvent();
        await Services.GetRequiredService<EventPublisher>().PublishAsync(happened, Cancel);
        return happened;
    }

    /// <summary>How many messages there are, hidden ones included.</summary>
    public int Pending()
    {
        foreach (var message in Storage.Messages.Skip(seen))
        {
            seen++;
            if (message.Queue == "events")
            {
                pending.Add((Time.GetUtcNow() + message.Delay, message.Text));
            }
        }

        return pending.Count;
    }

    /// <summary>Whether the next message is of an event, and not one that comes for all that waits.</summary>
    public bool NextIsEvent() =>
        Pending() > 0 && !pending.MinBy(message => message.Due).Text.Contains("\"retry\"", StringComparison.Ordinal);

    /// <summary>Takes away all messages, as a queue that loses them would.</summary>
    public void LoseMessages()
    {
        Pending();
        pending.Clear();
    }

    /// <summary>Lets the next message come, at its time.</summary>
    /// <returns>How long it waited for that; null where there is none.</returns>
    public async Task<TimeSpan?> StepAsync()
    {
        if (Pending() == 0)
        {
            return null;
        }

        var next = pending.MinBy(message => message.Due);
        pending.Remove(next);
        var waited = next.Due - Time.GetUtcNow();
        Time.AdvanceTo(next.Due);
        await RunAsync(next.Text);
        return waited;
    }

    /// <summary>Lets messages come, each at its time, until there are none.</summary>
    public async Task<int> RunToEndAsync()
    {
        var steps = 0;
        while (await StepAsync() is not null)
        {
            steps++.ShouldBeLessThan(500, "it does not end");
        }

        return steps;
    }

    /// <summary>What the queue's function does with a message.</summary>
    public Task RunAsync(string message) => new DeliverEventsFunction(Services.GetRequiredService<EventDelivery>()).Run(message, Cancel);

    /// <summary>How many events wait, and how many failed for good.</summary>
    public async Task<(int Waiting, int Failed)> BacklogAsync(string id) =>
        await Services.GetRequiredService<EventBacklog>().CountAsync(id, Cancel);

    /// <summary>Lets the next message come to a receiver that hangs, until it has given its place to others.</summary>
    public async Task StepWithoutAnswerAsync()
    {
        var before = Receiver.Deliveries.Count;
        var step = StepAsync();
        await Until.TrueAsync(() => Receiver.Deliveries.Count > before);
        await Time.IsWaitedForAsync(PlacePatience);
        Time.Advance(PlacePatience);
        await step;
    }

    /// <summary>Lets the time pass that a receiver has for its answer.</summary>
    public async Task AnswerNeverComesAsync()
    {
        var before = Logs.Lines.Count(line => line.Contains("no answer in time", StringComparison.Ordinal));
        Time.Advance(TimeSpan.FromSeconds(15));
        await Until.TrueAsync(() => Logs.Lines.Count(line => line.Contains("no answer in time", StringComparison.Ordinal)) > before);
        await Until.TrueAsync(() => Pending() > 0);
    }

    /// <summary>What was given up.</summary>
    public async Task<IReadOnlyList<string>> PoisonAsync()
    {
        PeekedMessage[] messages = await Services
            .GetRequiredService<StorageClients>()
            .Queues.GetQueueClient(StorageSetup.EventsPoisonQueueName)
            .PeekMessagesAsync(32, Cancel);
        return [.. messages.Select(message => message.Body.ToString())];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in instances)
        {
            await instance.DisposeAsync();
        }

        await Receiver.DisposeAsync();
        await Storage.DisposeAsync();
        Logs.Lines.Where(line =>
                line.Contains(Receiver.Signature, StringComparison.Ordinal) || line.Contains("/workflows", StringComparison.Ordinal)
            )
            .ShouldBeEmpty();
    }

    /// <summary>The clock as one process sees it: once that is dead, nothing that it waits for comes to pass.</summary>
    private sealed class MortalTime(ManualTime time) : TimeProvider
    {
        private volatile bool isDead;

        public override long TimestampFrequency => time.TimestampFrequency;

        public void Stop() => isDead = true;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            time.CreateTimer(
                due =>
                {
                    if (!isDead)
                    {
                        callback(due);
                    }
                },
                state,
                dueTime,
                period
            );
    }
}
