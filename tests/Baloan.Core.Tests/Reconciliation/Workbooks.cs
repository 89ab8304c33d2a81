using System.Globalization;
using System.IO.Compression;
using System.Security;
using System.Text;

namespace Baloan.Core.Tests.Reconciliation;

/// <summary>Makes workbooks as spreadsheets do, and some as nobody should.</summary>
internal static class Workbooks
{
    /// <summary>Number format of days.</summary>
    public const int Day = 1;

    /// <summary>Number format of eight digits with zeros before them.</summary>
    public const int EightDigits = 2;

    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Package = "http://schemas.openxmlformats.org/package/2006/relationships";

    /// <summary>A workbook of sheets, whose cells are texts, numbers, or numbers with a format.</summary>
    public static byte[] Of(params (string Name, object?[][] Rows)[] sheets) =>
        Zip([
            .. Frame([.. sheets.Select(sheet => sheet.Name)]),
            .. sheets.Select((sheet, index) => ($"xl/worksheets/sheet{index + 1}.xml", SheetOf(sheet.Rows))),
        ]);

    /// <summary>All of a workbook but its sheets' content.</summary>
    public static IEnumerable<(string Name, string Content)> Frame(params string[] sheets)
    {
        var numbers = Enumerable.Range(1, sheets.Length).ToList();
        yield return (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" "
                + "ContentType=\"application/xml\"/></Types>"
        );
        yield return (
            "_rels/.rels",
            $"<Relationships xmlns=\"{Package}\"><Relationship Id=\"r1\" Type=\"{Office}/officeDocument\" "
                + $"Target=\"xl/workbook.xml\"/></Relationships>"
        );
        yield return (
            "xl/workbook.xml",
            $"<workbook xmlns=\"{Main}\" xmlns:r=\"{Office}\"><sheets>"
                + string.Concat(numbers.Select(n => $"<sheet name=\"{sheets[n - 1]}\" sheetId=\"{n}\" r:id=\"r{n}\"/>"))
                + "</sheets></workbook>"
        );
        yield return (
            "xl/_rels/workbook.xml.rels",
            $"<Relationships xmlns=\"{Package}\">"
                + string.Concat(
                    numbers.Select(n => $"<Relationship Id=\"r{n}\" Type=\"{Office}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>")
                )
                + $"<Relationship Id=\"rs\" Type=\"{Office}/styles\" Target=\"styles.xml\"/></Relationships>"
        );
        yield return (
            "xl/styles.xml",
            $"<styleSheet xmlns=\"{Main}\"><numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"00000000\"/></numFmts><cellXfs "
                + $"count=\"3\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\" applyNumberFormat=\"1\"/><xf numFmtId=\"164\" "
                + $"applyNumberFormat=\"1\"/></cellXfs></styleSheet>"
        );
    }

    /// <summary>A sheet around rows that are written already.</summary>
    public static string Sheet(string rows) => $"<worksheet xmlns=\"{Main}\"><sheetData>{rows}</sheetData></worksheet>";

    public static byte[] Zip(params IEnumerable<(string Name, string Content)> entries)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(content));
            }
        }

        return file.ToArray();
    }

    private static string SheetOf(object?[][] rows)
    {
        var text = new StringBuilder();
        for (var row = 0; row < rows.Length; row++)
        {
            text.Append(CultureInfo.InvariantCulture, $"<row r=\"{row + 1}\">");
            for (var column = 0; column < rows[row].Length; column++)
            {
                var place = $"{(char)('A' + column)}{(row + 1).ToString(CultureInfo.InvariantCulture)}";
                text.Append(
                    rows[row][column] switch
                    {
                        null => "",
                        string cell => $"<c r=\"{place}\" t=\"inlineStr\"><is><t>{SecurityElement.Escape(cell)}</t></is></c>",
                        (double number, int format) => string.Create(
                            CultureInfo.InvariantCulture,
                            $"<c r=\"{place}\" s=\"{format}\"><v>{number:R}</v></c>"
                        ),
                        var number => string.Create(CultureInfo.InvariantCulture, $"<c r=\"{place}\"><v>{number}</v></c>"),
                    }
                );
            }

            text.Append("</row>");
        }

        return Sheet(text.ToString());
    }
}
