using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Http;

/// <summary>Reads the whole log of the apps, which write at the level Debug.</summary>
public sealed partial class LogSecrecyTests(StorageAccounts storage) : ApiTests(storage)
{
    [Fact]
    public async Task No_log_tells_who_it_was_or_opens_a_door()
    {
        var secrets = new List<string>
        {
            RunningApps.FunctionKey,
            RunningApps.AdminKey,
            BaloanServer.StorePassword,
            BaloanServer.PartnerPassword,
            "eyJ",
            "sig=",
            "Signature=",
            "AccountKey=",
        };
        foreach (var used in await Task.WhenAll(GoThroughAsync(Api, "v2"), GoThroughAsync(FirstApi, "v1")))
        {
            secrets.AddRange(used);
        }

        foreach (var app in new[] { Apps.Second, Apps.First })
        {
            secrets.AddRange(
                new[] { "baloan-merchant-token", "baloan-customer-hash-key" }.Select(name => app.Vault.GetSecret(name)).OfType<string>()
            );
            var log = app.App.LogLines;
            log.ShouldContain(
                line => line.StartsWith("Debug", StringComparison.Ordinal) || line.Contains(" dbug:", StringComparison.Ordinal),
                "the log is at Debug"
            );
            log.ShouldContain(line => line.Contains("is settled"));
            log.Where(line => secrets.Exists(secret => line.Contains(secret, StringComparison.OrdinalIgnoreCase))).ShouldBeEmpty();
            // Every customer of the tests, whichever test it was.
            log.Where(line => Customers().IsMatch(line)).ShouldBeEmpty();
        }
    }

    /// <summary>Makes good and failing calls.</summary>
    /// <returns>What must be in no log.</returns>
    private static async Task<IReadOnlyList<string>> GoThroughAsync(ApiClient api, string version)
    {
        const string Otp = "86420975";
        var secrets = new List<string> { Otp };
        string Customer(string identifier)
        {
            secrets.Add(identifier);
            return identifier;
        }

        string Magic(Fault fault, Operation operation) => Customer(MagicNumbers.For(fault).NationalIdentifier(operation));
        Task<ApiAnswer> PostAsync(string path, string customer) =>
            api.PostAsync($"api/merchant/{path}", new JsonObject { ["national_identifier"] = customer, ["otp"] = Otp });

        await PostAsync("credit-check", Customer(Given.Customer()));
        await PostAsync($"credit-check?code={RunningApps.FunctionKey}", Customer(Given.Customer()));
        foreach (
            var fault in new[]
            {
                Fault.RefusedWithFieldErrors,
                Fault.CutBeforeEffect,
                Fault.Garbage,
                Fault.ServerError,
                Fault.NotFound,
                Fault.Redirect,
            }
        )
        {
            await PostAsync("otp", Magic(fault, Operation.SendOtp));
        }

        await PostAsync("otp/validate", Customer(Given.Customer()));
        var good = await api.AcceptedAsync(new SettlementForm { NationalIdentifier = Customer(Given.Customer()) });
        var wrong = await api.AcceptedAsync(new SettlementForm { NationalIdentifier = Customer(Given.Customer()), Otp = Otp });
        var cut = await api.AcceptedAsync(
            new SettlementForm { NationalIdentifier = Customer(Given.Customer()), Total = MagicNumbers.For(Fault.CutBeforeEffect).Total }
        );
        if (version == "v2")
        {
            var customer = Customer(Given.Customer());
            var token = await api.TransactionTokenAsync(customer);
            secrets.Add(token);
            var withToken = new SettlementForm
            {
                NationalIdentifier = customer,
                Otp = null,
                Token = token,
            };
            (await api.SettleAsync(withToken)).Status.ShouldBe(202);
            await api.EndedAsync(withToken.Code);
        }

        await api.SettleAsync(
            new SettlementForm
            {
                NationalIdentifier = Customer("1234567890123"),
                Otp = "x" + Otp,
                Data = "{\"code\":",
            }
        );
        await api.PostTextAsync("api/merchant/credit-check", "{\"national_identifier\":\"" + Customer(Given.Customer()));
        var upload = await api.PostAsync(
            "api/merchant/uploads",
            new MultipartFormDataContent { { new ByteArrayContent(Given.Pdf()), "file", "a.pdf" } }
        );
        var uploaded = await api.EndOfAsync(upload.Location.PathAndQuery);
        secrets.Add(new Uri(uploaded.Field("file")).Query);
        foreach (var form in new[] { good, wrong, cut })
        {
            await api.EndedAsync(form.Code);
        }

        return secrets;
    }

    [GeneratedRegex(@"\b0612\d{6}\b")]
    private static partial Regex Customers();
}
