using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Baloan.Core.Telemetry;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Telemetry;

/// <summary>A process of the app with <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> set.</summary>
public sealed class ExportTests(StorageAccounts storage)
{
    private const string Phone = "09123334455";
    private const string BirthDate = "1987-06-05";

    [Fact(Explicit = true)]
    public async Task All_that_happens_arrives_by_OTLP_without_a_secret_and_nothing_breaks_once_nobody_listens()
    {
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var subscriber = await Receiver.StartAsync();
        await using var baloan = await BaloanServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        baloan.Loans.Step = Timeout.InfiniteTimeSpan;
        await using var running = await RunningApp.StartAsync(
            baloan,
            storage.ConnectionString(storage.NewAccount()),
            settings:
            [
                new("OTEL_EXPORTER_OTLP_ENDPOINT", otlp.Address.ToString()),
                new("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
                new("OTEL_BSP_SCHEDULE_DELAY", "100"),
                new("OTEL_BLRP_SCHEDULE_DELAY", "100"),
                new("OTEL_METRIC_EXPORT_INTERVAL", "500"),
                new("OTEL_SERVICE_NAME", "app-of-the-tests"),
            ]
        );
        using var api = running.NewClient();
        (await api.PostAsync("api/subscriptions", new JsonObject { ["callback_url"] = subscriber.CallbackUrl })).Status.ShouldBe(201);

        // The key comes in the query here, where it may stand in a URL that somebody writes down.
        using var caller = running.NewClient(key: null);
        var form = new SettlementForm();
        await api.SendOtpAsync(form.NationalIdentifier!);
        var settlement = await TraceOfAsync(caller, "api/merchant/settlements", form.ToContent(), 202);
        (await api.EndedAsync(form.Code)).SettlementStatus.ShouldBe("settled");
        var customer = Given.Customer();
        var opening = await TraceOfAsync(
            caller,
            "api/loans",
            JsonContent.Create(
                new JsonObject
                {
                    ["phone_number"] = Phone,
                    ["national_identifier"] = customer,
                    ["birth_date"] = BirthDate,
                    ["amount"] = 20_000_000,
                    ["loan_due"] = 12,
                    ["store"] = 1,
                }
            ),
            201
        );
        var callback = await TraceOfAsync(
            caller,
            "api/callbacks/loan-state",
            JsonContent.Create(new JsonObject { ["uuid"] = Guid.NewGuid().ToString(), ["state"] = "created" }),
            200
        );

        await TreeIsAsync(
            otlp,
            settlement,
            """
            function CreateSettlement
              process settlement settled
                baloan check_credit ok
                baloan validate_otp ok
                baloan settle ok
                deliver event delivered
            """
        );
        await TreeIsAsync(
            otlp,
            opening,
            """
            function OpenLoan
              baloan open_loan ok
            """
        );
        await TreeIsAsync(
            otlp,
            callback,
            """
            function LoanStateCallback accepted
              deliver event delivered
            """
        );
        otlp.Spans.ShouldAllBe(span => span.Service == "app-of-the-tests");
        otlp.Spans.Single(span => span.Name == "process settlement").Tags[Traces.SettlementCode].ShouldBe(form.Code);
        var request = otlp.Spans.Single(span => span.Trace == settlement && span.Name == "function CreateSettlement");
        (request.Tags["faas.name"], request.Tags[Traces.SettlementCode]).ShouldBe(("CreateSettlement", form.Code));
        otlp.Spans.ShouldAllBe(span => !span.Tags.ContainsKey("url.query"));
        // Names are few, whatever is in the addresses.
        otlp.Spans.ShouldAllBe(span => !span.Name.Contains(form.Code));
        await Until.TrueAsync(() =>
            otlp.Metrics.IsSupersetOf([
                "baloan.settlements",
                "baloan.loan.callbacks",
                "baloan.events",
                "baloan.token.age",
                "baloan.token.remaining_life",
                "baloan.client.calls",
            ])
        );
        await Until.TrueAsync(() =>
            running.App.LogLines.Any(line => line.Contains($"Settlement {form.Code} is settled.", StringComparison.Ordinal))
        );
        var tokens = new[] { "baloan-merchant-token", "baloan-partnership-token", "baloan-customer-hash-key" }
            .Select(running.Vault.GetSecret)
            .OfType<string>()
            .ToArray();
        tokens.Length.ShouldBe(3);
        foreach (
            var secret in (string[])
                [
                    form.NationalIdentifier!,
                    customer,
                    Phone,
                    BirthDate,
                    "eyJ",
                    .. tokens,
                    RunningApps.FunctionKey,
                    RunningApps.AdminKey,
                    BaloanServer.StorePassword,
                    BaloanServer.PartnerPassword,
                    subscriber.Signature,
                    "/workflows",
                    "sig=",
                    "AccountKey=",
                ]
        )
        {
            otlp.Holds(secret).ShouldBeFalse(secret);
        }

        await otlp.DisposeAsync();
        var unheard = await api.AcceptedAsync(new SettlementForm());
        (await api.EndedAsync(unheard.Code)).SettlementStatus.ShouldBe("settled");
        (await api.GetAsync("api/health")).Status.ShouldBe(200);
        await running.App.StopAsync();
        running.App.Process.ExitCode.ShouldBe(0, running.App.Process.LastWords);
    }

    [Fact(Explicit = true)]
    public async Task What_was_not_sent_yet_is_sent_when_the_app_ends()
    {
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var baloan = await BaloanServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var running = await RunningApp.StartAsync(
            baloan,
            storage.ConnectionString(storage.NewAccount()),
            settings:
            [
                new("OTEL_EXPORTER_OTLP_ENDPOINT", otlp.Address.ToString()),
                new("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
                new("OTEL_BSP_SCHEDULE_DELAY", "3600000"),
                new("OTEL_BLRP_SCHEDULE_DELAY", "3600000"),
                new("OTEL_METRIC_EXPORT_INTERVAL", "3600000"),
                // Meant for Azure Monitor's exporter in the Functions host, and unknown to OpenTelemetry itself: everything is sent all
                // the same.
                new("OTEL_TRACES_SAMPLER", "microsoft.fixed_percentage"),
                new("OTEL_TRACES_SAMPLER_ARG", "1.0"),
            ]
        );
        using var api = running.NewClient();
        await api.SendOtpAsync(Given.Customer());
        otlp.Spans.ShouldBeEmpty();

        await running.App.StopAsync();

        otlp.Spans.ShouldContain(span => span.Name == "baloan send_otp" && span.Service == "baloan-functions");
        otlp.Metrics.ShouldContain("baloan.client.calls");
        otlp.Lines.ShouldNotBeEmpty();
    }

    [Fact(Explicit = true)]
    public async Task On_Azure_whose_host_sends_the_log_lines_itself_the_app_sends_none()
    {
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var baloan = await BaloanServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var running = await RunningApp.StartAsync(
            baloan,
            storage.ConnectionString(storage.NewAccount()),
            settings:
            [
                new("OTEL_EXPORTER_OTLP_ENDPOINT", otlp.Address.ToString()),
                new("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
                new("WEBSITE_SITE_NAME", "shop"),
            ]
        );
        using var api = running.NewClient();
        await api.SendOtpAsync(Given.Customer());

        await running.App.StopAsync();

        otlp.Spans.ShouldContain(span => span.Name == "baloan send_otp");
        otlp.Lines.ShouldBeEmpty();
    }

    /// <summary>Posts with a trace of the caller's own.</summary>
    /// <returns>The trace's id.</returns>
    private static async Task<string> TraceOfAsync(ApiClient caller, string path, HttpContent body, int status)
    {
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        var request = new HttpRequestMessage(HttpMethod.Post, $"{path}?code={RunningApps.FunctionKey}") { Content = body };
        request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-01");
        var answer = await caller.SendAsync(request);
        answer.Status.ShouldBe(status, answer.Text);
        return trace;
    }

    private static async Task TreeIsAsync(OtlpReceiver otlp, string trace, string expected)
    {
        var tree = "";
        // Who needs a token first gets it, and that may be the timer. And the worker's own server tells of the request that the host sent
        // on.
        await Until.TrueAsync(
            () =>
                (
                    tree = Tree([
                        .. otlp
                            .Spans.Where(span =>
                                span.Trace == trace
                                && !span.Name.EndsWith("_token", StringComparison.Ordinal)
                                && !span.Name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
                            )
                            .OrderBy(span => span.Start),
                    ])
                ) == expected,
            () => tree
        );
    }

    /// <summary>A trace as a tree of names, children in the order in which they began, with how each came out.</summary>
    private static string Tree(IReadOnlyList<OtlpSpan> spans)
    {
        IEnumerable<string> Lines(OtlpSpan span, int depth) =>
            [
                new string(' ', depth * 2)
                    + string.Join(
                        ' ',
                        [
                            span.Name,
                            .. span
                                .Tags.Where(tag =>
                                    tag.Key is Traces.SettlementOutcome or Traces.EventOutcome or Traces.LoanVerdict or "baloan.result"
                                )
                                .Select(tag => tag.Value),
                        ]
                    ),
                .. spans.Where(other => other.Parent == span.Id).SelectMany(child => Lines(child, depth + 1)),
            ];
        return string.Join('\n', spans.Where(span => !spans.Any(other => other.Id == span.Parent)).SelectMany(root => Lines(root, 0)));
    }
}
