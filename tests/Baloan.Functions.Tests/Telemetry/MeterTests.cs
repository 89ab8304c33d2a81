using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Baloan.Client;
using Baloan.Core.Events;
using Baloan.Core.Loans;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Core.Telemetry;
using Baloan.Core.Tokens;
using Baloan.Core.Uploads;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Functions.Tests.Subscriptions;
using Baloan.Sandbox;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Telemetry;

public sealed class MeterTests(StorageAccounts storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ends_verdicts_and_tries_are_counted_by_outcome_and_nothing_else()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var fixture = await ServiceFixture.StartAsync(storage);
        using var counts = new Counts(fixture.Services);

        // Settlements: each way in which they end.
        await fixture.RunToEndAsync((await fixture.AcceptAsync()).Code);
        await fixture.RunToEndAsync((await fixture.AcceptAsync(total: MagicNumbers.For(Fault.CutAfterEffect).Total)).Code);
        var refused = await fixture.AcceptAsync(total: MagicNumbers.For(Fault.WrongOtp).Total);
        await fixture.RunToEndAsync(refused.Code);
        (await fixture.Decisions.WithdrawAsync(await fixture.AcceptAsync(), Cancel)).ShouldNotBeNull();
        counts
            .Taken()
            .ShouldBe([
                "baloan.settlements 1 outcome=failed",
                "baloan.settlements 1 outcome=rejected",
                "baloan.settlements 1 outcome=settled",
                "baloan.settlements 1 outcome=settled_inferred",
            ]);

        // Uploads.
        var file = await fixture
            .Services.GetRequiredService<FileStore>()
            .SaveAsync(StorageSetup.UploadsContainer, new MemoryStream(Given.Pdf()), [FileKind.Pdf], Cancel);
        var upload = await fixture.Services.GetRequiredService<UploadIntake>().AcceptAsync(file!, "a.pdf", Language.English, Cancel);
        await fixture.Services.GetRequiredService<UploadProcessor>().ProcessAsync(upload.Id, Cancel);
        counts.Taken().ShouldBe(["baloan.uploads 1 outcome=uploaded"]);

        // Callbacks.
        var loan = Guid.NewGuid().ToString();
        foreach (var state in new[] { "created", "created", "loan_paid", "canceled", "nobody knows this one" })
        {
            var callback = new LoanCallback(
                Guid.NewGuid().ToString(),
                loan,
                LoanStates.Normalize(state),
                null,
                fixture.Time.GetUtcNow(),
                "{}"u8.ToArray()
            );
            fixture.Time.Advance(TimeSpan.FromSeconds(1));
            await fixture.Services.GetRequiredService<LoanStore>().RecordAsync(callback, Cancel);
        }

        counts
            .Taken()
            .ShouldBe([
                "baloan.loan.callbacks 1 verdict=accepted",
                "baloan.loan.callbacks 1 verdict=accepted",
                "baloan.loan.callbacks 1 verdict=conflict",
                "baloan.loan.callbacks 1 verdict=duplicate",
                "baloan.loan.callbacks 1 verdict=unknown_state",
            ]);

        // Events.
        await fixture
            .Services.GetRequiredService<SubscriptionStore>()
            .SaveAsync(
                new Subscription
                {
                    RowKey = "somebody",
                    CallbackUrl = receiver.CallbackUrl,
                    Events = SubscriberEvent.Settlement,
                    CreatedAt = fixture.Time.GetUtcNow(),
                },
                Cancel
            );
        var delivery = fixture.Services.GetRequiredService<EventDelivery>();
        foreach (var (status, firstAt) in new[] { (200, 0), (503, 0), (503, -2), (410, 0) })
        {
            receiver.AnswerWith(status);
            await delivery.DeliverAsync(
                new EventMessage("somebody", EventsFixture.NewEvent(), 1, fixture.Time.GetUtcNow().AddDays(firstAt), null),
                Cancel
            );
        }

        counts
            .Taken()
            .ShouldBe([
                "baloan.events 1 outcome=delivered",
                "baloan.events 1 outcome=ended_by_receiver",
                "baloan.events 1 outcome=given_up",
                "baloan.events 1 outcome=put_off",
            ]);
    }

    [Fact]
    public async Task The_age_of_an_access_token_and_what_is_left_of_its_life_can_be_read()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        using var counts = new Counts(fixture.Services);
        var tokens = fixture.Services.GetRequiredKeyedService<AccessTokens>(Gateway.Merchant.Name);
        fixture.Services.GetRequiredKeyedService<AccessTokens>(Gateway.Partnership.Name);
        counts.Read().ShouldBeEmpty("nobody has needed a token yet");

        await tokens.GetAsync(Cancel);
        var life = (await tokens.KeepFreshAsync(Cancel)) - fixture.Time.GetUtcNow();
        fixture.Time.Advance(TimeSpan.FromHours(1));

        counts
            .Read()
            .ShouldBe([
                $"baloan.token.age 3600 gateway=merchant",
                $"baloan.token.remaining_life {life.TotalSeconds - 3600} gateway=merchant",
            ]);
    }

    /// <summary>What one app measures.</summary>
    private sealed class Counts : IDisposable
    {
        private readonly MeterListener listener = new();
        private readonly ConcurrentQueue<string> seen = new();

        public Counts(IServiceProvider app)
        {
            var own = app.GetRequiredService<IMeterFactory>();
            listener.InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == AppMeter.Name && instrument.Meter.Scope == own)
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            };
            listener.SetMeasurementEventCallback<long>(Note);
            listener.SetMeasurementEventCallback<double>(Note);
            listener.Start();
        }

        /// <summary>What the gauges show.</summary>
        public IReadOnlyList<string> Read()
        {
            Taken();
            listener.RecordObservableInstruments();
            return Taken();
        }

        /// <summary>What was counted since the last time.</summary>
        public IReadOnlyList<string> Taken()
        {
            var taken = seen.Order(StringComparer.Ordinal).ToArray();
            seen.Clear();
            return taken;
        }

        public void Dispose() => listener.Dispose();

        private void Note<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state) =>
            seen.Enqueue($"{instrument.Name} {value} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}");
    }
}
