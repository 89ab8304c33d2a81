using Baloan.EndToEnd.Tests;

namespace Baloan.ApiClients.Tests;

/// <summary>The clients that NSwag makes of both documents, as they are, against the app and the sandbox.</summary>
public sealed class GeneratedClientTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_made_of_the_OpenAPI_document_settles_an_invoice()
    {
        await using var app = await fixture.StartAppAsync();
        using var http = HttpTo(app);
        var client = new OpenApiClients.OpenApiClient(http);
        var order = Order.New();

        await client.SendOtpAsync(body: new() { National_identifier = order.Customer }, cancellationToken: Cancel);
        var accepted = await client.CreateSettlementAsync(
            national_identifier: order.Customer,
            otp: order.Otp,
            data: order.Data.ToJsonString(),
            file: new(new MemoryStream(order.Invoice), "invoice.pdf"),
            cancellationToken: Cancel
        );
        accepted.Code.ShouldBe(order.Code);
        await Until.TrueAsync(
            "it settles",
            async () =>
                (await client.GetSettlementAsync(settlementCode: order.Code, cancellationToken: Cancel)).Status
                == OpenApiClients.SettlementStatus.Settled
        );

        fixture.Books.ShouldHaveMovedOnce(order);
        var refusal = await Should.ThrowAsync<OpenApiClients.ApiException<OpenApiClients.Problem>>(() =>
            client.GetSettlementAsync(settlementCode: "nobody", cancellationToken: Cancel)
        );
        refusal.Result.Code.ShouldBe("not_found");
    }

    [Fact]
    public async Task A_client_made_of_the_Swagger_document_settles_an_invoice()
    {
        await using var app = await fixture.StartAppAsync();
        using var http = HttpTo(app);
        var client = new SwaggerClients.SwaggerClient(http);
        var order = Order.New();

        await client.SendOtpAsync(body: new() { National_identifier = order.Customer }, cancellationToken: Cancel);
        var accepted = await client.CreateSettlementAsync(
            national_identifier: order.Customer,
            otp: order.Otp,
            data: order.Data.ToJsonString(),
            file: new(new MemoryStream(order.Invoice), "invoice.pdf"),
            cancellationToken: Cancel
        );
        accepted.Code.ShouldBe(order.Code);
        await Until.TrueAsync(
            "it settles",
            async () =>
                (await client.GetSettlementAsync(settlementCode: order.Code, cancellationToken: Cancel)).Status
                == SwaggerClients.SettlementStatus.Settled
        );

        fixture.Books.ShouldHaveMovedOnce(order);
        var refusal = await Should.ThrowAsync<SwaggerClients.ApiException<SwaggerClients.Problem>>(() =>
            client.GetSettlementAsync(settlementCode: "nobody", cancellationToken: Cancel)
        );
        refusal.Result.Code.ShouldBe("not_found");
    }

    [Fact]
    public async Task What_is_null_in_a_loan_s_history_is_read_as_null()
    {
        await using var app = await fixture.StartAppAsync();
        using var http = HttpTo(app);
        var client = new OpenApiClients.OpenApiClient(http);
        var uuid = Guid.NewGuid();

        await client.LoanStateCallbackAsync(body: new() { Uuid = uuid, State = "nobody knows this one" }, cancellationToken: Cancel);
        var unknown = await client.GetLoanAsync(uuid: uuid.ToString(), cancellationToken: Cancel);
        unknown.State.ShouldBeNull();
        await client.LoanStateCallbackAsync(body: new() { Uuid = uuid, State = "created" }, cancellationToken: Cancel);
        (await client.GetLoanAsync(uuid: uuid.ToString(), cancellationToken: Cancel)).State.ShouldBe(OpenApiClients.LoanState.Created);
    }

    private static HttpClient HttpTo(RunningApp app) => new() { BaseAddress = new Uri(app.BaseAddress, "api/") };
}
