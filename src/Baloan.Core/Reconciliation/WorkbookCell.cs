using System.Globalization;
using ExcelDataReader;

namespace Baloan.Core.Reconciliation;

/// <summary>The text of a workbook's cell, as somebody sees it there.</summary>
internal static class WorkbookCell
{
    // A number of more digits has lost some.
    private const double LargestExact = 1e15;

    public static string TextOf(IExcelDataReader row, int column) =>
        row.GetValue(column) switch
        {
            null => "",
            string text => text,
            double number => TextOf(number, row.GetNumberFormatString(column)),
            DateTime { TimeOfDay.Ticks: 0 } day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            DateTime moment => moment.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            TimeSpan time => time.ToString("hh\\:mm\\:ss", CultureInfo.InvariantCulture),
            var other => Convert.ToString(other, CultureInfo.InvariantCulture) ?? "",
        };

    private static string TextOf(double number, string? format)
    {
        if (number != Math.Floor(number) || Math.Abs(number) >= LargestExact)
        {
            return number.ToString("R", CultureInfo.InvariantCulture);
        }

        // 00000 shows the zeros before a code.
        var digits = format is { Length: > 1 } && format.All(sign => sign == '0') ? format.Length : 1;
        return ((long)number).ToString($"D{digits}", CultureInfo.InvariantCulture);
    }
}
