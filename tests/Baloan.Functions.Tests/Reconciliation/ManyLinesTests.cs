using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Azure.Data.Tables;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Functions.Tests.Fixtures;

namespace Baloan.Functions.Tests.Reconciliation;

/// <summary>As many lines as a year of a large shop, held over HTTP against as many settlements in storage.</summary>
/// <remarks>
/// The app's process has a heap of 200 MB and no more: what would take more would end it. <c>BALOAN_BOOKS</c> says how many settlements
/// and lines there are. The times are printed and asserted by nobody: most of them is Azurite, which looks through its whole table for
/// each thousand rows.
/// </remarks>
public sealed class ManyLinesTests(StorageAccounts storage) : ApiTests(storage)
{
    private const string HeapLimit = "0xC800000";
    private const int InTransaction = 100;

    private static readonly int Count = int.Parse(
        Environment.GetEnvironmentVariable("BALOAN_BOOKS") ?? "50000",
        CultureInfo.InvariantCulture
    );
    private static readonly DateTimeOffset First = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    [Fact(Explicit = true)]
    public async Task A_statement_of_50_000_lines_is_held_against_as_many_stored_settlements_in_200_MB()
    {
        var connectionString = NewStorage();
        await using var app = await RunningApp.StartAsync(Baloan, connectionString, settings: [new("DOTNET_GCHeapHardLimit", HeapLimit)]);
        using var api = app.NewClient();
        (await api.GetAsync("api/merchant/settlements")).Status.ShouldBe(200);
        await StoreAsync(connectionString);

        var report = new StringBuilder();
        foreach (var (name, statement) in new[] { ("statement.csv", Csv()), ("statement.xlsx", Workbook()) })
        {
            var began = Stopwatch.GetTimestamp();
            var answer = await api.PostAsync(
                "api/merchant/reconciliations",
                new MultipartFormDataContent { { new ByteArrayContent(statement), "file", name } }
            );

            answer.Status.ShouldBe(200, answer.Text);
            answer.Json["matched"]!.GetValue<int>().ShouldBe(Count - 1);
            answer.Json["different_total"]!.AsArray().ShouldHaveSingleItem()!["code"]!.GetValue<string>().ShouldBe(CodeOf(7));
            answer.Json["totals"]!["ours"]!.GetValue<long>().ShouldBe(Enumerable.Range(0, Count).Sum(TotalOf));
            report.AppendLine(
                CultureInfo.InvariantCulture,
                $"{name}: {Count:N0} lines of {statement.Length / 1024:N0} KB in {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s"
            );
        }

        TestContext.Current.TestOutputHelper?.WriteLine(report.ToString());
        TestContext.Current.SendDiagnosticMessage("{0}", report);
    }

    private static string CodeOf(int number) => string.Create(CultureInfo.InvariantCulture, $"TLC-{number:D6}");

    private static long TotalOf(int number) => 100_000 + number;

    private static DateTimeOffset EndOf(int number) => First + TimeSpan.FromMinutes(number % (20 * 24 * 60)) + TimeSpan.FromTicks(number);

    private static string DayOf(int number) => EndOf(number).ToOffset(new(3, 30, 0)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    // One line says something else.
    private static IEnumerable<string[]> Lines() =>
        Enumerable
            .Range(0, Count)
            .Select(number =>
                new[]
                {
                    CodeOf(number),
                    (TotalOf(number) + (number == 7 ? 1 : 0)).ToString(CultureInfo.InvariantCulture),
                    DayOf(number),
                    (900_000 + number).ToString(CultureInfo.InvariantCulture),
                }
            )
            .Prepend(["code", "total (toman)", "date", "reference"]);

    private static byte[] Csv() => Encoding.UTF8.GetBytes(string.Concat(Lines().Select(line => $"{string.Join(',', line)}\n")));

    private static byte[] Workbook()
    {
        const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        const string Types = "http://schemas.openxmlformats.org/package/2006/content-types";
        const string Package = "http://schemas.openxmlformats.org/package/2006/relationships";
        var sheet = new StringBuilder($"<worksheet xmlns=\"{Main}\"><sheetData>");
        foreach (var (number, line) in Lines().Index())
        {
            sheet.Append(CultureInfo.InvariantCulture, $"<row r=\"{number + 1}\">");
            foreach (var (column, text) in line.Index())
            {
                sheet.Append(
                    CultureInfo.InvariantCulture,
                    $"<c r=\"{(char)('A' + column)}{number + 1}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"
                );
            }

            sheet.Append("</row>");
        }

        sheet.Append("</sheetData></worksheet>");
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("[Content_Types].xml", $"<Types xmlns=\"{Types}\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>");
            Add(
                "_rels/.rels",
                $"<Relationships xmlns=\"{Package}\"><Relationship Id=\"r1\" Type=\"{Office}/officeDocument\" "
                    + "Target=\"xl/workbook.xml\"/></Relationships>"
            );
            Add(
                "xl/workbook.xml",
                $"<workbook xmlns=\"{Main}\" xmlns:r=\"{Office}\"><sheets><sheet name=\"s\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            );
            Add(
                "xl/_rels/workbook.xml.rels",
                $"<Relationships xmlns=\"{Package}\"><Relationship Id=\"r1\" Type=\"{Office}/worksheet\" "
                    + "Target=\"worksheets/sheet1.xml\"/></Relationships>"
            );
            Add("xl/worksheets/sheet1.xml", sheet.ToString());

            void Add(string name, string content)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(content));
            }
        }

        return file.ToArray();
    }

    /// <summary>Puts the ends of settlements there as the app lists them, which is all that is read of those that match.</summary>
    private static async Task StoreAsync(string connectionString)
    {
        var table = new TableServiceClient(connectionString).GetTableClient(StorageSetup.SettlementIndexTable);
        foreach (var some in Enumerable.Range(0, Count).Chunk(InTransaction))
        {
            await table.SubmitTransactionAsync(
                some.Select(number => new TableTransactionAction(TableTransactionActionType.Add, EntryOf(number))),
                Cancel
            );
        }
    }

    private static Settlement EntryOf(int number) =>
        new()
        {
            PartitionKey = "all",
            RowKey = string.Create(CultureInfo.InvariantCulture, $"ended-{EndOf(number).UtcTicks:D19}-{CodeOf(number)}-0001"),
            Code = CodeOf(number),
            Status = SettlementStatus.Settled,
            SchemaVersion = Settlement.CurrentSchema,
            KnownBy = SettlementKnownBy.Baloan,
            MaskedIdentifier = "******0017",
            CustomerHash = new string('a', 64),
            Total = TotalOf(number),
            Attempts = 1,
            InvoiceBlob = "2026-03-01/0123456789abcdef0123456789abcdef.pdf",
            InvoiceSize = 100_000,
            InvoiceSha256 = new string('b', 64),
            SendingId = new string('c', 32),
            WriteId = new string('d', 32),
            CreditBefore = 100_000_000,
            CreditAfter = 99_000_000,
            AttemptStartedAt = EndOf(number),
            DueAt = EndOf(number),
            SubmittedAt = EndOf(number),
            EndedAt = EndOf(number),
            CreatedAt = EndOf(number),
            UpdatedAt = EndOf(number),
        };
}
