using System.Globalization;
using System.Text;
using Baloan.Core.Reconciliation;

namespace Baloan.Core.Tests.Reconciliation;

public sealed class StatementFileTests
{
    private const string Persian = "کد سفارش,مبلغ (تومان),تاریخ\nTLC-1,۵۰۰٬۰۰۰,۱۴۰۵/۰۹/۰۹\nقهوه‌-۲,1250000,1405/09/10\n";

    public static TheoryData<string> Encodings =>
        ["utf-8", "utf-8 with BOM", "utf-16", "utf-16 with BOM", "utf-16BE", "utf-16BE with BOM", "windows-1256"];

    [Theory]
    [MemberData(nameof(Encodings))]
    public void A_text_is_read_in_each_encoding_that_spreadsheets_write(string name)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var encoding = Encoding.GetEncoding(name.Split(' ')[0]);
        // Windows-1256 has neither Persian digits nor their separator.
        var text =
            name == "windows-1256"
                ? Persian
                    .Replace("۵۰۰٬۰۰۰", "500,000", StringComparison.Ordinal)
                    .Replace(",تاریخ", ";تاریخ", StringComparison.Ordinal)
                    .Replace("سفارش,", "سفارش;", StringComparison.Ordinal)
                    .Replace("TLC-1,", "TLC-1;", StringComparison.Ordinal)
                    .Replace(",۱۴۰۵/۰۹/۰۹", ";1405/09/09", StringComparison.Ordinal)
                    .Replace("-۲,1250000,", "-2;1250000;", StringComparison.Ordinal)
                : Persian;
        byte[] file = [.. name.EndsWith("BOM", StringComparison.Ordinal) ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)];

        var statement = Statements.Read(file);

        statement.Lines.Select(line => line.Amount).ShouldBe([500_000, 1_250_000]);
        statement.Columns.Code.ShouldBe("کد سفارش");
        statement.Lines[0].Date.ShouldBe(new DateOnly(2026, 11, 30));
        statement.BadLines.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(",")]
    [InlineData(";")]
    [InlineData("\t")]
    [InlineData("|")]
    public void A_text_is_read_with_each_separator_whatever_groups_its_amounts(string separator)
    {
        var statement = Statements.Read(
            $"Report of the shop\n\ncode{separator}total (Rial)\nA-1{separator}\"5,000,000\"\nA-2{separator}\"1;0\"\n"
        );

        statement.Lines.ShouldHaveSingleItem().Amount.ShouldBe(5_000_000);
        statement.BadLines.ShouldHaveSingleItem().Place.ShouldBe(new StatementPlace(null, 5));
    }

    [Fact]
    public void A_title_and_blank_lines_above_the_names_are_passed_over_and_lines_are_named_as_editors_number_them()
    {
        var statement = Statements.Read("گزارش تسویه\n\nاز,تا\n\"کد\nسفارش\",مبلغ\nA-1,500\nA-2,x\n");

        statement.Lines.ShouldHaveSingleItem().Place.Line.ShouldBe(6);
        statement.BadLines.ShouldHaveSingleItem().ShouldBe(new BadLine(new(null, 7), BadLineReason.UnreadableTotal, "A-2"));
    }

    [Fact]
    public void A_quote_that_is_not_closed_swallows_no_line_in_silence()
    {
        var statement = Statements.Read("code,total,note\nA-1,500,\"open\nA-2,600,x\nA-3,700,y\n");

        statement.Lines.ShouldBeEmpty();
        statement.BadLines.ShouldHaveSingleItem().ShouldBe(new BadLine(new(null, 2), BadLineReason.OpenQuote, null));
    }

    [Fact]
    public void A_quote_that_a_later_quote_closes_is_told_as_well() =>
        Statements
            .Read("code,total,note\nA-1,500,\"open\nA-2,600,\"x\"\nA-3,700,y\n")
            .BadLines.ShouldContain(line => line.Reason == BadLineReason.OpenQuote);

    [Fact]
    public void A_workbook_is_read_with_its_sheets_numbers_days_and_zeros()
    {
        // 46356 is the 30th of November 2026.
        var file = Workbooks.Of(
            (
                "مهر",
                [
                    ["کد سفارش", "مبلغ (ریال)", "تاریخ"],
                    [(1234d, Workbooks.EightDigits), 5_000_000, (46356d, Workbooks.Day)],
                ]
            ),
            (
                "خلاصه",
                [
                    ["روز", "تعداد"],
                    ["1405/07/01", 12],
                ]
            ),
            (
                "آبان",
                [
                    ["کد سفارش", "مبلغ (ریال)", "تاریخ"],
                    [],
                    ["TLC-2", "۱٬۰۰۰٬۰۰۰", "۱۴۰۵/۰۸/۰۲"],
                    ["جمع", 1_000_000, null],
                ]
            )
        );

        var statement = Statements.Read(file);

        statement
            .Lines.Select(line => (line.Place, line.Code, line.Amount, line.Unit, line.Date))
            .ShouldBe([
                (new("مهر", 2), "00001234", 5_000_000, AmountUnit.Rial, new(2026, 11, 30)),
                (new("آبان", 3), "TLC-2", 1_000_000, AmountUnit.Rial, new DateOnly(2026, 10, 24)),
            ]);
        statement.SkippedSheets.ShouldBe(["خلاصه"]);
        statement.TotalsRows.ShouldBe([new("آبان", 4)]);
        statement.BadLines.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_no_table_is_told_from_an_old_workbook_and_from_one_that_is_broken()
    {
        Statements.Refused("%PDF-1.7\n\u0001\u0002\u0003"u8.ToArray()).Fault.ShouldBe(StatementFault.ColumnNotFound);
        Statements
            .Refused([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 1, 0, 2])
            .Fault.ShouldBe(StatementFault.NotATable);
        Statements.Refused([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]).Fault.ShouldBe(StatementFault.OldWorkbook);
        Statements
            .Refused(
                Workbooks.Of(
                    (
                        "a",
                        [
                            ["code", "total"],
                        ]
                    )
                )[..200]
            )
            .Fault.ShouldBe(StatementFault.Broken);
        Statements.Refused(Workbooks.Zip([("readme.txt", "no workbook")])).Fault.ShouldBe(StatementFault.Broken);
        Statements.Refused("").Fault.ShouldBe(StatementFault.Empty);
        Statements.Refused("code,total\n").Fault.ShouldBe(StatementFault.Empty);
    }

    [Fact]
    public void A_workbook_that_unpacks_to_more_than_is_read_is_refused_whatever_its_directory_says()
    {
        var bomb = Workbooks.Zip([
            .. Workbooks.Frame("a"),
            ("xl/worksheets/sheet1.xml", Workbooks.Sheet(new string(' ', (int)StatementFile.MostUnpacked))),
        ]);
        bomb.Length.ShouldBeLessThan(1024 * 1024);

        Statements.Refused(bomb).Fault.ShouldBe(StatementFault.UnpacksTooBig);
        Statements
            .Refused(Workbooks.Zip([.. Workbooks.Frame("a"), ("xl/sharedStrings.xml", new string(' ', (int)StatementFile.MostTexts + 1))]))
            .Fault.ShouldBe(StatementFault.UnpacksTooBig);
        Statements
            .Refused(Workbooks.Zip(Enumerable.Range(0, 1_001).Select(n => ($"e{n}", ""))))
            .Fault.ShouldBe(StatementFault.UnpacksTooBig);
    }

    [Fact]
    public void A_workbook_with_entities_is_refused_before_they_grow()
    {
        const string Laughs =
            "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c SYSTEM "
            + "\"file:///etc/passwd\">]>";
        foreach (var entity in new[] { "&b;", "&c;" })
        {
            var sheet = Laughs + Workbooks.Sheet($"<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>{entity}</t></is></c></row>");
            Statements
                .Refused(Workbooks.Zip([.. Workbooks.Frame("a"), ("xl/worksheets/sheet1.xml", sheet)]))
                .Fault.ShouldBe(StatementFault.Broken);
        }
    }

    [Fact]
    public void Too_many_columns_sheets_and_lines_and_a_line_without_end_are_refused()
    {
        Statements.Refused("code,total\n" + new string(',', StatementFile.MostColumns)).Fault.ShouldBe(StatementFault.TooManyColumns);
        Statements
            .Refused(
                Workbooks.Zip([
                    .. Workbooks.Frame("a"),
                    ("xl/worksheets/sheet1.xml", Workbooks.Sheet("<row r=\"1\"><c r=\"XFD1\"><v>1</v></c></row>")),
                ])
            )
            .Fault.ShouldBe(StatementFault.TooManyColumns);
        Statements
            .Refused(
                Workbooks.Zip([
                    .. Workbooks.Frame("a"),
                    ("xl/worksheets/sheet1.xml", Workbooks.Sheet("<row r=\"2000000000\"><c r=\"A2000000000\"><v>1</v></c></row>")),
                ])
            )
            .Fault.ShouldBe(StatementFault.TooManyLines);
        Statements
            .Refused(
                Workbooks.Of([
                    .. Enumerable.Range(0, StatementFile.MostSheets + 1).Select(n => ($"s{n}", new object?[][] { ["code", "total"] })),
                ])
            )
            .Fault.ShouldBe(StatementFault.TooManySheets);
        Statements
            .Refused("code,total\n" + string.Concat(Enumerable.Range(0, StatementReader.MostLines + 1).Select(n => $"A-{n},5\n")))
            .Fault.ShouldBe(StatementFault.TooManyLines);
        Statements.Refused("code,total\n\"" + new string('a', 2_000_000)).Fault.ShouldBe(StatementFault.LineTooLong);
    }

    [Fact]
    public void Fifty_thousand_lines_are_read_with_little_memory_for_each()
    {
        var text = new StringBuilder("کد سفارش,مبلغ (ریال),تاریخ,شماره پیگیری\n");
        for (var n = 0; n < 50_000; n++)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"TLC-{n:D6},\"{(1_000 + n) * 10:N0}\",1405/09/{(n % 30) + 1:D2} 12:{n % 60:D2}:00,{900_000 + n}\n"
            );
        }

        var file = Encoding.UTF8.GetBytes(text.ToString());
        Statements.Read(file);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var statement = Statements.Read(file);

        // All that is made on the way, most of it garbage at once: what is kept at a time is a fraction of it.
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(200 * 1024 * 1024);
        statement.Lines.Count.ShouldBe(50_000);
    }
}
