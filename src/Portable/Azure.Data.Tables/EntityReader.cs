using System.Globalization;
using System.Text.Json;

namespace Azure.Data.Tables;

/// <summary>Reads a row from the service's JSON, into a dictionary by the types that stand beside the values or into a class by its own types.</summary>
internal static class EntityReader
{
    public static T Read<T>(JsonElement row)
        where T : class, ITableEntity
    {
        var entity = Activator.CreateInstance<T>();
        if (entity is IDictionary<string, object?> dictionary)
        {
            ReadDictionary(row, dictionary);
        }
        else
        {
            ReadModel(row, entity);
        }

        return entity;
    }

    private static void ReadDictionary(JsonElement row, IDictionary<string, object?> dictionary)
    {
        // A type may stand before its value or after it.
        Dictionary<string, string?>? types = null;
        foreach (var property in row.EnumerateObject())
        {
            if (property.Name.EndsWith(PropertyNames.TypeSuffix, StringComparison.Ordinal))
            {
                types ??= [];
                types[property.Name[..^PropertyNames.TypeSuffix.Length]] = property.Value.GetString();
            }
        }

        foreach (var property in row.EnumerateObject())
        {
            var name = property.Name;
            if (name is PropertyNames.ODataMetadata || name.EndsWith(PropertyNames.TypeSuffix, StringComparison.Ordinal))
            {
                continue;
            }

            var type = name is PropertyNames.Timestamp ? "Edm.DateTime" : types?.GetValueOrDefault(name);
            dictionary[name] = DictionaryValue(property.Value, type);
        }
    }

    private static object? DictionaryValue(JsonElement value, string? type) => (value.ValueKind, type) switch
    {
        (JsonValueKind.Null, _) => null,
        (JsonValueKind.String, "Edm.Binary") => value.GetBytesFromBase64(),
        (JsonValueKind.String, "Edm.DateTime") => value.GetDateTimeOffset(),
        (JsonValueKind.String, "Edm.Guid") => value.GetGuid(),
        (JsonValueKind.String, "Edm.Int64") => Int64(value),
        (JsonValueKind.String or JsonValueKind.Number, "Edm.Double") => Double(value),
        (JsonValueKind.String, _) => value.GetString(),
        (JsonValueKind.True or JsonValueKind.False, _) => value.GetBoolean(),
        (JsonValueKind.Number, _) when value.TryGetInt32(out var number) => number,
        (JsonValueKind.Number, _) when value.TryGetInt64(out var number) => number,
        (JsonValueKind.Number, _) => value.GetDouble(),
        _ => throw new NotSupportedException($"The service sent a value of a type that is not known: {type}."),
    };

    private static void ReadModel(JsonElement row, object entity)
    {
        foreach (var property in EntityModel.Of(entity.GetType()).Properties)
        {
            if (property.IsRead && row.TryGetProperty(property.ReadName, out var value))
            {
                property.Set(entity, value.ValueKind is JsonValueKind.Null ? null : ModelValue(value, property.Type));
            }
        }
    }

    private static object? ModelValue(JsonElement value, Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        return type switch
        {
            _ when type == typeof(string) => value.ValueKind is JsonValueKind.String ? value.GetString() : null,
            _ when type == typeof(bool) => value.GetBoolean(),
            _ when type == typeof(int) => value.GetInt32(),
            _ when type == typeof(long) => Int64(value),
            _ when type == typeof(ulong) => ulong.Parse(value.GetString()!, CultureInfo.InvariantCulture),
            _ when type == typeof(double) => Double(value),
            _ when type == typeof(Guid) => value.GetGuid(),
            _ when type == typeof(DateTimeOffset) => value.GetDateTimeOffset(),
            _ when type == typeof(DateTime) => value.GetDateTime(),
            _ when type == typeof(byte[]) => value.GetBytesFromBase64(),
            _ when type == typeof(BinaryData) => BinaryData.FromBytes(value.GetBytesFromBase64()),
            _ when type == typeof(ETag) => new ETag(value.GetString()!),
            { IsEnum: true } => Enum.Parse(type, value.GetString()!),
            _ => throw new NotSupportedException($"A property of the type {type} cannot be read from a table."),
        };
    }

    private static long Int64(JsonElement value) => long.Parse(value.GetString()!, CultureInfo.InvariantCulture);

    // NaN and the infinities come as text.
    private static double Double(JsonElement value) => value.ValueKind is JsonValueKind.String
        ? double.Parse(value.GetString()!, CultureInfo.InvariantCulture)
        : value.GetDouble();
}
