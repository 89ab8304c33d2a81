using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Storage;

public sealed class CallCountTests(StorageAccounts storage) : ApiTests(storage)
{
    // The sweep comes on the minute, has calls of its own, and may file once more what is being filed.
    private const int Tries = 5;

    /// <summary>
    /// What one settlement costs once the app is warm: with each call that creeps in, every settlement gets slower and dearer.
    /// </summary>
    [Fact(Explicit = true)]
    public async Task A_warm_settlement_makes_exactly_these_calls()
    {
        await using var baloan = await BaloanServer.StartAsync(cancellationToken: Cancel);
        await using var proxy = await StorageProxy.StartAsync(Storage);
        await using var app = await RunningApp.StartAsync(
            baloan,
            proxy.ConnectionString,
            "v2",
            new KeyValuePair<string, string?>("Settlements__VerifyAfter", "00:05:00")
        );
        using var api = app.NewClient();
        var warm = false;
        await SettledCallsAsync();

        string[] expected =
        [
            // Accepted: invoice, index (under way, by time, by customer), row, message.
            "blob PUT invoices/(blob)",
            "table PUT SettlementsByStatus(key)",
            "table PUT SettlementsByStatus(key)",
            "table PUT SettlementsByStatus(key)",
            "table POST Settlements",
            "queue POST invoices/messages",
            // Counted, meanwhile.
            "table POST $batch Stats",
            // Sent: row, hold (who has it, and taken), invoice, "submitting".
            "table GET Settlements(key)",
            "table GET Settlements(key)",
            "table POST Settlements",
            "blob GET invoices/(blob)",
            "table PUT Settlements(key)",
            // Ended: row, index (by time, by outcome, by end), hold, who has subscribed, counted, index, message.
            "table PUT Settlements(key)",
            "table POST $batch",
            "table PUT Settlements(key)",
            "table GET Subscriptions()",
            "table POST $batch Stats",
            "table DELETE SettlementsByStatus(key)",
            "queue DELETE invoices/messages/(id)",
        ];
        IReadOnlyList<string> calls;
        var tries = 0;
        do
        {
            calls = await SettledCallsAsync();
        } while (++tries < Tries && !calls.Order(StringComparer.Ordinal).SequenceEqual(expected.Order(StringComparer.Ordinal)));

        calls.ShouldBe(expected, ignoreOrder: true, string.Join('\n', calls));

        // One settlement from its POST to its last call, with no poll; it must need no vault and no token once the app is warm.
        async Task<IReadOnlyList<string>> SettledCallsAsync()
        {
            var form = new SettlementForm();
            var token = await api.TransactionTokenAsync(form.NationalIdentifier!);
            var (earlier, vaultCalls, books) = (proxy.Calls.Count, app.Vault.RequestCount, baloan.Books.Snapshot());
            (await api.SettleAsync(form with { Otp = null, Token = token })).Status.ShouldBe(202);

            IReadOnlyList<string> OwnCalls() => [.. proxy.Calls.Skip(earlier).Where(call => !OfTheHost(call))];
            await Until.TrueAsync(() => OwnCalls().Contains("queue DELETE invoices/messages/(id)"), () => string.Join('\n', OwnCalls()));
            (await api.EndedAsync(form.Code)).SettlementStatus.ShouldBe("settled");
            var own = OwnCalls().ToList();
            own.Remove("table GET Settlements(key)").ShouldBeTrue("the poll after the end");
            if (warm)
            {
                app.Vault.RequestCount.ShouldBe(vaultCalls);
                var after = baloan.Books.Snapshot();
                after.TokensIssued.ShouldBe(books.TokensIssued);
                after.Calls[Operation.CheckCredit].ShouldBe(books.Calls[Operation.CheckCredit] + 1);
                after.Calls[Operation.Settle].ShouldBe(books.Calls[Operation.Settle] + 1);
            }

            warm = true;
            return own;
        }
    }

    /// <summary>Asking the queues for work, and the timers' locks and schedules.</summary>
    private static bool OfTheHost(string call) =>
        (call.StartsWith("queue GET ", StringComparison.Ordinal) && call.EndsWith("/messages", StringComparison.Ordinal))
        || call.Contains("azure-webjobs", StringComparison.Ordinal);
}
