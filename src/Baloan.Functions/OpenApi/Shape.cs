using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Baloan.Functions.OpenApi;

/// <summary>Short words for schemas.</summary>
internal static class Shape
{
    public static OpenApiSchema Text(string description, int? longest = null) =>
        new()
        {
            Type = JsonSchemaType.String,
            Description = description,
            MaxLength = longest,
        };

    public static OpenApiSchema Text(string description, string format) =>
        new()
        {
            Type = JsonSchemaType.String,
            Description = description,
            Format = format,
        };

    public static OpenApiSchema OneOf(string description, IEnumerable<string> names) =>
        new()
        {
            Type = JsonSchemaType.String,
            Description = description,
            Enum = [.. names.Select(name => (JsonNode)JsonValue.Create(name))],
        };

    public static OpenApiSchema Time(string description) => Text($"{description} UTC.", "date-time");

    public static OpenApiSchema Number(string description, long? least = null, long? most = null) =>
        new()
        {
            Type = JsonSchemaType.Integer,
            Format = "int64",
            Description = description,
            Minimum = least?.ToString(CultureInfo.InvariantCulture),
            Maximum = most?.ToString(CultureInfo.InvariantCulture),
        };

    public static OpenApiSchema Toman(string description, long? most = null) =>
        Number($"{description} Toman.", most is null ? null : 1, most);

    public static OpenApiSchema Flag(string description) => new() { Type = JsonSchemaType.Boolean, Description = description };

    public static OpenApiSchema ListOf(string description, IOpenApiSchema items) =>
        new()
        {
            Type = JsonSchemaType.Array,
            Description = description,
            Items = items,
        };

    /// <summary>An object whose fields are always there, but for those whose name ends with a question mark.</summary>
    public static OpenApiSchema Object(string description, params (string Name, IOpenApiSchema Schema)[] fields) =>
        new()
        {
            Type = JsonSchemaType.Object,
            Description = description,
            Required = fields.Where(field => !field.Name.EndsWith('?')).Select(field => field.Name).ToHashSet(),
            Properties = fields.ToDictionary(field => field.Name.TrimEnd('?'), field => field.Schema),
        };

    /// <summary>An object of Baloan's, handed on as it is: it may have more fields than these.</summary>
    public static OpenApiSchema OfBaloan(string description, params (string Name, IOpenApiSchema Schema)[] fields)
    {
        var schema = Object(description, fields);
        schema.AdditionalProperties = new OpenApiSchema();
        return schema;
    }

    public static OpenApiSchema OrNull(this OpenApiSchema schema)
    {
        schema.Type |= JsonSchemaType.Null;
        schema.Enum?.Add(JsonNullSentinel.JsonNull);
        return schema;
    }

    /// <summary>With an example, for the fields of a form: a page that tries them begins with it.</summary>
    public static OpenApiSchema Such(this OpenApiSchema schema, string example)
    {
        schema.Examples = [JsonValue.Create(example)];
        return schema;
    }

    public static OpenApiSchemaReference Of(string name) => new(name);
}
