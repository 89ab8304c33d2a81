using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Baloan.Sandbox;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Baloan.EndToEnd.Tests.Sandbox;

/// <summary>Loans move by themselves, and each change is told to the callback address.</summary>
public sealed class LoanCallbackTests : IAsyncLifetime
{
    private const string Path = "/hook";

    private readonly ConcurrentQueue<string> received = new();
    private readonly ConcurrentQueue<int> answers = new();
    private WebApplication receiver = null!;
    private BaloanServer server = null!;
    private BaloanCaller baloan = null!;
    private int customers;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private LoanBooks Loans => server.Loans;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        receiver = builder.Build();
        receiver.MapPost(Path, ReceiveAsync);
        await receiver.StartAsync(Cancel);

        server = await BaloanServer.StartAsync(time: new QuickTries(), cancellationToken: Cancel);
        Loans.Step = Timeout.InfiniteTimeSpan;
        Loans.CallbackUrl = new Uri($"{receiver.Urls.Single()}{Path}?code=a-key");
        baloan = await new BaloanCaller(server).LogInAsPartnerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        baloan.Dispose();
        await server.DisposeAsync();
        await receiver.DisposeAsync();
    }

    [Fact]
    public async Task A_loan_moves_by_itself_but_for_the_signature_and_each_change_is_told()
    {
        Loans.Step = TimeSpan.FromMilliseconds(50);
        var loan = await OpenAsync();

        await Until.TrueAsync("the cheque is verified", () => Loans.Find(loan)!.State == LoanState.ChequeVerified);
        await baloan.SendContractOtpAsync(loan);
        (await baloan.SignAsync(loan)).StatusCode.ShouldBe(HttpStatusCode.OK);

        await ReceivedAsync(4);
        received.ShouldBe([
            $$"""?code=a-key {"uuid":"{{loan}}","state":"created"}""",
            $$"""?code=a-key {"uuid":"{{loan}}","state":"cheque_verified"}""",
            $$"""?code=a-key {"uuid":"{{loan}}","state":"send_loan_to_bank"}""",
            $$"""?code=a-key {"uuid":"{{loan}}","state":"loan_paid"}""",
        ]);
        await SentAsync(4);
        Loans
            .Callbacks.Select(callback => (callback.Uuid, callback.State, callback.Try, callback.Status))
            .ShouldBe([
                (loan, "created", 1, 200),
                (loan, "cheque_verified", 1, 200),
                (loan, "send_loan_to_bank", 1, 200),
                (loan, "loan_paid", 1, 200),
            ]);
    }

    [Fact]
    public async Task Loans_that_wait_begin_to_move_when_a_step_is_set_and_a_loan_that_was_moved_by_hand_is_moved_once()
    {
        var waiting = await OpenAsync();
        Loans.Step = TimeSpan.FromMilliseconds(200);
        await Until.TrueAsync("the loan moved", () => Loans.Find(waiting)!.State == LoanState.ChequeVerified);

        Loans.Step = TimeSpan.FromHours(1);
        var moved = await OpenAsync();
        Loans.MoveOn(moved);
        Loans.Step = TimeSpan.Zero;

        await ReceivedAsync(4);
        StatesOf(moved).ShouldBe(["created", "cheque_verified"]);
    }

    [Fact]
    public async Task Blocked_and_canceled_come_with_a_reason_and_in_order()
    {
        var loan = await OpenAsync();
        Loans.MoveOn(loan);
        Loans.Block(loan, "the cheque bounced");
        Loans.Unblock(loan);
        (await baloan.CancelLoanAsync(loan)).StatusCode.ShouldBe(HttpStatusCode.OK);

        await ReceivedAsync(5);
        received.ShouldBe([
            $$"""?code=a-key {"uuid":"{{loan}}","state":"created"}""",
            $$"""?code=a-key {"uuid":"{{loan}}","state":"cheque_verified"}""",
            $$"""?code=a-key {"uuid":"{{loan}}","state":"blocked","reason":"the cheque bounced"}""",
            $$"""?code=a-key {"uuid":"{{loan}}","state":"cheque_verified"}""",
            $$"""?code=a-key {"uuid":"{{loan}}","state":"canceled","reason":"canceled by the partner"}""",
        ]);
    }

    [Fact]
    public async Task Canceled_is_misspelt_when_that_is_asked_for_and_nothing_else()
    {
        Loans.Misspelling = true;
        var loan = await OpenAsync();
        Loans.Cancel(loan, "the store closed");

        await ReceivedAsync(2);
        StatesOf(loan).ShouldBe(["created", "canceld"]);
        Loans.Find(loan)!.State.ShouldBe(LoanState.Canceled);
    }

    [Fact]
    public async Task Duplicates_are_each_callback_twice()
    {
        Loans.Duplicates = true;
        var loan = await OpenAsync();
        Loans.MoveOn(loan);

        await ReceivedAsync(4);
        StatesOf(loan).ShouldBe(["created", "created", "cheque_verified", "cheque_verified"]);
    }

    [Fact]
    public async Task Shuffled_callbacks_all_come_but_not_in_order()
    {
        const int Opened = 40;
        Loans.Shuffle = true;
        var loans = new List<Guid>();
        for (var i = 0; i < Opened; i++)
        {
            loans.Add(await OpenAsync());
            Loans.MoveOn(loans[i]);
            Loans.Cancel(loans[i], "for the test");
        }

        await ReceivedAsync(3 * Opened);
        loans.ShouldAllBe(loan => StatesOf(loan).Order().SequenceEqual(new[] { "canceled", "cheque_verified", "created" }));

        // Each of the six orders is as likely as the others, so that all loans in the right one is one chance in 6^40.
        loans.ShouldContain(loan => !StatesOf(loan).SequenceEqual(new[] { "created", "cheque_verified", "canceled" }));
    }

    [Fact]
    public async Task What_is_not_answered_with_2xx_is_tried_five_times_and_the_next_one_comes_after_it()
    {
        foreach (var status in new[] { 503, 302, 401, 500, 503, 500, 204 })
        {
            answers.Enqueue(status);
        }

        var loan = await OpenAsync();
        Loans.MoveOn(loan);

        await SentAsync(7);
        Loans
            .Callbacks.Select(callback => (callback.State, callback.Try, callback.Status))
            .ShouldBe([
                ("created", 1, 503),
                ("created", 2, 302),
                ("created", 3, 401),
                ("created", 4, 500),
                ("created", 5, 503),
                ("cheque_verified", 1, 500),
                ("cheque_verified", 2, 204),
            ]);
        received.Count.ShouldBe(7);
    }

    [Fact]
    public async Task A_receiver_that_is_not_there_is_a_callback_without_a_status()
    {
        await receiver.StopAsync(Cancel);

        await OpenAsync();

        await SentAsync(5);
        Loans.Callbacks.ShouldAllBe(callback => callback.Status == null);
    }

    [Fact]
    public async Task Without_an_address_nothing_is_sent_and_an_end_in_the_middle_of_it_all_is_clean()
    {
        Loans.CallbackUrl = null;
        await OpenAsync();

        Loans.CallbackUrl = new Uri(receiver.Urls.Single() + "/nowhere");
        Loans.Step = TimeSpan.FromHours(1);
        await OpenAsync();
        await SentAsync(1);
        Loans.Callbacks[0].Status.ShouldBe(404);

        await server.DisposeAsync();
        Loans.Callbacks.Select(callback => callback.Uuid).Distinct().ShouldBe([Loans.All[1].Uuid]);
    }

    private Task<Guid> OpenAsync()
    {
        var number = ++customers;
        return baloan.OpenedLoanAsync($"12345{number:00000}", $"09120{number:000000}");
    }

    private Task ReceivedAsync(int count) => Until.TrueAsync($"{count} callbacks were received", () => received.Count >= count);

    private Task SentAsync(int count) => Until.TrueAsync($"{count} callbacks were sent", () => Loans.Callbacks.Count >= count);

    private List<string> StatesOf(Guid loan) =>
        [
            .. received
                .Select(text => JsonNode.Parse(text[text.IndexOf('{', StringComparison.Ordinal)..])!)
                .Where(body => body["uuid"]!.GetValue<Guid>() == loan)
                .Select(body => body["state"]!.GetValue<string>()),
        ];

    private async Task ReceiveAsync(HttpContext context)
    {
        context.Request.ContentType.ShouldBe("application/json");
        using var reader = new StreamReader(context.Request.Body);
        received.Enqueue($"{context.Request.QueryString} {await reader.ReadToEndAsync(context.RequestAborted)}");
        context.Response.StatusCode = answers.TryDequeue(out var status) ? status : 200;
    }

    /// <summary>Makes the waits between tries short: those of whole seconds, which no step of these tests is.</summary>
    private sealed class QuickTries : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(
                callback,
                state,
                dueTime >= TimeSpan.FromSeconds(1) && dueTime <= TimeSpan.FromSeconds(8) ? dueTime / 100 : dueTime,
                period
            );
    }
}
