using System.Text.Json;
using System.Text.RegularExpressions;

namespace Baloan.Client;

/// <summary>What the body of a refusal says, whichever of its possible shapes it has.</summary>
/// <param name="Code">Baloan's code, also where it stands in the place of a text; null where it gave none.</param>
/// <param name="Text">Plain text that can be shown; null where there is none.</param>
/// <param name="Fields">Texts by field; null where there are none.</param>
internal sealed partial record ErrorBody(string? Code, string? Text, IReadOnlyDictionary<string, string[]>? Fields)
{
    private const int LongestText = 500;
    private const int MostFields = 50;

    private static readonly ErrorBody Nothing = new(null, null, null);

    public static ErrorBody Read(string body, IReadOnlyCollection<string> secrets)
    {
        try
        {
            using var document = JsonDocument.Parse(JsonReading.Repaired(body));
            return Read(document.RootElement, secrets);
        }
        catch (Exception exception) when (JsonReading.IsBadJson(exception))
        {
            // Broken JSON is of no use to anyone; a plain sentence is.
            return body.TrimStart() is ['{' or '[' or '"', ..] ? Nothing
                : LoanErrors.Find(body.Trim()) is { } error ? Nothing with { Code = error.Code }
                : Nothing with { Text = Usable(body, secrets) };
        }
    }

    /// <summary>Whether JSON that came with success is a refusal all the same, envelopes aside.</summary>
    public static bool IsRefusal(JsonElement answer) =>
        answer.ValueKind is JsonValueKind.Object or JsonValueKind.String
        && !answer.Has("uuid")
        && (
            answer.Has("non_field_errors")
            || (answer.Has("detail") && answer.Text("code") is not null)
            || LoanErrors.Find(Read(answer, []).Code) is not null
        );

    /// <summary>
    /// Whether the status in an answer that no document describes says no. Any other word beside HTTP's own success is none: a cancel
    /// may well be answered with <c>{"status":"canceled"}</c>.
    /// </summary>
    public static bool IsNo(string status) => NoForm().IsMatch(status);

    public static ErrorBody Read(JsonElement root, IReadOnlyCollection<string> secrets)
    {
        var fields = new Dictionary<string, List<string>>();
        string? code = null;
        if (root.ValueKind != JsonValueKind.Object)
        {
            Collect(root, "", fields);
        }
        else if (root.Has("message") || root.Has("message_code") || (root.Has("data") && root.Text("status") is not null))
        {
            code = CodeOf(root, "message_code") ?? CodeOf(root, "code");
            CollectGeneral(root, "message", fields);
            if (root.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object)
            {
                // Plain values in here echo what was sent; only lists are errors.
                CollectFields(data.EnumerateObject().Where(field => field.Value.ValueKind == JsonValueKind.Array), fields);
            }
        }
        else
        {
            code = CodeOf(root, "code");
            if (root.Has("detail"))
            {
                CollectGeneral(root, "detail", fields);
            }
            else
            {
                CollectFields(
                    root.EnumerateObject().Where(field => field is not { Name: "code" or "status", Value.ValueKind: JsonValueKind.String }),
                    fields
                );
            }
        }

        if (LoanErrors.Find(code) is null)
        {
            code =
                fields.Values.SelectMany(texts => texts).Select(LoanErrors.Find).FirstOrDefault(error => error is not null)?.Code ?? code;
        }

        var texts = fields
            .Select(field =>
                (
                    field.Key,
                    Texts: field
                        .Value.Where(text => LoanErrors.Find(text) is null)
                        .Select(text => Usable(text, secrets))
                        .OfType<string>()
                        .ToArray()
                )
            )
            .Where(field => field.Texts.Length > 0 && (field.Key.Length == 0 || FieldForm().IsMatch(field.Key)))
            .ToArray();
        var general = texts.Where(field => field.Key.Length == 0).SelectMany(field => field.Texts).ToArray();
        var named = texts.Where(field => field.Key.Length > 0).ToDictionary(field => field.Key, field => field.Texts);
        var text = string.Join(" ", general.Length > 0 ? general : named.Select(field => $"{field.Key}: {string.Join(" ", field.Value)}"));
        return new(code, Usable(text, []), named.Count > 0 ? named : null);
    }

    private static string? CodeOf(JsonElement root, string name)
    {
        var code =
            root.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Number
                ? value.ToString()
                : null;
        return code is not null && CodeForm().IsMatch(code) ? code : null;
    }

    private static void CollectGeneral(JsonElement root, string property, Dictionary<string, List<string>> fields)
    {
        if (root.TryGetProperty(property, out var value))
        {
            Collect(value, "", fields);
        }
    }

    private static void CollectFields(IEnumerable<JsonProperty> properties, Dictionary<string, List<string>> fields)
    {
        foreach (var field in properties)
        {
            Collect(field.Value, field.Name == "non_field_errors" ? "" : field.Name, fields);
        }
    }

    private static void Collect(JsonElement value, string name, Dictionary<string, List<string>> fields)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String when value.GetString() is { Length: > 0 } text:
                Collect(text, name, fields);
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    Collect(item, name, fields);
                }

                break;
            case JsonValueKind.Object when value.Text("code") is { } code && (value.Text("message") ?? value.Text("detail")) is { } message:
                // One error with its details, as Django REST Framework can write them.
                Collect(message, name, fields);
                if (LoanErrors.Find(code) is not null)
                {
                    Collect(code, name, fields);
                }

                break;
            case JsonValueKind.Object:
                foreach (var field in value.EnumerateObject())
                {
                    Collect(
                        field.Value,
                        field.Name == "non_field_errors" ? name
                            : name.Length == 0 ? field.Name
                            : $"{name}.{field.Name}",
                        fields
                    );
                }

                break;
        }
    }

    private static void Collect(string text, string name, Dictionary<string, List<string>> fields)
    {
        if (fields.TryGetValue(name, out var texts))
        {
            texts.Add(text);
        }
        else if (fields.Count < MostFields)
        {
            fields.Add(name, [text]);
        }
    }

    /// <summary>The text, fit to be shown; null where it is markup or empty.</summary>
    private static string? Usable(string text, IReadOnlyCollection<string> secrets)
    {
        if (Markup().IsMatch(text))
        {
            return null;
        }

        var plain = Unprintable().Replace(Mask.Secrets(text, secrets), " ").Trim();
        return plain.Length switch
        {
            0 => null,
            > LongestText => string.Concat(plain.AsSpan(0, LongestText), "…"),
            _ => plain,
        };
    }

    [GeneratedRegex(
        "^(?:no|nok|not_ok|errors?|fail|failed|failure|invalid|denied|refused|rejected|forbidden|unauthorized)$",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase
    )]
    private static partial Regex NoForm();

    [GeneratedRegex("^[A-Za-z0-9_.-]{1,64}$", RegexOptions.CultureInvariant)]
    private static partial Regex CodeForm();

    [GeneratedRegex(@"^[\w.-]{1,100}$", RegexOptions.CultureInvariant)]
    private static partial Regex FieldForm();

    [GeneratedRegex("<[A-Za-z/!?]", RegexOptions.CultureInvariant)]
    private static partial Regex Markup();

    [GeneratedRegex(@"[\s\p{Cc}\ufffd]+", RegexOptions.CultureInvariant)]
    private static partial Regex Unprintable();
}
