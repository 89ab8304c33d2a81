using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Azure.Core;
using Azure.Core.Pipeline;
using Baloan.Model.Tests.Storage;

namespace Baloan.Benchmarks.Surroundings;

/// <summary>
/// A table service in memory that takes as many entities a second as Azure says that one does, in each partition and in all, and as long
/// for an answer; both slowed down, so that two cores are enough for the most of it. What comes faster waits its turn.
/// </summary>
/// <remarks>Azure refuses what comes faster, and the SDK tries again after a while, which makes nothing quicker than here.</remarks>
internal sealed partial class LimitedTables(double slowness) : HttpPipelineTransport
{
    private const double PerPartition = 2_000;
    private const double PerAccount = 20_000;
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(10);

    // Only its requests are used; it never sends.
    private static readonly HttpClientTransport Requests = new(new HttpClient(new SocketsHttpHandler()));

    private readonly MemoryTables tables = new(() => DateTimeOffset.UtcNow);
    private readonly Lock gate = new();
    private readonly Dictionary<string, long> freeAt = [];
    private readonly Dictionary<string, int> taken = [];

    /// <summary>How many entities were asked for, by table and partition.</summary>
    public IReadOnlyDictionary<string, int> Taken
    {
        get
        {
            lock (gate)
            {
                return new Dictionary<string, int>(taken);
            }
        }
    }

    public override Request CreateRequest() => Requests.CreateRequest();

    public override void Process(HttpMessage message) => throw new NotSupportedException("The app calls storage asynchronously.");

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        var request = StorageRequest.Of(message.Request);
        if (request.Service != "table" || request.IsSetup)
        {
            message.Response = request.Service == "table" ? Answer(request) : new StorageAnswer(201);
            return;
        }

        await Task.Delay(Latency * (slowness / 2), message.CancellationToken);
        await Task.Delay(TurnOf(request), message.CancellationToken);
        var answer = Answer(request);
        await Task.Delay(Latency * (slowness / 2), message.CancellationToken);
        message.Response = answer;
    }

    private StorageAnswer Answer(StorageRequest request)
    {
        lock (gate)
        {
            return tables.Answer(request).Copy();
        }
    }

    /// <summary>How long a request waits until its partition and the account have done what came before it.</summary>
    private TimeSpan TurnOf(StorageRequest request)
    {
        var (table, partition, entities) = Of(request);
        lock (gate)
        {
            var name = $"{table} {partition}";
            taken[name] = taken.GetValueOrDefault(name) + entities;
            var now = Stopwatch.GetTimestamp();
            var turn = Math.Max(Take(name, PerPartition), Take("", PerAccount));
            return Stopwatch.GetElapsedTime(now, turn);

            long Take(string place, double perSecond)
            {
                var free = Math.Max(now, freeAt.GetValueOrDefault(place));
                free += (long)(entities * slowness / perSecond * Stopwatch.Frequency);
                return freeAt[place] = free;
            }
        }
    }

    private static (string Table, string Partition, int Entities) Of(StorageRequest request)
    {
        var isBatch = request.Path == "/$batch";
        var text = isBatch || request.Method == "POST" ? Encoding.UTF8.GetString(request.Body) : Uri.UnescapeDataString(request.Path);
        if (request.Query.TryGetValue("$filter", out var filter))
        {
            text = filter;
        }

        var table = isBatch ? TableInBatch().Match(text).Groups[1].Value : TableInPath().Match(request.Path).Value;
        return (table, PartitionIn().Match(text).Groups[1].Value, isBatch ? PartOfBatch().Count(text) : 1);
    }

    [GeneratedRegex("(?<=^/)[A-Za-z]+")]
    private static partial Regex TableInPath();

    [GeneratedRegex("http://table\\.model/([A-Za-z]+)")]
    private static partial Regex TableInBatch();

    [GeneratedRegex("Content-Type: application/http")]
    private static partial Regex PartOfBatch();

    // In a path, in a body, in a filter.
    [GeneratedRegex("PartitionKey(?:=| eq | ge |\":)[\"']([^\"']*)")]
    private static partial Regex PartitionIn();
}
