using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests;

/// <summary>Reads the logs of a whole run, in which calls succeed and fail in every way.</summary>
public sealed class LogTests(OnDemand<SandboxFixture> fixture) : LongTests<SandboxFixture>(fixture), IClassFixture<OnDemand<SandboxFixture>>
{
    private const string FunctionKey = "a-function-key-that-nobody-may-read";
    private const string AdminKey = "an-admin-key-that-nobody-may-read";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task No_identity_and_no_secret_reaches_the_log()
    {
        var secrets = new HashSet<string>
        {
            FunctionKey,
            AdminKey,
            MagicNumbers.Otp,
            MagicNumbers.ExpiredOtp,
            BaloanServer.StorePassword,
            BaloanServer.PartnerPassword,
            Regex.Match(Fixture.Storage.ConnectionString, "AccountKey=([^;]+)").Groups[1].Value,
        };
        var app = await Fixture.StartAppAsync(
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
            adminKey: AdminKey
        );

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
        await using var subscriber = await Receiver.StartAsync();
        var loan = await LoansAsync(app, subscriber, secrets);

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
        await Task.WhenAll(
            MagicNumbers
                .All.Where(number => number.Fault.Delay == TimeSpan.Zero)
                .SelectMany(number =>
                    new[]
                    {
                        app.CheckCreditAsync(number.NationalIdentifier(Operation.CheckCredit)),
                        app.PostAsync("api/merchant/otp", new() { ["national_identifier"] = number.NationalIdentifier(Operation.SendOtp) }),
                    }
                )
        );
        secrets.UnionWith(
            MagicNumbers.All.SelectMany(number =>
                new[] { number.NationalIdentifier(Operation.CheckCredit), number.NationalIdentifier(Operation.SendOtp) }
            )
        );
        CollectTokens();

        // Bad requests, wrong keys, keys in addresses, garbage on the queue with an identity in it.
        await app.PostSettlementAsync(order with { Code = "bad\u0001code", Total = -1 });
        await app.PostAsync("api/merchant/credit-check", new() { ["national_identifier"] = order.Customer + "0123" });
        await app.SendAsync(
            HttpMethod.Post,
            "api/merchant/otp",
            new StringContent($"{{\"national_identifier\": \"{order.Customer}", Encoding.UTF8, "application/json")
        );
        await app.SendAsync(HttpMethod.Get, $"api/merchant/settlements/{order.Code}?code={FunctionKey}", header: "");
        await app.SendAsync(HttpMethod.Get, $"api/nothing/{order.Code}?code={FunctionKey}", header: "");
        await app.SendAsync(HttpMethod.Get, $"api/merchant/settlements/{order.Code}", header: FunctionKey + "-wrong");
        await Fixture.Queue().SendMessageAsync($"{{\"kind\":\"{order.Customer}\",\"id\":\"{order.Token}\"", Cancel);

        foreach (var one in orders)
        {
            await app.EndOfAsync(one);
        }

        // The vault away, tokens worthless; then storage away.
        Fixture.Vault.Available = false;
        Fixture.Baloan.RevokeTokens();
        await app.CheckCreditAsync(order.Customer);
        Fixture.Vault.Available = true;
        await app.SendAsync(HttpMethod.Post, "api/tokens/refresh", header: AdminKey);
        CollectTokens();
        var last = Order.New();
        secrets.Add(last.Customer);
        await app.SendOtpAsync(last.Customer);
        await Fixture.Storage.StopAsync();
        var callback = app.CallBackAsync(loan, "blocked", $"{last.Customer} did not answer");
        (await app.PostSettlementAsync(last)).ShouldBeProblem(503, "storage_unavailable");
        (await callback).ShouldBeProblem(503, "storage_unavailable");
        await app.GetSettlementAsync(order);
        await Fixture.Storage.StartAgainAsync(Cancel);
        await Until.TrueAsync("it is accepted", async () => (await app.PostSettlementAsync(last)).Status == 202);
        (await app.EndOfAsync(last)).Text("status").ShouldBe("settled");
        await app.Process.StopAsync();

        var lines = app.Process.LogLines;
        lines.ShouldContain(line => line.Contains("dbug:", StringComparison.Ordinal), "the level Debug is on");
        lines.ShouldContain(line => line.Contains($"Settlement {order.Code} is settled.", StringComparison.Ordinal));
        lines.ShouldContain(line => line.Contains($"loan {loan}", StringComparison.Ordinal));
        lines.ShouldContain(line => line.Contains("could not be delivered", StringComparison.Ordinal));
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
            var upload = await app.EndAsync(
                (await app.SendAsync(HttpMethod.Post, "api/merchant/uploads", form)).Headers.Location!.ToString()
            );
            secrets.Add(upload.Text("file"));
        }

        void CollectTokens()
        {
            foreach (var gateway in new[] { "merchant", "partnership" })
            {
                var token = JsonNode.Parse(Fixture.Vault.GetSecret($"baloan-{gateway}-token").ShouldNotBeNull())!.AsObject();
                secrets.Add(token.Text("access"));
                secrets.Add(token.Text("refresh"));
            }

            secrets.Add(Fixture.Vault.GetSecret("baloan-customer-hash-key").ShouldNotBeNull());
        }
    }

    /// <summary>Loans in every way, with a subscriber that fails.</summary>
    /// <returns>A loan that was paid.</returns>
    private async Task<Guid> LoansAsync(RunningApp app, Receiver subscriber, HashSet<string> secrets)
    {
        var loans = Fixture.Baloan.Loans;
        (loans.CallbackUrl, loans.Step) = (new Uri(app.BaseAddress, $"api/callbacks/loan-state?code={FunctionKey}"), TimeSpan.Zero);
        const string ForeignSignature = "s1gn-of-another-subscriber";
        const string WrongOtp = "83927";
        const string JalaliBirthDate = "1369-12-26";
        var borrower = Borrower.New();
        var (another, thirdPhone) = (Borrower.New(), Borrower.New().PhoneNumber);
        secrets.UnionWith([
            borrower.NationalIdentifier,
            borrower.PhoneNumber,
            borrower.BirthDate,
            another.NationalIdentifier,
            another.PhoneNumber,
            thirdPhone,
            WrongOtp,
            JalaliBirthDate,
            ForeignSignature,
            subscriber.Signature,
            $"http://127.0.0.1:{subscriber.Port}/workflows/run",
        ]);

        // A subscriber that fails, and one that may not be.
        subscriber.AnswerWith(500);
        (await app.SubscribeAsync(subscriber.CallbackUrl, "blocked")).ShouldBe(201);
        (await app.SubscribeAsync($"https://hooks.example.com/workflows/run?sig={ForeignSignature}")).ShouldBeProblem(
            400,
            "invalid_request"
        );

        // From the opening to the end, with refusals that name phone numbers, and callbacks that name anybody.
        var loan = await app.OpenLoanAsync(borrower);
        (await app.PostAsync("api/loans", (borrower with { PhoneNumber = thirdPhone }).Request)).ShouldBeProblem(
            422,
            "national_id_exists_with_another_phone_number"
        );
        (await app.PostAsync("api/loans", (another with { PhoneNumber = borrower.PhoneNumber }).Request)).ShouldBeProblem(
            422,
            "phone_number_exist_with_another_national_id"
        );
        (await app.PostAsync("api/loans", (borrower with { BirthDate = JalaliBirthDate }).Request)).ShouldBeProblem(400, "invalid_request");
        await app.SendAsync(
            HttpMethod.Post,
            "api/loans",
            new StringContent($"{{\"{borrower.PhoneNumber}\": \"{borrower.NationalIdentifier}", Encoding.UTF8, "application/json")
        );
        await app.LoanInAsync("created", loan);
        loans.MoveOn(loan);
        await app.LoanInAsync("cheque_verified", loan);
        var contract = (await app.CallAsync(Operation.GetContract, borrower, loan)).ShouldBe(200);
        secrets.Add((string)contract["contract_pdf_file"]!["file"]!);
        (await app.CallAsync(Operation.SendContractOtp, borrower, loan)).ShouldBe(200);
        (await app.PostAsync($"api/loans/{loan}/contract/signature", new() { ["otp"] = WrongOtp })).ShouldBeProblem(
            422,
            "incorrect_otp_code"
        );
        (await app.CallAsync(Operation.SignContract, borrower, loan)).ShouldBe(200);
        loans.Block(loan, $"Call {borrower.PhoneNumber} about {borrower.NationalIdentifier}, born {borrower.BirthDate}.");
        await app.LoanInAsync("blocked", loan);
        loans.Unblock(loan);
        loans.MoveOn(loan);
        loans.MoveOn(loan);
        await app.LoanInAsync("loan_paid", loan);
        (await app.CallBackAsync(loan, "canceled", borrower.PhoneNumber)).ShouldBe(200);
        (await app.CallBackAsync(loan, $"{borrower.PhoneNumber} is no state", borrower.NationalIdentifier)).ShouldBe(200);
        foreach (
            var body in new[]
            {
                $"{{\"uuid\":\"{borrower.NationalIdentifier}\",\"state\":1}}",
                $"{{\"{borrower.PhoneNumber}\":{borrower.NationalIdentifier}",
            }
        )
        {
            (
                await app.SendAsync(HttpMethod.Post, "api/callbacks/loan-state", new StringContent(body, Encoding.UTF8, "application/json"))
            ).Status.ShouldBe(400);
        }

        var canceled = await app.OpenLoanAsync(another);
        (await app.CallAsync(Operation.CancelLoan, another, canceled)).ShouldBe(200);

        // Every fault that is answered soon.
        var magic = MagicNumbers
            .Loans.Concat(MagicNumbers.All.Where(number => number.Fault.Delay == TimeSpan.Zero))
            .Select(number => Borrower.Magic(number, Operation.OpenLoan))
            .ToList();
        secrets.UnionWith(magic.SelectMany(one => new[] { one.NationalIdentifier, one.PhoneNumber }));
        await Task.WhenAll(magic.Select(one => app.PostAsync("api/loans", one.Request)));

        // Garbage on the queues.
        await Fixture.Queue("loans").SendMessageAsync($"{{\"callback\":\"{borrower.PhoneNumber}\",\"opening\":", Cancel);
        await Fixture.Queue("events").SendMessageAsync($"{{\"subscription\":\"{subscriber.CallbackUrl}\"", Cancel);
        await Until.TrueAsync("the subscriber was tried", () => subscriber.Deliveries.Count > 0);
        return loan;
    }
}
