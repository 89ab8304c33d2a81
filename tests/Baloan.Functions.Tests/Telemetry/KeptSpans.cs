using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Baloan.Client;
using Baloan.Core.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace Baloan.Functions.Tests.Telemetry;

/// <summary>Keeps the spans of the app and its client, with one that stands for the request which the test makes.</summary>
internal sealed class KeptSpans : IDisposable
{
    private static readonly ActivitySource Requests = new("Baloan.Functions.Tests.Requests");

    private readonly Keeper keeper = new();
    private readonly TracerProvider provider;

    public KeptSpans() =>
        provider = Sdk.CreateTracerProviderBuilder()
            .AddSource(Traces.Name, BaloanTelemetry.Name, Requests.Name)
            .SetSampler(new AlwaysOnSampler())
            .AddProcessor(new SimpleActivityExportProcessor(keeper))
            .Build();

    /// <summary>Does something as part of a new trace.</summary>
    public static async Task<ActivityTraceId> RequestAsync(Func<Task> work)
    {
        Activity.Current = null;
        using var request = Requests.StartActivity("request", ActivityKind.Server).ShouldNotBeNull();
        await work();
        return request.TraceId;
    }

    /// <summary>A trace's spans, in the order in which they began.</summary>
    public IReadOnlyList<Activity> Of(ActivityTraceId trace) =>
        [.. keeper.Spans.Where(span => span.TraceId == trace).OrderBy(span => span.StartTimeUtc).ThenBy(span => span.Duration.Ticks == 0)];

    /// <summary>A trace as a tree of names, children in the order in which they began, with what is said of each.</summary>
    public string Tree(ActivityTraceId trace, params string[] tags)
    {
        var spans = Of(trace);
        var text = new StringBuilder();
        void Write(Activity span, int depth)
        {
            var said = tags.Select(tag => span.GetTagItem(tag)).OfType<string>();
            text.AppendJoin(' ', [new string(' ', depth * 2) + span.DisplayName, .. said]).Append('\n');
            foreach (var child in spans.Where(other => other.ParentSpanId == span.SpanId))
            {
                Write(child, depth + 1);
            }
        }

        foreach (var root in spans.Where(span => span.ParentSpanId == default))
        {
            Write(root, 0);
        }

        return text.ToString().TrimEnd();
    }

    /// <summary>All that a trace's spans say.</summary>
    public string Text(ActivityTraceId trace)
    {
        var text = new StringBuilder();
        foreach (var span in Of(trace))
        {
            text.AppendLine($"{span.OperationName} {span.DisplayName} {span.StatusDescription} {span.TraceStateString}");
            text.AppendJoin(' ', span.TagObjects.Concat(span.Links.SelectMany(link => link.Tags ?? [])));
            text.AppendJoin(' ', span.Baggage);
            foreach (var happened in span.Events)
            {
                text.Append(happened.Name).AppendJoin(' ', happened.Tags);
            }
        }

        return text.ToString();
    }

    public void Dispose() => provider.Dispose();

    private sealed class Keeper : BaseExporter<Activity>
    {
        private readonly ConcurrentQueue<Activity> spans = new();

        public IReadOnlyList<Activity> Spans => [.. spans];

        public override ExportResult Export(in Batch<Activity> batch)
        {
            foreach (var span in batch)
            {
                spans.Enqueue(span);
            }

            return ExportResult.Success;
        }
    }
}
