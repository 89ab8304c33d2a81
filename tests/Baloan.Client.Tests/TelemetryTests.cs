using System.Diagnostics;
using System.Diagnostics.Metrics;
using Baloan.Client.Tests.Servers;
using static Baloan.Client.Tests.Servers.ScriptedBaloan;

namespace Baloan.Client.Tests;

public sealed class TelemetryTests
{
    // Meter and source are one for the whole process: this tells our own calls from those of tests beside us.
    private static readonly AsyncLocal<List<string>?> Ours = new();

    [Fact]
    public async Task Each_call_is_counted_and_traced_once_by_operation_and_result()
    {
        await using var baloan = await StartAsync(
            Answer(429, Throttled),
            Good(),
            Answer(400, """{"detail":"No.","code":"one_of_many"}"""),
            Answer(500, ""),
            Good()
        );
        using var fixture = new ClientFixture(baloan.Address);
        var seen = Ours.Value = [];
        using var meters = new MeterListener();
        meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == BaloanTelemetry.Name)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        meters.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) =>
                Ours.Value?.Add($"{instrument.Name} {value} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}")
        );
        meters.Start();
        using var traces = new ActivityListener
        {
            ShouldListenTo = source => source.Name == BaloanTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
                Ours.Value?.Add(
                    $"{activity.DisplayName} {activity.Status} {string.Join(' ', activity.Tags.Select(tag => $"{tag.Key}={tag.Value}"))}"
                ),
        };
        ActivitySource.AddActivityListener(traces);

        await fixture.RunAsync("settle");
        await fixture.FailAsync("settle");
        await fixture.FailAsync("send_otp");
        await fixture.RunAsync("check_credit");

        seen.ShouldBe([
            "baloan.client.calls 1 operation=settle result=ok",
            "baloan settle Unset baloan.operation=settle baloan.result=ok",
            "baloan.client.calls 1 operation=settle result=rejected",
            "baloan settle Error baloan.operation=settle baloan.result=rejected",
            "baloan.client.calls 1 operation=send_otp result=outcome_unknown",
            "baloan send_otp Error baloan.operation=send_otp baloan.result=outcome_unknown",
            "baloan.client.calls 1 operation=check_credit result=ok",
            "baloan check_credit Unset baloan.operation=check_credit baloan.result=ok",
        ]);
    }
}
