using System.IO.Compression;
using System.Text;
using System.Text.Unicode;
using CsvHelper;
using ExcelDataReader;

namespace Baloan.Core.Reconciliation;

/// <summary>A sheet of a statement.</summary>
/// <param name="Name">Its name; null in a text, which is one sheet.</param>
/// <param name="Rows">Its rows, read as they are asked for.</param>
public sealed record StatementSheet(string? Name, IEnumerable<StatementRow> Rows);

/// <summary>Opens a statement's file: CSV in any of its encodings and separators, or XLSX.</summary>
public static class StatementFile
{
    /// <summary>The most bytes that a workbook may unpack to.</summary>
    public const long MostUnpacked = 128 * 1024 * 1024;

    /// <summary>The most bytes that a workbook's texts may unpack to: they are held at once.</summary>
    public const long MostTexts = 32 * 1024 * 1024;

    /// <summary>The most sheets.</summary>
    public const int MostSheets = 50;

    /// <summary>The most columns.</summary>
    public const int MostColumns = 200;

    // A worksheet of Excel has no more.
    private const int MostRows = 1_048_576;
    private const int MostEntries = 1_000;
    private const int LongestLine = 64 * 1024;
    private const char Bom = '\uFEFF';

    private static readonly char[] Separators = [',', ';', '\t', '|'];

    // Texts of before Unicode, and what workbooks are opened with.
    private static readonly Encoding Windows1256 = CodePage(1256);

    /// <summary>Opens a file for reading, once.</summary>
    /// <param name="file">Its content.</param>
    /// <param name="choice">What the caller says about its columns, by which the separator of a text is told.</param>
    /// <exception cref="StatementException">It is no table, or more than is read; also while its rows are read.</exception>
    public static IEnumerable<StatementSheet> Open(byte[] file, StatementChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        var start = file.AsSpan()[..Math.Min(file.Length, 8)];
        if (start.StartsWith("PK\x03\x04"u8))
        {
            return OpenWorkbook(file);
        }

        if (start.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0]))
        {
            throw new StatementException(StatementFault.OldWorkbook);
        }

        var encoding = EncodingOf(file) ?? throw new StatementException(StatementFault.NotATable);
        return [new(null, ReadText(file, encoding, SeparatorOf(file, encoding, choice)))];
    }

    /// <summary>A text's encoding; null where it is no text.</summary>
    private static Encoding? EncodingOf(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]))
        {
            return Encoding.Unicode;
        }

        if (file.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            return Encoding.BigEndianUnicode;
        }

        var sample = file[..Math.Min(file.Length, 4096)];
        if (sample.Contains((byte)0))
        {
            // Digits, separators and line breaks have a zero in UTF-16, always at the same side. No other text has any.
            var (even, odd) = (0, 0);
            for (var index = 0; index < sample.Length; index++)
            {
                if (sample[index] == 0)
                {
                    _ = index % 2 == 0 ? even++ : odd++;
                }
            }

            return even == 0 ? Encoding.Unicode
                : odd == 0 ? Encoding.BigEndianUnicode
                : null;
        }

        return Utf8.IsValid(file) ? Encoding.UTF8
            : sample.ContainsAnyInRange((byte)0x01, (byte)0x08) || sample.StartsWith("%PDF-"u8) ? null
            : Windows1256;
    }

    /// <summary>The separator under which the columns are found; where they are not, the one that the library takes.</summary>
    private static char? SeparatorOf(byte[] file, Encoding encoding, StatementChoice choice)
    {
        const int Looked = 60;
        foreach (var separator in Separators)
        {
            try
            {
                if (ReadText(file, encoding, separator).Take(Looked).Any(row => StatementTable.Find(row.Cells, choice, out _) is not null))
                {
                    return separator;
                }
            }
            catch (StatementException several) when (several.Fault == StatementFault.ColumnNotClear)
            {
                return separator;
            }
            catch (StatementException)
            {
                // No table under this one.
            }
        }

        return null;
    }

    private static IEnumerable<StatementRow> ReadText(byte[] file, Encoding encoding, char? separator)
    {
        var broken = false;
        var options = new CsvReaderOptions
        {
            HasHeader = false,
            Separator = separator,
            Encoding = encoding,
            TrackLineNumbers = true,
            MaxRecordSize = LongestLine,
            OnMalformedRecord = record =>
                broken |=
                    record.Reason == CsvMalformedReason.UnterminatedQuote
                    || (record.Reason == CsvMalformedReason.TextAfterClosingQuote && record.RawRecord.TrimEnd('\r', '\n').Contains('\n')),
        };
        using var text = CsvReader.Create(new MemoryStream(file, writable: false), options);
        while (true)
        {
            broken = false;
            string[]? cells = null;
            try
            {
                if (text.Read())
                {
                    if (text.FieldCount > MostColumns)
                    {
                        throw new StatementException(StatementFault.TooManyColumns, "file", MostColumns);
                    }

                    cells = new string[text.FieldCount];
                    for (var index = 0; index < cells.Length; index++)
                    {
                        cells[index] = text.GetString(index);
                    }
                }
            }
            catch (CsvFormatException)
            {
                throw new StatementException(StatementFault.LineTooLong, "file", LongestLine);
            }

            if (cells is null)
            {
                yield break;
            }

            if (cells is [[Bom, .. var withoutBom], ..])
            {
                cells[0] = withoutBom;
            }

            yield return new(new(null, text.LineNumber), cells, broken);
        }
    }

    private static IEnumerable<StatementSheet> OpenWorkbook(byte[] file)
    {
        Unpack(file);
        using var book = Try(() => ExcelReaderFactory.CreateOpenXmlReader(new MemoryStream(file, writable: false)));
        if (book.ResultsCount > MostSheets)
        {
            throw new StatementException(StatementFault.TooManySheets, "file", MostSheets);
        }

        do
        {
            if (book.VisibleState == "visible")
            {
                if (book.FieldCount > MostColumns)
                {
                    throw new StatementException(StatementFault.TooManyColumns, "file", MostColumns);
                }

                if (book.RowCount > MostRows)
                {
                    throw new StatementException(StatementFault.TooManyLines, "file", StatementReader.MostLines);
                }

                yield return new(book.Name, ReadSheet(book));
            }
        } while (Try(book.NextResult));
    }

    private static IEnumerable<StatementRow> ReadSheet(IExcelDataReader book)
    {
        var line = 0L;
        while (Try(book.Read))
        {
            line++;
            var cells = new string[book.FieldCount];
            for (var index = 0; index < cells.Length; index++)
            {
                cells[index] = WorkbookCell.TextOf(book, index);
            }

            yield return new(new(book.Name, line), cells);
        }
    }

    /// <summary>Unpacks all of a workbook to nowhere, because what its directory says of sizes may be a lie.</summary>
    private static void Unpack(byte[] file)
    {
        var buffer = new byte[64 * 1024];
        Try(() =>
        {
            using var zip = new ZipArchive(new MemoryStream(file, writable: false), ZipArchiveMode.Read);
            if (zip.Entries.Count > MostEntries)
            {
                throw new StatementException(StatementFault.UnpacksTooBig, "file", MostUnpacked);
            }

            var left = MostUnpacked;
            foreach (var entry in zip.Entries)
            {
                var isTexts = !entry.FullName.Contains("/worksheets/", StringComparison.OrdinalIgnoreCase);
                var ofEntry = isTexts ? MostTexts : MostUnpacked;
                using var content = entry.Open();
                while (content.Read(buffer) is > 0 and var read)
                {
                    (left, ofEntry) = (left - read, ofEntry - read);
                    if (left < 0 || ofEntry < 0)
                    {
                        throw new StatementException(StatementFault.UnpacksTooBig, "file", MostUnpacked);
                    }
                }
            }

            return true;
        });
    }

    /// <summary>What the libraries throw at a workbook that is none has many types; all say the same.</summary>
    private static T Try<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is not (StatementException or OutOfMemoryException))
        {
            throw new StatementException(StatementFault.Broken);
        }
    }

    private static Encoding CodePage(int number)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        return Encoding.GetEncoding(number);
    }
}
