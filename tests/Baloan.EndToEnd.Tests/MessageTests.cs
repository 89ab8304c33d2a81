using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Queues;
using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests;

/// <summary>Queue messages that come twice, late, for nothing, or that are none.</summary>
[Collection(SharedApp.Name)]
public sealed class MessageTests(OneAppFixture fixture)
{
    private readonly RunningApp app = fixture.App;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_that_come_many_times_at_once_settle_once()
    {
        const int Copies = 4;
        var order = Order.New();
        await app.SendOtpAsync(order.Customer);

        // All of them read the same row, and go on together.
        var checks = fixture.Books.Calls(Operation.CheckCredit);
        var validations = fixture.Books.Calls(Operation.ValidateOtp);
        var sendings = fixture.Books.Calls(Operation.Settle);
        fixture.Baloan.Faults.Next(Operation.CheckCredit, Fault.SlowAnswer with { Delay = TimeSpan.FromSeconds(3) }, Copies + 1);
        (await app.PostSettlementAsync(order)).ShouldBe(202);
        for (var i = 0; i < Copies; i++)
        {
            await SendAsync(order);
        }

        (await app.EndOfAsync(order)).Text("status").ShouldBe("settled");
        await fixture.QueueIsEmptyAsync();
        fixture.Baloan.Faults.Clear();
        fixture.Books.Calls(Operation.CheckCredit).ShouldBeGreaterThan(checks + 1);
        fixture.Books.Calls(Operation.ValidateOtp).ShouldBe(validations + 1);
        fixture.Books.Calls(Operation.Settle).ShouldBe(sendings + 1);
        fixture.Books.ShouldHaveMovedOnce(order);
    }

    [Fact]
    public async Task A_second_message_while_Baloan_is_at_work_changes_nothing()
    {
        var order = Order.New();
        var sendings = fixture.Books.Calls(Operation.Settle);
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.SlowAnswer with { Delay = TimeSpan.FromSeconds(4) });
        await app.AcceptAsync(order);
        await Until.TrueAsync("Baloan is at work", () => fixture.Books.Of(order).Count == 1);

        await SendAsync(order);

        var end = await app.EndOfAsync(order);
        end.Text("status").ShouldBe("settled");
        end["inferred"]!.GetValue<bool>().ShouldBeFalse();
        await fixture.QueueIsEmptyAsync();
        fixture.Books.Calls(Operation.Settle).ShouldBe(sendings + 1);
        fixture.Books.ShouldHaveMovedOnce(order);
    }

    [Theory]
    [InlineData(1_250_000, "settled")]
    [InlineData(10_004_001, "rejected")]
    [InlineData(10_009_001, "failed")]
    public async Task A_message_for_a_settlement_that_has_ended_changes_nothing(long total, string status)
    {
        var order = await app.AcceptAsync(Order.New(total));
        var end = await app.EndOfAsync(order);
        end.Text("status").ShouldBe(status);
        var sendings = fixture.Books.Calls(Operation.Settle);

        await SendAsync(order);
        await fixture.QueueIsEmptyAsync();

        JsonNode.DeepEquals((await app.GetSettlementAsync(order)).ShouldBe(200), end).ShouldBeTrue();
        fixture.Books.Calls(Operation.Settle).ShouldBe(sendings);
        fixture.Books.ShouldAgreeWith(order, end);
    }

    [Fact]
    public async Task A_message_for_nothing_is_dropped()
    {
        await SendAsync(Order.New());

        await fixture.QueueIsEmptyAsync();
    }

    [Fact]
    public async Task Garbage_ends_in_the_poison_queue_and_does_no_harm()
    {
        var marker = Guid.NewGuid().ToString("N");
        string[] garbage =
        [
            $"not base64! {marker}",
            Base64($"no JSON {marker}"),
            Base64($"[\"{marker}\"]"),
            Base64($$"""{"kind":"loan","id":"{{marker}}"}"""),
            Base64($$"""{"kind":"settlement","id":"","trace_parent":"{{marker}}"}"""),
            Base64($$"""{"kind":"settlement","trace_parent":"{{marker}}"}"""),
        ];
        var raw = new QueueClient(fixture.Storage.ConnectionString, "invoices");
        foreach (var text in garbage)
        {
            await raw.SendMessageAsync(text, Cancel);
        }

        var poison = new QueueClient(fixture.Storage.ConnectionString, "invoices-poison");
        await Until.TrueAsync(
            "all of it is in the poison queue",
            async () =>
                (await poison.ExistsAsync(Cancel)).Value
                && (await poison.PeekMessagesAsync(32, Cancel)).Value.Select(message => message.MessageText).Intersect(garbage).Count()
                    == garbage.Length
        );
        await fixture.QueueIsEmptyAsync();

        var order = await app.AcceptAsync(Order.New());
        (await app.EndOfAsync(order)).Text("status").ShouldBe("settled");
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private Task SendAsync(Order order) =>
        fixture
            .Queue()
            .SendMessageAsync(
                new JsonObject
                {
                    ["kind"] = "settlement",
                    ["id"] = order.Code,
                    ["trace_parent"] = null,
                }.ToJsonString(),
                Cancel
            );
}
