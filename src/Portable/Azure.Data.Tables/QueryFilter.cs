using System.Globalization;
using System.Text;
using System.Xml;

namespace Azure.Data.Tables;

/// <summary>OData literals of .NET values. https://learn.microsoft.com/rest/api/storageservices/querying-tables-and-entities.</summary>
internal static class QueryFilter
{
    public static string Create(FormattableString filter) =>
        string.Format(CultureInfo.InvariantCulture, filter.Format, Array.ConvertAll(filter.GetArguments(), Literal));

    private static string Literal(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        long or ulong => ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture) + "L",
        sbyte or byte or short or ushort or int or uint or float or double or decimal =>
            ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
        Guid id => $"guid'{id}'",
        byte[] bytes => $"X'{Convert.ToHexString(bytes)}'",
        BinaryData bytes => $"X'{Convert.ToHexString(bytes)}'",
        DateTimeOffset time => $"datetime'{Time(time.UtcDateTime)}'",
        DateTime time => $"datetime'{Time(time.ToUniversalTime())}'",
        string or char or StringBuilder => $"'{value.ToString()!.Replace("'", "''", StringComparison.Ordinal)}'",
        _ => throw new ArgumentException($"A {value.GetType()} has no OData literal."),
    };

    private static string Time(DateTime time) => XmlConvert.ToString(time, XmlDateTimeSerializationMode.RoundtripKind);
}
