using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Baloan.Functions.Tests.ApiDescription;

/// <summary>
/// Holds a value against a schema of the description. Strict: an object with named fields has no others, unless the schema says so, and
/// a keyword that is not known here is a fault.
/// </summary>
internal sealed class SchemaCheck(JsonObject document)
{
    private static readonly HashSet<string> Notes =
    [
        "description",
        "example",
        "default",
        "title",
        "x-ms-summary",
        "x-ms-visibility",
        "x-ms-dynamic-values",
        "x-ms-notification-url",
    ];

    /// <summary>The faults of a value, each with its place; none where it fits.</summary>
    public IReadOnlyList<string> Faults(JsonNode? value, JsonNode schema)
    {
        var faults = new List<string>();
        // Parsed: a node that was made in code knows its numbers by their type alone.
        Check(JsonNode.Parse(value?.ToJsonString() ?? "null"), schema.AsObject(), "$", faults);
        return faults;
    }

    /// <summary>What a reference leads to.</summary>
    public JsonObject Resolve(JsonObject node)
    {
        while (node["$ref"] is { } reference)
        {
            var path = reference.GetValue<string>();
            path.ShouldStartWith("#/");
            JsonNode target = document;
            foreach (var step in path[2..].Split('/'))
            {
                target = target[step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)]
                    .ShouldNotBeNull(path);
            }

            node = target.AsObject();
        }

        return node;
    }

    private void Check(JsonNode? value, JsonObject reference, string at, List<string> faults)
    {
        var schema = Resolve(reference);
        if (value is null)
        {
            if (schema["nullable"]?.GetValue<bool>() != true && schema["x-nullable"]?.GetValue<bool>() != true && schema.Count > 0)
            {
                faults.Add($"{at}: null");
            }

            return;
        }

        var kind = value.GetValueKind();
        foreach (var (keyword, rule) in schema)
        {
            var fits = keyword switch
            {
                "type" => rule!.GetValue<string>() switch
                {
                    "object" => kind == JsonValueKind.Object,
                    "array" => kind == JsonValueKind.Array,
                    "string" => kind == JsonValueKind.String,
                    "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
                    "number" => kind == JsonValueKind.Number,
                    "integer" => kind == JsonValueKind.Number && long.TryParse(value.ToJsonString(), CultureInfo.InvariantCulture, out _),
                    _ => throw new NotSupportedException($"{at}: type {rule}"),
                },
                "format" => kind != JsonValueKind.String || FitsFormat(value, rule!.GetValue<string>()),
                "enum" => rule!.AsArray().Any(one => JsonNode.DeepEquals(one, value)),
                "minimum" => kind != JsonValueKind.Number || value.GetValue<decimal>() >= rule!.GetValue<decimal>(),
                "maximum" => kind != JsonValueKind.Number || value.GetValue<decimal>() <= rule!.GetValue<decimal>(),
                "maxLength" => kind != JsonValueKind.String || value.GetValue<string>().Length <= rule!.GetValue<int>(),
                "required" => kind != JsonValueKind.Object
                    || rule!.AsArray().All(name => value.AsObject().ContainsKey(name!.GetValue<string>())),
                "properties" or "additionalProperties" or "items" or "nullable" or "x-nullable" => true,
                _ => Notes.Contains(keyword) ? true : throw new NotSupportedException($"{at}: {keyword}"),
            };
            if (!fits)
            {
                faults.Add($"{at}: {keyword} {rule?.ToJsonString()} has {value.ToJsonString()}");
            }
        }

        if (value is JsonObject fields)
        {
            foreach (var (name, field) in fields)
            {
                if ((schema["properties"]?[name] ?? schema["additionalProperties"]) is JsonObject rule)
                {
                    Check(field, rule, $"{at}.{name}", faults);
                }
                else if (schema.ContainsKey("type"))
                {
                    faults.Add($"{at}: {name} is in no description");
                }
            }
        }

        if (value is JsonArray items && schema["items"] is JsonObject item)
        {
            for (var i = 0; i < items.Count; i++)
            {
                Check(items[i], item, $"{at}[{i}]", faults);
            }
        }
    }

    private static bool FitsFormat(JsonNode value, string format) =>
        format switch
        {
            "uuid" => Guid.TryParseExact(value.GetValue<string>(), "D", out _),
            "date" => DateOnly.TryParseExact(
                value.GetValue<string>(),
                "yyyy-MM-dd",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out _
            ),
            "date-time" => Regex.IsMatch(value.GetValue<string>(), @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$"),
            "uri" => Uri.TryCreate(value.GetValue<string>(), UriKind.Absolute, out _),
            _ => throw new NotSupportedException(format),
        };
}
