using System.Text.Json.Nodes;
using Baloan.EndToEnd.Tests;
using Baloan.Sandbox;
using Microsoft.Playwright;

namespace Baloan.Browser.Tests;

/// <summary>What is done with a loan on the console, from the opening to the signature.</summary>
public sealed class LoanTests(ConsoleFixture fixture) : ConsoleTests(fixture)
{
    [Theory]
    [InlineData("en", "Signed.", "Canceled.", Explicit = true)]
    [InlineData("fa", "امضا شد.", "لغو شد.")]
    public async Task A_loan_is_opened_signed_and_canceled(string language, string signed, string canceled)
    {
        var page = await OpenAsync("loan-new", language);
        await page.Locator("#open").ClickAsync();
        await Expect(page.Locator("[aria-invalid]")).ToHaveCountAsync(6);
        await IsAccessibleAsync(page);
        // A foreigner's has eleven digits.
        await page.Locator("#customer").FillAsync(language == "fa" ? $"0{Order.NewCustomer()}" : Order.NewCustomer());
        await page.Locator("#phone").FillAsync(language == "fa" ? "۰۹۳۵۰۰۰۰۱۲۵" : "09350000124");
        await page.Locator("#birth").FillAsync(language == "fa" ? "۱۹۹۱/۰۳/۱۷" : "1991-03-17");
        await page.Locator("#store").SelectOptionAsync("1");
        await page.Locator("#loan_due").SelectOptionAsync("12");
        await page.Locator("#amount").FillAsync(language == "fa" ? "۱۰٬۰۰۰٬۰۰۰" : "10,000,000");
        await Expect(page.Locator("[aria-invalid]")).ToHaveCountAsync(0);
        await page.Locator("#open").ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("#/loans/"));
        await Expect(page.Locator(".amount")).ToContainTextAsync(language == "fa" ? "۱۰٬۰۰۰٬۰۰۰" : "10,000,000");

        var uuid = page.Url[(page.Url.LastIndexOf('/') + 1)..];
        Fixture.Baloan.Loans.MoveOn(Guid.Parse(uuid));
        await CallBackAsync(uuid, "cheque_verified");
        // The view looks again by itself.
        await page.Locator("#contract").ClickAsync(new() { Timeout = 20_000 });
        await Expect(page.Locator("#contract-file")).ToHaveAttributeAsync("rel", "noopener noreferrer");
        await page.Locator("#contract-send-otp").ClickAsync();
        await Expect(page.Locator(".result.good")).ToBeVisibleAsync();
        await page.Locator("#contract-otp").FillAsync(MagicNumbers.Otp);
        await page.Locator("#sign").ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync(signed);
        await KeepPictureAsync(page, $"loan-signed-{language}");

        await page.Locator("#cancel-loan").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Dialog).Locator("button.danger").ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync(canceled);
    }

    [Theory]
    [InlineData("en", "Baloan says no loan was opened", "Record as not opened", Explicit = true)]
    [InlineData("fa", "بالون اعلام کرده که پرونده‌ای تشکیل نشده است", "ثبت به عنوان تشکیل‌نشده")]
    public async Task An_opening_of_unknown_outcome_is_decided(string language, string notOpened, string record)
    {
        var page = await OpenAsync("nowhere", language);
        JsonNode? sent = null;
        await page.RouteAsync(
            "**/api/loan-openings?*",
            route =>
                route.FulfillAsync(
                    new()
                    {
                        ContentType = "application/json",
                        Body = sent is not null
                            ? """{"items":[],"continuation":null}"""
                            : """
                            {"items":[{"id":"abc123","status":"unknown","national_identifier":"******5678","phone_number":"*******0123","amount":10000000,"loan_due":12,"store":1,"uuid":null,
                            "sendings":[{"at":"2026-11-30T08:00:00Z","answer":"unknown 504"}],"resolution":null,"created_at":"2026-11-30T08:00:00Z","updated_at":"2026-11-30T08:00:00Z"}],"continuation":null}
                            """,
                    }
                )
        );
        await page.RouteAsync(
            "**/api/loan-openings/abc123/resolve",
            route =>
            {
                sent = JsonNode.Parse(route.Request.PostData!);
                return route.FulfillAsync(new() { ContentType = "application/json", Body = "{}" });
            }
        );
        await page.GotoAsync($"{Fixture.App.BaseAddress}api/console#/openings");
        await page.GetByLabel(notOpened).CheckAsync();
        await page.Locator("textarea").FillAsync("By phone.");
        await page.Locator("#by-abc123").FillAsync("Sara");
        await NothingIsCutAsync(page);
        await IsAccessibleAsync(page);
        await KeepPictureAsync(page, $"opening-{language}");
        await page.GetByRole(AriaRole.Button, new() { Name = record }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).Locator("button.danger").ClickAsync();

        await Expect(page.Locator(".empty")).ToBeVisibleAsync();
        sent!.ToJsonString().ShouldBe("""{"outcome":"not_opened","note":"By phone.","by":"Sara"}""");
    }

    private async Task CallBackAsync(string uuid, string state) =>
        (
            await Fixture.App.PostAsync(
                "api/callbacks/loan-state",
                new JsonObject
                {
                    ["uuid"] = uuid,
                    ["state"] = state,
                    ["reason"] = null,
                }
            )
        ).ShouldBe(200);
}
