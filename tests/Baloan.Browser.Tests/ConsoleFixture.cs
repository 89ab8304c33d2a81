using System.Globalization;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Baloan.EndToEnd.Tests;
using Baloan.Sandbox;
using Microsoft.Playwright;

// The classes share it and run side by side: a browser waits more than it works.
[assembly: AssemblyFixture(typeof(Baloan.Browser.Tests.ConsoleFixture))]

namespace Baloan.Browser.Tests;

/// <summary>An app that asks for keys, with settlements of each kind and loans with each note, and a browser.</summary>
public sealed class ConsoleFixture : SandboxFixture
{
    public const string FunctionKey = "function key/with+what=has to&be?escaped";

    /// <summary>What a browser would run that took a text for markup.</summary>
    public const string Hostile = "<img src=x onerror=\"taken=1\"><script>taken=1</script>";

    public const string ShopName = "Laleh & \"Sons\"";

    private IPlaywright? playwright;
    private IBrowser? browser;

    public RunningApp App { get; private set; } = null!;

    public IBrowser Browser => browser ?? throw new InvalidOperationException("There is no browser.");

    public Order Settled { get; } = Order.New() with { Code = "TLC-111111" };

    public Order Rejected { get; } = Order.New(2_004_021) with { Code = "TLC-111112" };

    /// <summary>Left in review for all tests but the one that decides it.</summary>
    public Order InReview { get; } = Order.New(4_509_001) with { Code = "TLC-111113" };

    /// <summary>Left in review too, and decided by a test in each language.</summary>
    public Order ToDecide { get; } = Order.New(3_009_001) with { Code = "TLC-111114" };

    public Order ToDecideInPersian { get; } = Order.New(6_009_001) with { Code = "فاکتور-۱۱۵" };

    /// <summary>A settlement whose code is markup.</summary>
    public Order HostileOrder { get; } = Order.New() with { Code = $"<b><img src=x onerror=taken=1>fdp.exe" };

    public Guid Loan { get; private set; }

    /// <summary>A loan that nobody opened here, with a hostile reason and a state that nobody knows.</summary>
    public Guid HostileLoan { get; } = Guid.NewGuid();

    /// <summary>A loan of which nothing has come but a state that nobody knows.</summary>
    public Guid UnknownLoan { get; } = Guid.NewGuid();

    protected override Dictionary<string, string?> Settings =>
        new(base.Settings)
        {
            ["Settlements__VerifyAfter"] = "00:00:04",
            ["Console__ShopName"] = ShopName,
            ["Console__Support"] = "Baloan's desk, 021-0000",
            ["Console__LockAfterMinutes"] = "10",
        };

    public override async ValueTask InitializeAsync()
    {
        if (Chromium.Path is null)
        {
            return;
        }

        await base.InitializeAsync();
        await WriteDayBeforeAsync();
        App = await StartAppAsync(functionKey: FunctionKey);
        await Task.WhenAll(StartBrowserAsync(), SettleAsync(), BorrowAsync());
        // What happens is counted a moment later.
        await Until.TrueAsync(
            "all is counted",
            async () =>
            {
                var stats = (await App.GetAsync("api/stats?hours=24")).ShouldBe(200);
                return stats["loans"]!["blocked"]!.GetValue<int>() == 1
                    && stats["time_to_settle"]!["count"]!.GetValue<int>() == 2
                    && stats["waiting"]!["needs_review"]!["count"]!.GetValue<int>() == 3;
            }
        );
    }

    public override async ValueTask DisposeAsync()
    {
        await (browser?.DisposeAsync() ?? default);
        playwright?.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>Counters of a day that went before, so that there is something to see.</summary>
    private async Task WriteDayBeforeAsync()
    {
        var table = new TableServiceClient(Storage.ConnectionString).GetTableClient("Stats");
        await table.CreateIfNotExistsAsync(Cancel);
        for (var ago = 1; ago < 24; ago++)
        {
            var hour = DateTimeOffset.UtcNow.AddHours(-ago);
            // A shop's day: little at night, most in the evening.
            var inTehran = (hour.Hour + 3) % 24;
            var busy = inTehran is < 8 or > 23 ? 0 : 3 + (inTehran * 7 % 11) + (inTehran > 16 ? 6 : 0);
            var (rejected, failed) = (busy / 6, busy % 9 == 1 ? 1 : 0);
            var counts = new (string Outcome, int Number)[]
            {
                ("accepted", busy),
                ("settled", busy - rejected - failed),
                ("rejected", rejected),
                ("failed", failed),
            };
            var name = hour.ToString("yyyyMMddHH", CultureInfo.InvariantCulture);
            var numbers = new TableEntity("stats", $"hour-{name}")
            {
                ["callbacks"] = busy * 2,
                ["conflicts"] = busy == 15 ? 1 : 0,
                ["callback_halves"] = busy * 2,
                ["next_callbacks"] = busy,
            };
            var sums = new TableEntity("stats", $"sums-{name}")
            {
                ["halves"] = counts.Sum(count => (long)count.Number),
                ["known_by_Baloan"] = (long)(busy - rejected - failed),
                ["next_known_by_Baloan"] = (long)((busy - rejected - failed) / 2),
            };
            foreach (var (outcome, number) in counts)
            {
                numbers[outcome] = number;
                sums[$"number_{outcome}"] = (long)number;
                sums[$"sum_{outcome}"] = number * 1_350_000L;
                sums[$"next_number_{outcome}"] = (long)(number / 2);
                sums[$"next_sum_{outcome}"] = number / 2 * 1_350_000L;
            }

            await table.UpsertEntityAsync(numbers, TableUpdateMode.Replace, Cancel);
            await table.UpsertEntityAsync(sums, TableUpdateMode.Replace, Cancel);
        }
    }

    private async Task StartBrowserAsync()
    {
        // A busy machine is slow, and that is no fault of the page.
        Assertions.SetDefaultExpectTimeout(90_000);
        playwright = await Playwright.CreateAsync();
        browser = await Chromium.LaunchAsync(playwright);
    }

    private async Task SettleAsync()
    {
        // The connection is cut while they are sent, and the credit then says neither yes nor no.
        foreach (var order in new[] { InReview, ToDecide, ToDecideInPersian })
        {
            await App.AcceptAsync(order);
            await Until.TrueAsync(
                $"{order.Code} is sent",
                async () => (await App.GetSettlementAsync(order)).Json!.Text("status") == "verifying"
            );
            Books.SetCredit(order.Customer, Books.Credit(order.Customer) - 1);
        }

        await Task.WhenAll(
            new[] { Settled, Rejected, HostileOrder }.Select(async order =>
            {
                await App.AcceptAsync(order);
                await App.EndAsync($"api/merchant/settlements/{Uri.EscapeDataString(order.Code)}");
            })
        );
        // A second attempt, refused as well.
        await App.AcceptAsync(Rejected);
        await App.EndOfAsync(Rejected);
        foreach (var order in new[] { InReview, ToDecide, ToDecideInPersian })
        {
            (await App.EndOfAsync(order)).Text("status").ShouldBe("needs_review");
        }
    }

    private async Task BorrowAsync()
    {
        Baloan.Loans.Step = Timeout.InfiniteTimeSpan;
        Baloan.Loans.CallbackUrl = null;
        string[] states = ["created", "created", "cheque_verified", "send_loan_to_bank", "loan_paid", "loan_paid"];
        await Task.WhenAll(Enumerable.Range(0, 24).Select(number => CallBackAsync(Guid.NewGuid(), states[number % states.Length])));
        Loan = await OpenLoanAsync();
        foreach (var state in new[] { "created", "send_loan_to_bank", "cheque_verified", "loan_paid" })
        {
            await CallBackAsync(Loan, state);
        }

        await CallBackAsync(Loan, "canceled", "The customer asked for it.");
        await CallBackAsync(HostileLoan, "blocked", $"{Hostile}\nSecond \u202Eline");
        await CallBackAsync(HostileLoan, $"{Hostile}");
        await CallBackAsync(UnknownLoan, "guarantor_checked");
    }

    private async Task<Guid> OpenLoanAsync() => Guid.Parse((
                await App.PostAsync(
                    "api/loans",
                    new JsonObject
                    {
                        ["phone_number"] = "09350000123",
                        ["national_identifier"] = Order.NewCustomer(),
                        ["birth_date"] = "1991-03-17",
                        ["amount"] = 10_000_000,
                        ["loan_due"] = 12,
                        ["store"] = 1,
                    }
                )
            ).ShouldBe(201).Text("uuid"));

    private async Task CallBackAsync(Guid loan, string state, string? reason = null) =>
        (
            await App.PostAsync(
                "api/callbacks/loan-state",
                new JsonObject
                {
                    ["uuid"] = loan.ToString(),
                    ["state"] = state,
                    ["reason"] = reason,
                }
            )
        ).ShouldBe(200);
}
