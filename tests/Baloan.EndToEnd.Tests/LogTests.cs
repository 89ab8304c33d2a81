using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests;

/// <summary>Reads the logs of a whole run, in which calls succeed and fail in every way.</summary>
public sealed class LogTests(Stage stage) : IClassFixture<Stage>
{
    private const string FunctionKey = "a-function-key-that-nobody-may-read";
    private const string AdminKey = "an-admin-key-that-nobody-may-read";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_identity_and_no_secret_reaches_the_log()
    {
        var secrets = new HashSet<string>
        {
            FunctionKey, AdminKey, MagicNumbers.Otp, MagicNumbers.ExpiredOtp, BaloanServer.StorePassword, BaloanServer.PartnerPassword,
            Regex.Match(stage.Storage.ConnectionString, "AccountKey=([^;]+)").Groups[1].Value,
        };
        var app = await stage.StartAppAsync(
            new()
            {
                ["AzureFunctionsJobHost__logging__logLevel__default"] = "Debug",
                ["AzureFunctionsJobHost__logging__logLevel__Azure.Core"] = "Debug",
                ["AzureFunctionsJobHost__logging__logLevel__Azure.Identity"] = "Debug",
                ["AzureFunctionsJobHost__logging__logLevel__System.Net.Http"] = "Trace",
                ["AzureFunctionsJobHost__logging__logLevel__Microsoft.AspNetCore"] = "Debug",
                ["AzureFunctionsJobHost__extensions__queues__visibilityTimeout"] = "00:00:00",
            },
            functionKey: FunctionKey,
            adminKey: AdminKey);

        // Good calls.
        var order = Order.New();
        await app.CheckCreditAsync(order.Customer);
        await app.SendOtpAsync(order.Customer);
        order = order with { Token = await app.ValidateOtpAsync(order.Customer) };
        secrets.Add(order.Token!);
        secrets.Add(order.Customer);
        await app.PostSettlementAsync(order);
        (await app.EndOfAsync(order)).Text("status").ShouldBe("settled");
        await UploadAsync();

        // Every fault that is over soon, on every call.
        var orders = new List<Order>();
        Fault[] triedForMinutes = [Fault.Unauthorized, Fault.ThrottledSeconds, Fault.Unavailable];
        foreach (var number in MagicNumbers.All.Where(number => number.Once || !triedForMinutes.Contains(number.Fault)))
        {
            orders.Add(Order.New(number.Total));
            orders.Add(new Order(number.NationalIdentifier(Operation.ValidateOtp), 1_000_000));
        }

        secrets.UnionWith(orders.Select(one => one.Customer));
        var sideBySide = new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancel };
        await Parallel.ForEachAsync(orders, sideBySide, async (one, _) => await app.SendOtpAsync(one.Customer));
        await Parallel.ForEachAsync(orders, sideBySide, async (one, _) => (await app.PostSettlementAsync(one)).ShouldBe(202));
        await Task.WhenAll(MagicNumbers.All.Where(number => number.Fault.Delay == TimeSpan.Zero).SelectMany(number => new[]
        {
            app.CheckCreditAsync(number.NationalIdentifier(Operation.CheckCredit)),
            app.PostAsync("api/merchant/otp", new() { ["national_identifier"] = number.NationalIdentifier(Operation.SendOtp) }),
        }));
        secrets.UnionWith(MagicNumbers.All.SelectMany(number => new[] { number.NationalIdentifier(Operation.CheckCredit), number.NationalIdentifier(Operation.SendOtp) }));
        CollectTokens();

        // Bad requests, wrong keys, keys in addresses, garbage on the queue with an identity in it.
        await app.PostSettlementAsync(order with { Code = "bad\u0001code", Total = -1 });
        await app.PostAsync("api/merchant/credit-check", new() { ["national_identifier"] = order.Customer + "0123" });
        await app.SendAsync(HttpMethod.Post, "api/merchant/otp", new StringContent($"{{\"national_identifier\": \"{order.Customer}", Encoding.UTF8, "application/json"));
        await app.SendAsync(HttpMethod.Get, $"api/merchant/settlements/{order.Code}?code={FunctionKey}", header: "");
        await app.SendAsync(HttpMethod.Get, $"api/nothing/{order.Code}?code={FunctionKey}", header: "");
        await app.SendAsync(HttpMethod.Get, $"api/merchant/settlements/{order.Code}", header: FunctionKey + "-wrong");
        await stage.Queue().SendMessageAsync($"{{\"kind\":\"{order.Customer}\",\"id\":\"{order.Token}\"", Cancel);

        foreach (var one in orders)
        {
            await app.EndOfAsync(one);
        }

        // The vault away, tokens worthless; then storage away.
        stage.Vault.Available = false;
        stage.Baloan.RevokeTokens();
        await app.CheckCreditAsync(order.Customer);
        stage.Vault.Available = true;
        await app.SendAsync(HttpMethod.Post, "api/tokens/refresh", header: AdminKey);
        CollectTokens();
        var last = Order.New();
        secrets.Add(last.Customer);
        await app.SendOtpAsync(last.Customer);
        await stage.Storage.StopAsync();
        (await app.PostSettlementAsync(last)).ShouldBeProblem(503, "storage_unavailable");
        await app.GetSettlementAsync(order);
        await stage.Storage.StartAgainAsync(Cancel);
        await Until.TrueAsync("it is accepted", async () => (await app.PostSettlementAsync(last)).Status == 202);
        (await app.EndOfAsync(last)).Text("status").ShouldBe("settled");
        await app.Process.StopAsync();

        var lines = app.Process.LogLines;
        lines.ShouldContain(line => line.Contains("dbug:", StringComparison.Ordinal), "the level Debug is on");
        lines.ShouldContain(line => line.Contains($"Settlement {order.Code} is settled.", StringComparison.Ordinal));
        secrets.Count.ShouldBeGreaterThan(100);
        foreach (var secret in secrets)
        {
            // Not as a part of an id or a time.
            var alone = new Regex($"(?<![0-9A-Za-z]){Regex.Escape(secret)}(?![0-9A-Za-z])");
            lines.Where(line => alone.IsMatch(line)).ShouldBeEmpty($"'{secret}' stands in the log");
        }

        lines.Where(line => Regex.IsMatch(line, @"Signature=|[?&](sig|code)=|Bearer\s|SharedKey\s|eyJ[A-Za-z0-9_-]{20}")).ShouldBeEmpty();

        async Task UploadAsync()
        {
            var form = new MultipartFormDataContent { { new ByteArrayContent(order.Invoice), "file", "invoice.pdf" } };
            var upload = await app.EndAsync((await app.SendAsync(HttpMethod.Post, "api/merchant/uploads", form)).Headers.Location!.ToString());
            secrets.Add(upload.Text("file"));
        }

        void CollectTokens()
        {
            foreach (var gateway in new[] { "merchant", "partnership" })
            {
                var token = JsonNode.Parse(stage.Vault.GetSecret($"baloan-{gateway}-token").ShouldNotBeNull())!.AsObject();
                secrets.Add(token.Text("access"));
                secrets.Add(token.Text("refresh"));
            }

            secrets.Add(stage.Vault.GetSecret("baloan-customer-hash-key").ShouldNotBeNull());
        }
    }
}
