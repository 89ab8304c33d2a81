using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests;

/// <summary>What goes well, with version 2 of Baloan's merchant API.</summary>
[Collection(SharedApp.Name)]
public sealed class HappyPathTests(OneAppFixture fixture)
{
    private readonly RunningApp app = fixture.App;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_OTP_is_validated_and_the_invoice_is_settled()
    {
        var order = Order.New();
        (await app.CheckCreditAsync(order.Customer)).ShouldBe(200)["user_credit"]!.GetValue<long>().ShouldBe(Books.DefaultCredit);
        await app.SendOtpAsync(order.Customer);

        var accepted = await app.PostSettlementAsync(order);

        accepted.ShouldBe(202).Text("status").ShouldBe("queued");
        accepted.Headers.RetryAfter.ShouldNotBeNull();
        var location = accepted.Headers.Location.ShouldNotBeNull();
        location.ShouldBe(new Uri(app.BaseAddress, $"api/merchant/settlements/{order.Code}"));
        var settlement = await app.EndAsync(location.ToString());
        ShouldBeSettled(settlement, order, Books.DefaultCredit - order.Total);
        fixture.Books.ShouldHaveMovedOnce(order);
    }

    [Fact]
    public async Task What_is_accepted_and_settled_is_counted_and_told()
    {
        var before = await StatsAsync();
        await app.EndOfAsync(await app.AcceptAsync(Order.New()));

        // Other tests settle as well, meanwhile.
        await Until.TrueAsync(
            "it is counted",
            async () =>
                await StatsAsync() is var now && now.Accepted > before.Accepted && now.Settled > before.Settled && now.Timed > before.Timed
        );
        var stats = (await app.GetAsync("api/stats")).ShouldBe(200);
        stats["hours"]!.AsArray().Count.ShouldBe(24);
        ((bool)stats["tokens"]!["merchant"]!["configured"]!).ShouldBeTrue();
        stats["queues"]!.AsArray().Select(queue => (string)queue!["name"]!).ShouldBe(["invoices", "loans", "events"]);
        (await app.GetAsync("api/stats?hours=169")).ShouldBe(400);

        async Task<(int Accepted, int Settled, int Timed)> StatsAsync()
        {
            // So many that nothing counted here leaves them at the next full hour.
            var now = (await app.GetAsync("api/stats?hours=24")).ShouldBe(200);
            int Of(string column) => now["hours"]!.AsArray().Sum(hour => (int)hour!["settlements"]![column]!);
            return (Of("accepted"), Of("settled"), (int)now["time_to_settle"]!["count"]!);
        }
    }

    [Fact]
    public async Task A_transaction_token_is_settled()
    {
        var order = Order.New();
        await app.SendOtpAsync(order.Customer);
        order = order with { Token = await app.ValidateOtpAsync(order.Customer) };

        (await app.PostSettlementAsync(order)).ShouldBe(202);

        ShouldBeSettled(await app.EndOfAsync(order), order, Books.DefaultCredit - order.Total);
        fixture.Books.ShouldHaveMovedOnce(order);
    }

    [Fact]
    public async Task An_invoice_that_is_in_Blob_storage_already_is_settled_as_it_was()
    {
        var order = Order.New();
        var blob = new BlobContainerClient(fixture.Storage.ConnectionString, "invoices").GetBlobClient($"from-a-flow/{order.Code}.pdf");
        await blob.UploadAsync(new BinaryData(order.Invoice), Cancel);
        await app.SendOtpAsync(order.Customer);
        fixture.Baloan.Faults.Next(Operation.CheckCredit, Fault.SlowAnswer with { Delay = TimeSpan.FromSeconds(2) });

        var accepted = await app.PostAsync(
            "api/merchant/settlements",
            new()
            {
                ["national_identifier"] = order.Customer,
                ["otp"] = order.Otp,
                ["data"] = order.Data,
                ["invoice_blob"] = blob.Name,
            }
        );
        accepted.ShouldBe(202);
        await blob.UploadAsync(new BinaryData("%PDF-1.4 another one"u8.ToArray()), overwrite: true, Cancel);

        ShouldBeSettled(await app.EndOfAsync(order), order, Books.DefaultCredit - order.Total);
        fixture.Books.ShouldHaveMovedOnce(order);
    }

    [Fact]
    public async Task The_same_POST_again_answers_with_what_is_there_and_sends_nothing()
    {
        var order = await app.AcceptAsync(Order.New());
        await app.EndOfAsync(order);

        var again = await app.PostSettlementAsync(order);

        ShouldBeSettled(again.ShouldBe(200), order, Books.DefaultCredit - order.Total);
        (await app.PostSettlementAsync(order with { Total = order.Total + 1 })).ShouldBeProblem(409, "settlement_conflict");
        fixture.Books.ShouldHaveMovedOnce(order);
    }

    [Theory]
    [InlineData("invoice.pdf", "%PDF-1.4")]
    [InlineData("card.jpg", "\u00ff\u00d8\u00ff\u00e0 a picture")]
    [InlineData("card.png", "\u0089PNG\r\n\u001a\n a picture")]
    public async Task A_document_is_uploaded(string fileName, string content)
    {
        var form = new MultipartFormDataContent
        {
            {
                new ByteArrayContent(System.Text.Encoding.Latin1.GetBytes(content))
                {
                    Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") },
                },
                "file",
                fileName
            },
        };

        var accepted = await app.SendAsync(HttpMethod.Post, "api/merchant/uploads", form);

        accepted.ShouldBe(202).Text("status").ShouldBe("queued");
        accepted.Headers.RetryAfter.ShouldNotBeNull();
        var upload = await app.EndAsync(accepted.Headers.Location.ShouldNotBeNull().ToString());
        upload.Text("status").ShouldBe("uploaded");
        upload.Text("file_name").ShouldBe(fileName);
        upload["size"]!.GetValue<int>().ShouldBe(content.Length);
        Guid.TryParse(upload.Text("uuid"), out _).ShouldBeTrue();
        new Uri(upload.Text("file")).AbsolutePath.ShouldEndWith(Path.GetExtension(fileName));
    }

    internal static void ShouldBeSettled(JsonObject settlement, Order order, long? creditLeft)
    {
        settlement.Text("status").ShouldBe("settled", settlement.ToJsonString());
        settlement.Text("code").ShouldBe(order.Code);
        settlement.Text("national_identifier").ShouldBe("******" + order.Customer[^4..]);
        settlement["total"]!.GetValue<long>().ShouldBe(order.Total);
        settlement["attempts"]!.GetValue<int>().ShouldBe(1);
        settlement["inferred"]!.GetValue<bool>().ShouldBeFalse();
        settlement["error"].ShouldBeNull();
        ((long?)settlement["user_credit"]).ShouldBe(creditLeft);
        settlement["invoice"]!["sha256"]!.GetValue<string>().ShouldBe(order.InvoiceSha256);
        settlement["invoice"]!["size"]!.GetValue<long>().ShouldBe(order.Invoice.Length);
    }
}

/// <summary>What goes well, with version 1 of Baloan's merchant API.</summary>
public sealed class HappyPathOfVersion1Tests(HappyPathOfVersion1Tests.Version1 fixture) : IClassFixture<HappyPathOfVersion1Tests.Version1>
{
    private readonly RunningApp app = fixture.App;

    [Fact]
    public async Task An_OTP_is_settled()
    {
        var order = Order.New();
        (await app.CheckCreditAsync(order.Customer)).ShouldBe(200)["user_credit"]!.GetValue<long>().ShouldBe(Books.DefaultCredit);
        await app.AcceptAsync(order);

        HappyPathTests.ShouldBeSettled(await app.EndOfAsync(order), order, null);
        fixture.Books.ShouldHaveMovedOnce(order);
        fixture.Books.Calls(Operation.ValidateOtp).ShouldBe(0);
    }

    [Fact]
    public async Task What_version_1_does_not_have_is_refused()
    {
        var order = Order.New() with { Token = Guid.NewGuid().ToString() };

        (await app.PostSettlementAsync(order)).ShouldBeProblem(400, "invalid_request")["errors"]!.AsObject().ShouldContainKey("token");
        (
            await app.PostAsync("api/merchant/otp/validate", new() { ["national_identifier"] = order.Customer, ["otp"] = MagicNumbers.Otp })
        ).ShouldBeProblem(409, "not_supported_by_api_version");
    }

    public sealed class Version1 : OneAppFixture
    {
        protected override string Version => "v1";
    }
}
