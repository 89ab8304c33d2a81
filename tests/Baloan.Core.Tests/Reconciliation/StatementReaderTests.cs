using System.Globalization;
using Baloan.Core.Reconciliation;

namespace Baloan.Core.Tests.Reconciliation;

public sealed class StatementReaderTests
{
    [Theory]
    [InlineData("کد سفارش,مبلغ", null)]
    [InlineData("شماره فاکتور,مبلغ (ریال)", AmountUnit.Rial)]
    [InlineData("شماره‌ی فاکتور,مبلغ", null)]
    [InlineData("مشتری,مبلغ", null, false)]
    [InlineData("كد سفارش,مبلغ به ريال", AmountUnit.Rial)]
    [InlineData("شناسهٔ سفارش,مبلغ کل ـ تومان", AmountUnit.Toman)]
    [InlineData("شماره_سفارش,جمع کل", null)]
    [InlineData("code,total", null)]
    [InlineData("Order ID,Total Amount (IRR)", AmountUnit.Rial)]
    [InlineData("InvoiceNumber,AmountToman", AmountUnit.Toman)]
    [InlineData("invoice_no,amount_rial", AmountUnit.Rial)]
    [InlineData("id,code,data.bill.total", null)]
    [InlineData("ردیف,سفارش,قیمت کل (تومان)", AmountUnit.Toman)]
    public void Columns_are_found_by_the_names_that_people_and_programs_give_them(string header, AmountUnit? unit, bool isFound = true)
    {
        var line = string.Join(',', header.Split(',').SkipLast(1).Select((_, index) => $"A-{index}")) + ",5000";
        if (!isFound)
        {
            Statements.Refused($"{header}\n{line}\n").Fault.ShouldBe(StatementFault.ColumnNotFound);
            return;
        }

        var statement = Statements.Read($"{header}\n{line}\n");

        statement.Lines.ShouldHaveSingleItem().Amount.ShouldBe(5000);
        statement.Columns.Unit.ShouldBe(unit);
    }

    [Fact]
    public void Of_an_amount_in_both_units_the_one_in_Toman_is_taken()
    {
        var statement = Statements.Read("کد,مبلغ (ریال),مبلغ (تومان)\nA-1,5000,500\n");

        (statement.Columns.Total, statement.Lines[0].Amount).ShouldBe(("مبلغ (تومان)", 500));
    }

    [Fact]
    public void What_is_not_clear_is_asked_about_with_the_names_that_there_are_and_taken_where_it_is_given()
    {
        const string Text = "order,invoice,amount,total,fee\nA-1,B-1,500,600,1\n";

        var code = Statements.Refused(Text);
        (code.Fault, code.Field).ShouldBe((StatementFault.ColumnNotClear, "code_column"));
        code.Details.ShouldHaveSingleItem().ShouldBe("“order”, “invoice”");
        var total = Statements.Refused(Text, new(Code: "invoice"));
        (total.Fault, total.Field, total.Details[0]).ShouldBe((StatementFault.ColumnNotClear, "total_column", "“amount”, “total”"));
        var unknown = Statements.Refused(Text, new(Code: "invoice", Total: "sum"));
        (unknown.Fault, unknown.Field).ShouldBe((StatementFault.ColumnNotFound, "total_column"));
        unknown.Details[0].ShouldBe("“order”, “invoice”, “amount”, “total”, “fee”");
        Statements.Refused(Text, new("invoice", "total", "when")).Field.ShouldBe("date_column");
        Statements.Read(Text, new("Invoice", "FEE")).Lines[0].ShouldBe(new StatementLine(new(null, 2), "B-1", 1, null, null, null, null));
    }

    [Theory]
    [InlineData("1250000", 1_250_000)]
    [InlineData("1,250,000", 1_250_000)]
    [InlineData("۱٬۲۵۰٬۰۰۰", 1_250_000)]
    [InlineData("١،٢٥٠،٠٠٠", 1_250_000)]
    [InlineData("1.250.000", 1_250_000)]
    [InlineData("1 250 000", 1_250_000)]
    [InlineData("1250000.00", 1_250_000)]
    [InlineData("۱۲۵۰۰۰۰٫۰۰", 1_250_000)]
    [InlineData("1,250,000.0", 1_250_000)]
    [InlineData("500,000", 500_000)]
    [InlineData("1,250,000 تومان", 1_250_000)]
    [InlineData("تومان ۱٬۲۵۰٬۰۰۰", 1_250_000)]
    [InlineData("\u200F1250000\u200E", 1_250_000)]
    [InlineData("500.000", null)]
    [InlineData("12.5", null)]
    [InlineData("12,50,000", null)]
    [InlineData("1.25E+06", null)]
    [InlineData("-500", null)]
    [InlineData("(500)", null)]
    [InlineData("0", null)]
    [InlineData("500 USD", null)]
    [InlineData("پانصد", null)]
    [InlineData("123456789012345", null)]
    public void An_amount_is_read_as_it_is_meant_or_not_at_all(string cell, int? amount)
    {
        var statement = Statements.Read($"code;total\nA-1;{cell}\nB;1\n");

        statement.Lines.Where(line => line.Code == "A-1").Select(line => (int?)line.Amount).SingleOrDefault().ShouldBe(amount);
        statement.BadLines.Count.ShouldBe(amount is null ? 1 : 0);
    }

    [Theory]
    [InlineData("5000 ریال", AmountUnit.Rial)]
    [InlineData("﷼5000", AmountUnit.Rial)]
    [InlineData("5000 IRR", AmountUnit.Rial)]
    [InlineData("5000تومان", AmountUnit.Toman)]
    public void A_value_says_its_unit_where_the_name_does_not(string cell, AmountUnit unit) =>
        Statements.Read($"code,total\nA-1,{cell}\n").Lines[0].Unit.ShouldBe(unit);

    [Fact]
    public void A_column_of_currencies_says_the_unit_of_each_line() =>
        Statements
            .Read("code,total,currency\nA-1,500,IRT\nA-2,500,IRR\n")
            .Lines.Select(line => line.Unit)
            .ShouldBe([AmountUnit.Toman, AmountUnit.Rial]);

    [Theory]
    [InlineData("1405/09/09", "2026-11-30", null)]
    [InlineData("۱۴۰۵-۰۹-۰۹ ۱۲:۳۰", "2026-11-30", "12:30")]
    [InlineData("9/9/1405", "2026-11-30", null)]
    [InlineData("14050909", "2026-11-30", null)]
    [InlineData("۹ آذر ۱۴۰۵", "2026-11-30", null)]
    [InlineData("دوشنبه 9 آذر ماه 1405", "2026-11-30", null)]
    [InlineData("2026-11-30", "2026-11-30", null)]
    [InlineData("2026-11-30T22:00:00Z", "2026-12-01", "01:30:00")]
    [InlineData("2026-11-30T22:00:00+03:30", "2026-11-30", "22:00:00")]
    [InlineData("30/11/2026 08:05:01", "2026-11-30", "08:05:01")]
    [InlineData("11/30/2026", "2026-11-30", null)]
    [InlineData("30 Nov 2026", "2026-11-30", null)]
    [InlineData("12:30:00 1405/09/09", "2026-11-30", "12:30:00")]
    [InlineData("1405/09/09 00:00:00", "2026-11-30", null)]
    public void A_day_is_read_from_either_calendar(string cell, string day, string? time)
    {
        var line = Statements.Read($"code;total;date\nA-1;500;{cell}\n").Lines.ShouldHaveSingleItem();

        line.Date.ShouldBe(DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture));
        line.Time.ShouldBe(time);
    }

    [Theory]
    [InlineData("1405/13/01")]
    [InlineData("1405/12/30")]
    [InlineData("05/09/09")]
    [InlineData("yesterday")]
    public void A_day_that_is_none_or_could_be_two_is_not_guessed(string cell) =>
        Statements
            .Read($"code;total;date\nA-1;500;{cell}\nA-2;500;1405/09/09\n")
            .BadLines.ShouldHaveSingleItem()
            .ShouldBe(new BadLine(new(null, 2), BadLineReason.UnreadableDate, "A-1"));

    [Theory]
    [InlineData("A-1,500,1405/09/09,77\nجمع کل,500,,\n")]
    [InlineData("A-1,500,1405/09/09,77\n,500,,\n")]
    [InlineData("A-1,500,1405/09/09,77\n,500,,\nتهیه‌کننده: سارا\n", 1)]
    [InlineData("A-1,500,1405/09/09,77\nTotal:,500,,\n\n")]
    [InlineData("A-1,500,1405/09/09,77\n,500,,جمع\n", 1)]
    public void Totals_at_the_end_are_no_lines(string rows, int bad = 0)
    {
        var statement = Statements.Read("code,total,date,ref\n" + rows);

        statement.Lines.ShouldHaveSingleItem().Code.ShouldBe("A-1");
        statement.BadLines.Count.ShouldBe(bad);
    }

    [Fact]
    public void A_line_without_a_code_is_named_where_it_sums_up_nothing() =>
        Statements
            .Read("code,total\nA-1,500\n,600\n")
            .BadLines.ShouldHaveSingleItem()
            .ShouldBe(new BadLine(new(null, 3), BadLineReason.NoCode, null));

    [Fact]
    public void Names_that_are_repeated_on_each_page_are_no_lines() =>
        Statements.Read("code,total\nA-1,500\ncode,total\nA-2,600\n").Lines.Select(line => line.Code).ShouldBe(["A-1", "A-2"]);

    [Theory]
    [InlineData("=\"00123\"", "00123")]
    [InlineData("'=1+1", "=1+1")]
    [InlineData(" TLC-1\u200F", "TLC-1")]
    [InlineData("كتاب-ي", "کتاب-ی")]
    public void A_code_is_compared_as_the_app_compares_codes(string cell, string code) =>
        Statements.Read($"code;total\n{cell};500\n").Lines[0].Code.ShouldBe(code);

    [Fact]
    public void A_code_whose_digits_a_spreadsheet_has_dropped_is_told() =>
        Statements.Read("code,total\n1.23457E+15,500\nA-1,1\n").BadLines.ShouldHaveSingleItem().Reason.ShouldBe(BadLineReason.RoundedCode);
}
