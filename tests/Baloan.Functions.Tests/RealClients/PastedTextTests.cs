using System.Globalization;
using System.Text.Json.Nodes;
using Azure;
using Azure.Data.Tables;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Functions.Http.Requests;
using Baloan.Functions.Tests.Fixtures;

namespace Baloan.Functions.Tests.RealClients;

/// <summary>Text as people paste and type it: from messengers, spreadsheets and right-to-left forms.</summary>
public sealed class PastedTextTests(StorageAccounts storage) : ApiTests(storage)
{
    private static int numbers = 1_000;

    /// <summary>An invisible sign, and what it is called.</summary>
    public static TheoryData<string, string> Signs =>
        new()
        {
            { "\u200B", "U+200B ZERO WIDTH SPACE" },
            { "\u200C", "U+200C ZERO WIDTH NON-JOINER" },
            { "\u200D", "U+200D" },
            { "\u200E", "U+200E LEFT-TO-RIGHT MARK" },
            { "\u200F", "U+200F RIGHT-TO-LEFT MARK" },
            { "\u202A", "U+202A" },
            { "\u202B", "U+202B" },
            { "\u202C", "U+202C" },
            { "\u202D", "U+202D" },
            { "\u202E", "U+202E RIGHT-TO-LEFT OVERRIDE" },
            { "\u2060", "U+2060 WORD JOINER" },
            { "\u2064", "U+2064" },
            { "\u2066", "U+2066" },
            { "\u2069", "U+2069" },
            { "\uFEFF", "U+FEFF" },
            { "\u00AD", "U+00AD SOFT HYPHEN" },
            { "\u2028", "U+2028 LINE SEPARATOR" },
            { "\u2029", "U+2029" },
            { "\u061C", "U+061C ARABIC LETTER MARK" },
            { "\uFE0F", "U+FE0F" },
            { "\u3164", "U+3164" },
            { "\U000E0041", "U+E0041" },
        };

    [Theory]
    [MemberData(nameof(Signs))]
    public async Task An_invisible_sign_is_taken_off_what_people_type_and_refused_in_a_code_by_its_name(string sign, string name)
    {
        var form = new SettlementForm();
        var customer = form.NationalIdentifier!;
        string Pasted(string text) => sign + text[..3] + sign + text[3..] + sign;

        var credit = await Api.PostAsync("api/merchant/credit-check", new JsonObject { ["national_identifier"] = Pasted(customer) });
        (credit.Status, credit.Field("national_identifier")).ShouldBe((200, customer), credit.Text);
        await Api.SendOtpAsync(Pasted(customer));
        (
            await Api.PostAsync(
                "api/loans",
                Loan(phone: Pasted("09121234567"), identifier: Pasted(customer), birthDate: Pasted("1990-05-06"))
            )
        ).ShouldBeProblem(400, "invalid_request", "store");

        foreach (var code in new[] { sign + form.Code, form.Code[..3] + sign + form.Code[3..], form.Code + sign })
        {
            var refused = (await Api.SettleAsync(form with { Code = code })).ShouldBeProblem(400, "invalid_request", "data.code");
            refused.Json["errors"]!["data.code"]![0]!.GetValue<string>().ShouldContain(name);
        }

        var accepted = await Api.SettleAsync(form with { NationalIdentifier = Pasted(customer), Otp = Pasted(form.Otp!) });
        accepted.Status.ShouldBe(202, accepted.Text);
        (await Api.EndedAsync(form.Code)).SettlementStatus.ShouldBe("settled");
    }

    [Theory]
    [InlineData("\u0456nv-1", "U+0456")]
    [InlineData("inv-\u0410", "U+0410")]
    [InlineData("\u03bfrder", "U+03BF")]
    [InlineData("inv\u0561", "U+0561")]
    [InlineData("inv\u13AA", "U+13AA")]
    [InlineData("inv\U0001D400", "U+1D400")]
    public async Task A_letter_of_another_script_among_Latin_ones_is_refused_in_a_code_by_its_name(string code, string name) =>
        (await Api.SettleAsync(new SettlementForm { Code = code })).ShouldBeProblem(400, "invalid_request", "data.code").Json["errors"]![
            "data.code"
        ]![0]!
            .GetValue<string>()
            .ShouldContain(name);

    [Theory]
    [InlineData("سفارش-۱-INV")]
    [InlineData("Заказ-1")]
    [InlineData("Café-1")]
    [InlineData("注文-1")]
    [InlineData("😀-1")]
    public async Task Codes_of_one_script_and_Persian_beside_Latin_are_codes(string start)
    {
        // Digits alone, so that no letter is added to what is tried.
        var code = $"{start}-{Number()}";
        var answer = await Api.SettleAsync(new SettlementForm { Code = code, Otp = "99999" });

        answer.Status.ShouldBe(202, answer.Text);
        answer.Field("code").ShouldBe(code);
    }

    [Theory]
    [InlineData("كد-يك-{0}", "کد-یک-{0}")]
    [InlineData("Cafe\u0301-{0}", "Caf\u00e9-{0}")]
    [InlineData("ا\u0653ب-{0}", "آب-{0}")]
    [InlineData("علی-٠١{0}", "علی-۰۱{0}")]
    [InlineData("A\u00A0B-{0}", "A B-{0}")]
    [InlineData("A\u2011B-{0}", "A-B-{0}")]
    [InlineData("عيسى-{0}", "عیسی-{0}")]
    public async Task Codes_that_look_the_same_are_one_code(string written, string kept)
    {
        var number = Number();
        (written, kept) = (
            string.Format(CultureInfo.InvariantCulture, written, number),
            string.Format(CultureInfo.InvariantCulture, kept, number)
        );
        var form = await Api.AcceptedAsync(new SettlementForm { Code = written });

        var again = await Api.SettleAsync(form with { Code = kept });
        var ended = await Api.EndedAsync(written);

        again.Field("code").ShouldBe(kept, again.Text);
        (ended.SettlementStatus, ended.Field("code")).ShouldBe(("settled", kept));
        (await Api.EndedAsync(kept)).Field("code").ShouldBe(kept);
        Baloan.Books.Settlements.Count(settlement => settlement.Code == kept || settlement.Code == written).ShouldBe(1);
    }

    [Theory]
    [InlineData("+98912{0}{1}")]
    [InlineData("0098912{0}{1}")]
    [InlineData("98912{0}{1}")]
    [InlineData("912{0}{1}")]
    [InlineData("0912 {0} {1}")]
    [InlineData("0912-{0}-{1}")]
    [InlineData("+98 (912) {0}-{1}")]
    [InlineData("+98 0912 {0}{1}")]
    [InlineData("۰۹۱۲ {0} {1}")]
    [InlineData("\u202A+98 912 {0} {1}\u202C")]
    [InlineData("0912\u2011{0}\u2011{1}")]
    public async Task A_phone_number_is_read_as_people_write_it(string written)
    {
        // Baloan knows a phone number of one customer alone.
        var customer = Given.Customer();
        var phone = string.Format(CultureInfo.InvariantCulture, written, customer[3..6], customer[6..]);
        var opened = await Api.PostAsync("api/loans", Loan(phone, customer, "1990-05-06", store: 1));

        opened.Status.ShouldBe(201, opened.Text);
        opened.Field("phone_number").ShouldBe($"0912{customer[3..]}");
    }

    [Theory]
    [InlineData("25/11/1377", "1999-02-14")]
    [InlineData("25-11-1377", "1999-02-14")]
    [InlineData("1/1/1378", "1999-03-21")]
    [InlineData("۲۵/۱۱/۱۳۷۷", "1999-02-14")]
    [InlineData("1377/11/25 00:00:00", "1999-02-14")]
    [InlineData("1377-11-25T00:00:00", "1999-02-14")]
    [InlineData("1377-11-25T10:30:00.000Z", "1999-02-14")]
    [InlineData("1377/11/25، 10:30", "1999-02-14")]
    public async Task A_Jalali_date_is_told_as_one_also_day_first_and_with_a_time(string date, string gregorian)
    {
        var answer = await Api.PostAsync("api/loans", Loan("09121234567", Given.Customer(), date));

        var text = answer.ShouldBeProblem(400, "invalid_request", "birth_date", "store").Json["errors"]!["birth_date"]![
            0
        ]!.GetValue<string>();
        text.ShouldContain("Jalali");
        text.ShouldContain(gregorian);
    }

    [Fact]
    public async Task A_settlement_that_was_accepted_before_codes_were_normalized_stays_reachable()
    {
        await using var fixture = await ServiceFixture.StartAsync(Storage);
        foreach (var code in new[] { "كد-" + Number(), "A\u200CB-" + Number(), "\u0456nv-" + Number() })
        {
            var before = await fixture.AcceptAsync(code: code);

            (await SettlementCodes.FindAsync(fixture.Store, code, Cancel)).ShouldNotBeNull().Code.ShouldBe(before.Code);
        }

        // A row as an app of before has left it, on the storage of the app that is asked.
        var form = await Api.AcceptedAsync(new SettlementForm { Code = $"کد-{Number()}" });
        await Api.EndedAsync(form.Code);
        var old = form.Code.Replace('ک', 'ك');
        var table = new TableServiceClient(Apps.Second.ConnectionString).GetTableClient("Settlements");
        var row = (await table.GetEntityAsync<TableEntity>(TableKeys.Escape(form.Code), "settlement", cancellationToken: Cancel)).Value;
        await table.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, Cancel);
        (row.PartitionKey, row["Code"]) = (TableKeys.Escape(old), old);
        await table.UpsertEntityAsync(row, TableUpdateMode.Replace, Cancel);

        var found = await Api.GetAsync($"{Sent.Settlements}/{Uri.EscapeDataString(old)}");
        (found.Status, found.Field("code")).ShouldBe((200, old), found.Text);
        // The same POST again is the same settlement: it must not be paid a second time under the code's other spelling.
        var again = await Api.SettleAsync(form with { Code = old });
        (again.Status, again.Field("code")).ShouldBe((200, old), again.Text);
        (await Api.SettleAsync(form with { Code = old, Total = form.Total + 1 })).ShouldBeProblem(409, "settlement_conflict");
    }

    /// <summary>Digits that no other code of these tests has, and that are nobody's identifier.</summary>
    private static string Number() => Interlocked.Increment(ref numbers).ToString(CultureInfo.InvariantCulture);

    private static JsonObject Loan(string phone, string identifier, string birthDate, int store = 0) =>
        new()
        {
            ["phone_number"] = phone,
            ["national_identifier"] = identifier,
            ["birth_date"] = birthDate,
            ["amount"] = 10_000_000,
            ["loan_due"] = 12,
            ["store"] = store,
        };
}
