using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Azure.Data.Tables;

/// <summary>Writes a row as the service's JSON: types that JSON does not have are named beside the value.</summary>
internal static class EntityWriter
{
    // The default would write every letter outside ASCII as six bytes; this JSON is never part of a page.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(ITableEntity entity, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, Options);
        writer.WriteStartObject();
        if (entity is IDictionary<string, object?> dictionary)
        {
            foreach (var (name, value) in dictionary)
            {
                if (name is PropertyNames.ODataETag or PropertyNames.Timestamp)
                {
                    continue;
                }

                if (value is Enum)
                {
                    throw new NotSupportedException("A dictionary entity cannot hold an enum; a class that implements ITableEntity can.");
                }

                WriteProperty(writer, name, value);
            }
        }
        else
        {
            foreach (var property in EntityModel.Of(entity.GetType()).Properties)
            {
                if (property.IsWritten)
                {
                    WriteProperty(writer, property.Name, property.Get(entity));
                }
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteProperty(Utf8JsonWriter writer, string name, object? value)
    {
        switch (value)
        {
            case null:
                // The service keeps no null: it is the same as not being there.
                break;
            case string text:
                writer.WriteString(name, text);
                break;
            case bool flag:
                writer.WriteBoolean(name, flag);
                break;
            case int number:
                writer.WriteNumber(name, number);
                break;
            case long or ulong:
                WriteType(writer, name, "Edm.Int64");
                writer.WriteString(name, ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
                break;
            case double number:
                WriteType(writer, name, "Edm.Double");
                writer.WriteNumber(name, number);
                break;
            case Guid id:
                WriteType(writer, name, "Edm.Guid");
                writer.WriteString(name, id);
                break;
            case DateTimeOffset time:
                WriteType(writer, name, "Edm.DateTime");
                writer.WriteString(name, time.UtcDateTime);
                break;
            case DateTime { Kind: DateTimeKind.Utc } time:
                WriteType(writer, name, "Edm.DateTime");
                writer.WriteString(name, time);
                break;
            case DateTime:
                throw new NotSupportedException($"The property '{name}' is a DateTime that is not of DateTimeKind.Utc.");
            case byte[] bytes:
                WriteType(writer, name, "Edm.Binary");
                writer.WriteBase64String(name, bytes);
                break;
            case BinaryData bytes:
                WriteType(writer, name, "Edm.Binary");
                writer.WriteBase64String(name, bytes.ToMemory().Span);
                break;
            case Enum member:
                writer.WriteString(name, member.ToString());
                break;
            default:
                throw new NotSupportedException($"The property '{name}' is a {value.GetType()}, which no table can hold.");
        }
    }

    private static void WriteType(Utf8JsonWriter writer, string name, string type) =>
        writer.WriteString(name + PropertyNames.TypeSuffix, type);
}
