using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Baloan.EndToEnd.Tests;

/// <summary>Keys, where they are set.</summary>
[Collection(KeyedApp.Name)]
public sealed class KeyTests(OnDemand<KeyedAppFixture> fixture) : LongTests<KeyedAppFixture>(fixture)
{
    private const string FunctionKey = KeyedAppFixture.FunctionKey;
    private const string AdminKey = KeyedAppFixture.AdminKey;
    private const string Loan = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

    private RunningApp App => Fixture.App;

    public static TheoryData<string, string> Routes =>
        new()
        {
            { "POST", "api/merchant/credit-check" },
            { "POST", "api/merchant/otp" },
            { "POST", "api/merchant/otp/validate" },
            { "POST", "api/merchant/settlements" },
            { "GET", "api/merchant/settlements" },
            { "GET", "api/merchant/settlements/some-code" },
            { "POST", "api/merchant/settlements/some-code/resolve" },
            { "POST", "api/merchant/uploads" },
            { "GET", "api/merchant/uploads/0123456789abcdef0123456789abcdef" },
            { "GET", "api/loan-policies" },
            { "GET", "api/loan-policies/stores" },
            { "POST", "api/loans" },
            { "GET", "api/loans" },
            { "GET", $"api/loans/{Loan}" },
            { "GET", $"api/loans/{Loan}/contract" },
            { "POST", $"api/loans/{Loan}/contract/otp" },
            { "POST", $"api/loans/{Loan}/contract/signature" },
            { "POST", $"api/loans/{Loan}/cancel" },
            { "POST", "api/callbacks/loan-state" },
            { "POST", "api/subscriptions" },
            { "POST", "api/subscriptions/unsubscribe" },
            { "DELETE", "api/subscriptions/some-id" },
        };

    public static TheoryData<string, string> AdminRoutes =>
        new()
        {
            { "POST", "api/tokens/refresh" },
            { "POST", "api/customers/erasures" },
            { "POST", "admin/functions/VerifySettlements" },
            { "POST", "admin/functions/RefreshTokens" },
            { "POST", "admin/functions/Invoices" },
            { "POST", "admin/functions/RecordLoans" },
            { "POST", "admin/functions/DeliverEvents" },
        };

    [Theory(Explicit = true)]
    [MemberData(nameof(Routes))]
    public async Task A_route_asks_for_the_function_key(string method, string path)
    {
        await RefusesAsync(method, path);

        (await SendAsync(method, path, FunctionKey)).Status.ShouldNotBe(401);
        (await SendAsync(method, $"{path}?code={Uri.EscapeDataString(FunctionKey)}", "")).Status.ShouldNotBe(401);
        (await SendAsync(method, path, AdminKey)).Status.ShouldNotBe(401);
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(AdminRoutes))]
    public async Task An_admin_route_asks_for_the_admin_key(string method, string path)
    {
        await RefusesAsync(method, path);
        (await SendAsync(method, path, FunctionKey)).Status.ShouldBe(401);

        // Nothing to do with that message but to fail, and nobody to erase: who may ask for it is what counts here.
        (await SendAsync(method, path, AdminKey)).Status.ShouldBeOneOf(200, 202, 400);
    }

    [Fact(Explicit = true)]
    public async Task Health_asks_for_none()
    {
        (await SendAsync("GET", "api/health", "")).ShouldBe(200).Text("status").ShouldBe("healthy");
        (await SendAsync("GET", "api/health", "wrong")).ShouldBe(200);
    }

    [Fact(Explicit = true)]
    public async Task Location_carries_the_key_that_came_in_the_query_and_can_be_followed_as_it_stands()
    {
        var order = Order.New();
        await App.SendOtpAsync(order.Customer);
        var accepted = await App.SendAsync(
            HttpMethod.Post,
            $"api/merchant/settlements?code={Uri.EscapeDataString(FunctionKey)}",
            new MultipartFormDataContent
            {
                { new StringContent(order.Customer), "national_identifier" },
                { new StringContent(order.Otp!), "otp" },
                { new StringContent(order.Data.ToJsonString()), "data" },
                { new ByteArrayContent(order.Invoice), "file", "invoice.pdf" },
            },
            header: ""
        );
        accepted.ShouldBe(202);

        // As Logic Apps does it: the address as it stands, and the one in each answer next.
        var location = accepted.Headers.Location.ShouldNotBeNull();
        var end = await Until.FoundAsync(
            "it has ended",
            async () =>
            {
                var answer = await App.SendAsync(HttpMethod.Get, location.ToString(), header: "");
                location = answer.Headers.Location ?? location;
                return answer.Status == 202 ? null : answer.ShouldBe(200);
            }
        );
        end.Text("status").ShouldBe("settled");
    }

    [Fact(Explicit = true)]
    public async Task A_loan_and_a_subscription_can_be_followed_and_ended_by_their_Location_as_it_stands()
    {
        var key = $"?code={Uri.EscapeDataString(FunctionKey)}";

        var opened = await App.SendAsync(HttpMethod.Post, $"api/loans{key}", JsonContent.Create(Borrower.New().Request), header: "");
        var loan = await App.SendAsync(HttpMethod.Get, opened.Headers.Location.ShouldNotBeNull().ToString(), header: "");
        loan.ShouldBe(200).Text("uuid").ShouldBe(opened.ShouldBe(201).Text("uuid"));

        var subscribed = await App.SendAsync(
            HttpMethod.Post,
            $"api/subscriptions{key}",
            JsonContent.Create(new JsonObject { ["callback_url"] = "https://prod-01.logic.azure.com/run" }),
            header: ""
        );
        subscribed.ShouldBe(201).Text("id").ShouldNotBeEmpty();
        var ended = await App.SendAsync(HttpMethod.Delete, subscribed.Headers.Location.ShouldNotBeNull().ToString(), header: "");
        ended.Status.ShouldBe(204);
    }

    [Fact(Explicit = true)]
    public async Task Location_carries_no_key_that_came_in_the_header()
    {
        var order = Order.New();
        await App.SendOtpAsync(order.Customer);

        var accepted = await App.PostSettlementAsync(order);

        accepted.ShouldBe(202);
        accepted.Headers.Location.ShouldNotBeNull().Query.ShouldBeEmpty();
        await App.EndOfAsync(order);
    }

    private async Task RefusesAsync(string method, string path)
    {
        (await SendAsync(method, path, "")).Status.ShouldBe(401);
        (await SendAsync(method, path, "wrong")).Status.ShouldBe(401);
        (await SendAsync(method, $"{path}?code=wrong", "")).Status.ShouldBe(401);
        (await SendAsync(method, $"{path}?code=", "")).Status.ShouldBe(401);
    }

    // An empty header is none.
    private Task<Answer> SendAsync(string method, string path, string header) =>
        App.SendAsync(new HttpMethod(method), path, method == "POST" ? JsonContent.Create(new JsonObject()) : null, header);
}
