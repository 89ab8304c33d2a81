using Azure.Data.Tables;
using Baloan.Core.Settlements;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Settlements;

public sealed class OutcomeTests(StorageAccounts storage)
{
    private static readonly Dictionary<string, string> CodeOfRefusal = new()
    {
        [Fault.Refused.Name] = "duplicate_request",
        [Fault.RefusedWithDetail.Name] = "invoice_not_acceptable",
        [Fault.RefusedWithFieldErrors.Name] = "baloan_rejected",
        [Fault.RefusedWithNonFieldErrors.Name] = "baloan_rejected",
        [Fault.RefusedWithString.Name] = "baloan_rejected",
        [Fault.CreditTooLow.Name] = "insufficient_user_credit",
    };

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task Baloans_yes_is_a_settlement(string version)
    {
        await using var fixture = await ServiceFixture.StartAsync(storage, version);
        var invoice = Given.Pdf(300_000);
        var request = await fixture.NewAsync(invoice: invoice);
        await fixture.Intake.AcceptAsync(request, TestContext.Current.CancellationToken);

        var settled = await fixture.ProcessAsync(request.Code);

        settled.Status.ShouldBe(SettlementStatus.Settled);
        settled.KnownBy.ShouldBe(SettlementKnownBy.Baloan);
        settled.ErrorCode.ShouldBeNull();
        (settled.SubmittedAt, settled.EndedAt).ShouldBe((fixture.Time.GetUtcNow(), fixture.Time.GetUtcNow()));
        settled.CreditBefore.ShouldBe(Books.DefaultCredit);
        SettlementSendings.Of(settled).ShouldHaveSingleItem().Answer.ShouldBe("yes 200");
        settled.UserCredit.ShouldBe(version == "v1" ? null : Books.DefaultCredit - Given.Total);
        var booked = fixture.Baloan.Books.Settlements.ShouldHaveSingleItem();
        booked.NationalIdentifier.ShouldBe(request.NationalIdentifier);
        booked.Code.ShouldBe(request.Code);
        booked.Total.ShouldBe(Given.Total);
        booked.InvoiceSha256.ShouldBe(Given.Sha256(invoice));
        booked.InvoiceSize.ShouldBe(300_000);
        await ShouldBeWipedAsync(fixture, settled);
        (await fixture.ListAsync(SettlementStatus.Settled)).ShouldBe([request.Code]);
        (await fixture.OpenEntriesAsync()).ShouldBe(0);
    }

    [Theory]
    [InlineData("refused")]
    [InlineData("refused_detail")]
    [InlineData("refused_fields")]
    [InlineData("refused_non_field_errors")]
    [InlineData("refused_string")]
    [InlineData("credit_too_low")]
    public async Task Baloans_no_to_the_settlement_is_a_rejection_with_its_code(string fault)
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.All.Single(known => known.Name == fault));

        var rejected = await fixture.ProcessAsync(row.Code);

        rejected.Status.ShouldBe(SettlementStatus.Rejected);
        rejected.ErrorCode.ShouldBe(CodeOfRefusal[fault]);
        rejected.KnownBy.ShouldBe(SettlementKnownBy.Baloan);
        (rejected.CreditBefore, rejected.CreditAfter).ShouldBe((Books.DefaultCredit, Books.DefaultCredit));
        SettlementSendings.Of(rejected).ShouldHaveSingleItem().Answer.ShouldBe("refused 400");
        if (rejected.ErrorMessage is { } message)
        {
            message.ShouldNotContain("<");
        }

        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(1);
        fixture.Moved(row.Code).ShouldBe(0);
        await ShouldBeWipedAsync(fixture, rejected);
        (await fixture.ListAsync(SettlementStatus.Rejected)).ShouldBe([row.Code]);
        (await fixture.OpenEntriesAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Baloans_no_to_the_credit_check_is_a_rejection_and_nothing_is_sent()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        fixture.Baloan.Faults.Next(Operation.CheckCredit, Fault.RefusedWithDetail);

        var rejected = await fixture.ProcessAsync(row.Code);

        rejected.Status.ShouldBe(SettlementStatus.Rejected);
        rejected.ErrorCode.ShouldBe("invoice_not_acceptable");
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(0);
        await ShouldBeWipedAsync(fixture, rejected);
    }

    [Fact]
    public async Task An_invoice_that_is_gone_ends_it_before_anything_is_sent()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var request = await fixture.NewAsync();
        await fixture.Intake.AcceptAsync(
            request with
            {
                Invoice = request.Invoice with { Blob = "gone.pdf" },
            },
            TestContext.Current.CancellationToken
        );

        var failed = await fixture.ProcessAsync(request.Code);

        failed.Status.ShouldBe(SettlementStatus.Failed);
        failed.ErrorCode.ShouldBe("invoice_missing");
        fixture.Baloan.Books.Calls(Operation.CheckCredit).ShouldBe(0);
        await ShouldBeWipedAsync(fixture, failed);
    }

    [Fact]
    public async Task A_refused_access_token_is_replaced_once_and_the_settlement_goes_on()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.Unauthorized);
        var tokens = fixture.Baloan.Books.Snapshot().TokensIssued;

        var settled = await fixture.ProcessAsync(row.Code);

        settled.Status.ShouldBe(SettlementStatus.Settled);
        settled.Inferred.ShouldBeFalse();
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(2);
        fixture.Moved(row.Code).ShouldBe(1);
        fixture.Baloan.Books.Snapshot().TokensIssued.ShouldBe(tokens + 1);
    }

    [Fact]
    public async Task A_message_without_a_row_is_dropped()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);

        await fixture.Processor.ProcessAsync("NOBODY-KNOWS-IT", TestContext.Current.CancellationToken);

        fixture.Baloan.Books.Calls(Operation.CheckCredit).ShouldBe(0);
        fixture.Logs.Lines.ShouldContain(line => line.Contains("NOBODY-KNOWS-IT"));
    }

    /// <summary>The mask and the hash stay, and nothing in the whole partition tells who it was.</summary>
    internal static async Task ShouldBeWipedAsync(ServiceFixture fixture, Settlement ended)
    {
        ended.MaskedIdentifier.ShouldMatch(@"^\*{6}\d{4}$");
        ended.CustomerHash.ShouldMatch("^[0-9a-f]{64}$");
        var rows = fixture.SettlementsTable.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {ended.PartitionKey}"),
            cancellationToken: TestContext.Current.CancellationToken
        );
        await foreach (var row in rows)
        {
            row.Keys.ShouldNotContain(nameof(Settlement.NationalIdentifier));
            row.Keys.ShouldNotContain(nameof(Settlement.Otp));
            row.Keys.ShouldNotContain(nameof(Settlement.TransactionToken));
        }
    }
}
