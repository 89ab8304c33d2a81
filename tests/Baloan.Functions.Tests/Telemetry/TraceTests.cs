using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Queues.Models;
using Baloan.Core.Events;
using Baloan.Core.Loans;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Core.Telemetry;
using Baloan.Functions.Functions;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Requests;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Functions.Tests.Loans;
using Baloan.Sandbox;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Telemetry;

/// <summary>Follows what happens through its spans, from what begins it over the queues to Baloan and to the subscriber.</summary>
public sealed class TraceTests(StorageAccounts storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_settlement_is_one_trace_from_the_request_to_settled_and_to_the_subscriber()
    {
        using var spans = new KeptSpans();
        await using var receiver = await Receiver.StartAsync();
        await using var fixture = await StartAsync(receiver);
        Settlement? row = null;

        var trace = await KeptSpans.RequestAsync(async () => row = await fixture.AcceptAsync(withOtp: true));
        await RunAsync(fixture);
        (await fixture.FindAsync(row!.Code)).Status.ShouldBe(SettlementStatus.Settled);
        await DeliverAsync(fixture);
        receiver.Deliveries.ShouldHaveSingleItem();

        spans
            .Tree(trace, Traces.SettlementCode, Traces.SettlementOutcome, Traces.EventType, Traces.EventOutcome, "baloan.result")
            .ShouldBe(
                $"""
                request
                  baloan send_otp ok
                    baloan merchant_token ok
                  process settlement {row.Code} settled
                    baloan check_credit ok
                    baloan validate_otp ok
                    baloan settle ok
                    deliver event settlement delivered
                """
            );
        ShouldHoldNoSecret(spans.Text(trace), fixture, receiver, row.NationalIdentifier!);
    }

    [Fact]
    public async Task What_goes_wrong_is_told_by_its_kind_alone()
    {
        using var spans = new KeptSpans();
        await using var receiver = await Receiver.StartAsync();
        receiver.AnswerWith(500);
        await using var fixture = await StartAsync(receiver);
        var wrong = await fixture.NewAsync(withOtp: true, total: MagicNumbers.For(Fault.WrongOtp).Total);

        var trace = await KeptSpans.RequestAsync(() => fixture.Intake.AcceptAsync(wrong, Cancel));
        await RunAsync(fixture);
        (await fixture.FindAsync(wrong.Code)).Status.ShouldBe(SettlementStatus.Rejected);
        await DeliverAsync(fixture);

        spans
            .Tree(trace, Traces.SettlementCode, Traces.SettlementOutcome, Traces.EventOutcome, "baloan.result")
            .ShouldBe(
                $"""
                request
                  process settlement {wrong.Code} rejected
                    baloan check_credit ok
                    baloan validate_otp ok
                    baloan settle rejected
                    baloan check_credit ok
                    deliver event put_off
                """
            );
        spans
            .Of(trace)
            .Where(span => span.Status == ActivityStatusCode.Error)
            .Select(span => span.StatusDescription)
            .ShouldBe(["rejected"]);
        ShouldHoldNoSecret(spans.Text(trace), fixture, receiver, wrong.NationalIdentifier);
    }

    [Fact]
    public async Task A_loan_s_opening_and_its_callback_with_the_event_are_each_one_trace()
    {
        using var spans = new KeptSpans();
        await using var receiver = await Receiver.StartAsync();
        await using var fixture = await StartAsync(receiver);
        var customer = fixture.Secret(Given.Customer());
        const string Phone = "09121111111";
        // Here waits take as long as they take.
        var app = fixture.NewInstance(clock: new LoanClock());
        var loans = ActivatorUtilities.CreateInstance<LoanFunctions>(app);
        var callbacks = ActivatorUtilities.CreateInstance<LoanStateCallbackFunction>(app);

        var opening = await KeptSpans.RequestAsync(() =>
            loans.Open(
                Request(
                    new()
                    {
                        ["phone_number"] = Phone,
                        ["national_identifier"] = customer,
                        ["birth_date"] = "1999-02-14",
                        ["amount"] = 20_000_000,
                        ["loan_due"] = 12,
                        ["store"] = 1,
                    }
                )
            )
        );
        var uuid = spans.Of(opening)[0].GetTagItem(Traces.LoanUuid).ShouldBeOfType<string>();
        var callback = await KeptSpans.RequestAsync(() =>
            callbacks.Run(
                Request(
                    new()
                    {
                        ["uuid"] = uuid,
                        ["state"] = "blocked",
                        ["reason"] = $"{customer} {Phone}",
                    }
                )
            )
        );
        await DeliverAsync(fixture);
        receiver.Deliveries.ShouldHaveSingleItem();

        spans
            .Tree(opening, Traces.LoanUuid, "baloan.result")
            .ShouldBe(
                $"""
                request {uuid}
                  baloan open_loan ok
                    baloan partnership_token ok
                """
            );
        spans
            .Tree(callback, Traces.LoanUuid, Traces.LoanVerdict, Traces.EventType, Traces.EventOutcome)
            .ShouldBe(
                $"""
                request {uuid} accepted
                  deliver event loan_state delivered
                """
            );
        foreach (var trace in new[] { opening, callback })
        {
            ShouldHoldNoSecret(spans.Text(trace), fixture, receiver, customer, Phone, "1999-02-14");
        }
    }

    [Fact]
    public async Task A_message_is_part_of_the_trace_that_it_names_and_points_at_the_run_of_its_function()
    {
        using var spans = new KeptSpans();
        await using var receiver = await Receiver.StartAsync();
        await using var fixture = await StartAsync(receiver);
        var function = ActivatorUtilities.CreateInstance<InvoiceFunction>(fixture.Services);
        ActivitySpanId origin = default;
        ActivitySpanId run = default;

        var known = await KeptSpans.RequestAsync(() =>
        {
            origin = Activity.Current!.SpanId;
            return Task.CompletedTask;
        });
        await KeptSpans.RequestAsync(() =>
        {
            run = Activity.Current!.SpanId;
            return function.Run(Message("NOT-THERE", $"00-{known}-{origin}-01"), Cancel);
        });
        var unknown = await KeptSpans.RequestAsync(() => function.Run(Message("NOT-THERE", "rubbish"), Cancel));
        var failed = await KeptSpans.RequestAsync(() =>
            Should.ThrowAsync<OperationCanceledException>(() => function.Run(Message("NOT-THERE", null), new CancellationToken(true)))
        );

        spans.Tree(known, "messaging.destination.name").ShouldBe("request\n  process settlement invoices");
        var span = spans.Of(known)[1];
        (span.Kind, span.Status, span.Links.Single().Context.SpanId).ShouldBe((ActivityKind.Consumer, ActivityStatusCode.Unset, run));
        spans.Tree(unknown).ShouldBe("request\n  process settlement");
        var failure = spans.Of(failed)[1];
        (failure.Status, failure.StatusDescription).ShouldBe((ActivityStatusCode.Error, null));
        failure.GetTagItem("error.type").ShouldBeOfType<string>().ShouldEndWith("CanceledException");
    }

    private static string Message(string code, string? traceParent) => new WorkMessage(WorkMessage.Settlement, code, traceParent).ToText();

    private static HttpRequest Request(JsonObject body)
    {
        var request = new DefaultHttpContext().Request;
        request.Method = "POST";
        request.ContentType = "application/json";
        request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body.ToJsonString()));
        return request;
    }

    private static void ShouldHoldNoSecret(string text, ServiceFixture fixture, Receiver receiver, params string[] secrets)
    {
        var tokens = new[] { "baloan-merchant-token", "baloan-partnership-token" }.Select(fixture.Vault.GetSecret).OfType<string>();
        foreach (
            var secret in (string[])
                [
                    .. secrets,
                    .. tokens,
                    MagicNumbers.Otp,
                    "eyJ",
                    receiver.Signature,
                    "/workflows",
                    BaloanServer.StorePassword,
                    BaloanServer.PartnerPassword,
                ]
        )
        {
            text.ShouldNotContain(secret);
        }
    }

    private async Task<ServiceFixture> StartAsync(Receiver receiver)
    {
        var fixture = await ServiceFixture.StartAsync(
            storage,
            credentials: vault =>
            {
                ServiceFixture.Credentials(vault, "v2");
                vault.SetSecret("baloan-partnership-username", BaloanServer.PartnerName);
                vault.SetSecret("baloan-partnership-password", BaloanServer.PartnerPassword);
            }
        );
        await fixture
            .Services.GetRequiredService<SubscriptionStore>()
            .SaveAsync(
                new Subscription
                {
                    RowKey = "somebody",
                    CallbackUrl = receiver.CallbackUrl,
                    Events = Subscription.Join([SubscriberEvent.LoanState, SubscriberEvent.Settlement]),
                    CreatedAt = fixture.Time.GetUtcNow(),
                },
                Cancel
            );
        return fixture;
    }

    /// <summary>Does what the one message on the queue of settlements asks for.</summary>
    private static async Task RunAsync(ServiceFixture fixture) =>
        await ActivatorUtilities
            .CreateInstance<InvoiceFunction>(fixture.Services)
            .Run(await TakeAsync(fixture, StorageSetup.WorkQueueName), Cancel);

    /// <summary>Does what the one message on the queue of events asks for.</summary>
    private static async Task DeliverAsync(ServiceFixture fixture) =>
        await ActivatorUtilities
            .CreateInstance<DeliverEventsFunction>(fixture.Services)
            .Run(await TakeAsync(fixture, StorageSetup.EventsQueueName), Cancel);

    private static async Task<string> TakeAsync(ServiceFixture fixture, string name)
    {
        // As in a host: what the caller is part of is not the cause of what a message does.
        Activity.Current = null;
        var queue = fixture.Services.GetRequiredService<StorageClients>().Queues.GetQueueClient(name);
        QueueMessage[] messages = [];
        await Until.TrueAsync(async () => (messages = await queue.ReceiveMessagesAsync(1, cancellationToken: Cancel)).Length == 1);
        return messages[0].Body.ToString();
    }
}
