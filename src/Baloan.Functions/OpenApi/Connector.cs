using System.Globalization;
using System.Text.Json.Nodes;
using Baloan.Core.Events;
using Baloan.Core.Loans;
using Baloan.Functions.OpenApi.Operations;

namespace Baloan.Functions.OpenApi;

/// <summary>
/// What the Swagger document needs to be a custom connector of Logic Apps and the Power Platform ("Create a custom connector with an
/// OpenAPI extension" and "Use a webhook as a trigger" in Microsoft's documentation).
/// </summary>
internal static class Connector
{
    private const string Visibility = "x-ms-visibility";
    private const string Internal = "internal";

    private static readonly string[] Important = ["CheckCredit", "SendOtp", "CreateSettlement", "OpenLoan", "GetLoan", "Subscribe"];

    // What no flow calls by itself. A connection has one key, which is no admin key.
    private static readonly string[] Hidden =
    [
        "LoanStateCallback",
        "Unsubscribe",
        "UnsubscribeUrl",
        "ListSubscriptions",
        "RedeliverEvents",
        "GetLoanStores",
        "Health",
        "RefreshTokensNow",
        "EraseCustomer",
        "GetOpenApi",
        "GetSwagger",
    ];

    private static readonly string[] Anonymous = ["Health", "GetOpenApi", "GetSwagger"];

    /// <summary>Completes the document.</summary>
    public static void Complete(JsonObject swagger)
    {
        UseOneKey(swagger);
        foreach (var (_, path) in swagger["paths"]!.AsObject())
        {
            foreach (var (_, operation) in path!.AsObject())
            {
                CompleteOperation(operation!.AsObject());
            }
        }

        var definitions = swagger["definitions"]!.AsObject();
        foreach (var (_, definition) in definitions)
        {
            NameFields(definition!.AsObject());
        }

        // A trigger has one kind of content, and this is not it.
        definitions.Remove(Schemas.SettlementEvent);
        OfferStores(definitions[Schemas.LoanRequest]!["properties"]!["store"]!.AsObject());
        MakeTrigger(swagger["paths"]![SubscriptionOperations.Path]!.AsObject(), definitions[Schemas.SubscriptionRequest]!.AsObject());
    }

    /// <summary>A connector knows one way to sign in.</summary>
    private static void UseOneKey(JsonObject swagger)
    {
        var schemes = swagger["securityDefinitions"]!.AsObject();
        schemes.Remove(ApiOperation.FunctionKeyInQuery);
        schemes.Remove(ApiOperation.AdminKey);
        swagger["security"] = new JsonArray(new JsonObject { [ApiOperation.FunctionKey] = new JsonArray() });
    }

    private static void CompleteOperation(JsonObject operation)
    {
        var id = operation["operationId"]!.GetValue<string>();
        operation.Remove("security");
        if (Anonymous.Contains(id))
        {
            operation["security"] = new JsonArray();
        }

        operation[Visibility] =
            Important.Contains(id) ? "important"
            : Hidden.Contains(id) ? Internal
            : "advanced";
        foreach (var parameter in operation["parameters"]?.AsArray().Select(parameter => parameter!.AsObject()) ?? [])
        {
            var name = parameter["name"]!.GetValue<string>();
            parameter["x-ms-summary"] = Title(name);
            if (parameter["in"]!.GetValue<string>() == "path")
            {
                // Once: the host takes all escapes off but that of the slash, which the app takes off.
                parameter["x-ms-url-encoding"] = "single";
            }

            if (name is "Accept-Language")
            {
                parameter[Visibility] = "advanced";
            }

            if (name == "store")
            {
                OfferStores(parameter);
            }

            if (parameter["in"]!.GetValue<string>() == "formData")
            {
                // A form has no JSON beside it here, and Microsoft.OpenApi writes a file as a string.
                operation["consumes"] = new JsonArray("multipart/form-data");
                if (name == "file")
                {
                    parameter["type"] = "file";
                    parameter.Remove("format");
                }
            }
        }

        foreach (var (_, answer) in operation["responses"]!.AsObject())
        {
            foreach (var (_, header) in answer!["headers"]?.AsObject() ?? [])
            {
                // Swagger 2 knows no required headers; Microsoft.OpenApi writes it all the same.
                header!.AsObject().Remove("required");
            }
        }
    }

    private static void NameFields(JsonObject schema)
    {
        foreach (var (name, field) in schema["properties"]?.AsObject() ?? [])
        {
            if (!field!.AsObject().ContainsKey("$ref"))
            {
                field["x-ms-summary"] = Title(name);
                NameFields(field.AsObject());
            }
        }

        if (schema["items"] is JsonObject items)
        {
            NameFields(items);
        }
    }

    /// <summary>Lists the stores by name. A list of values is one array: it cannot reach into each policy.</summary>
    private static void OfferStores(JsonObject store) =>
        store["x-ms-dynamic-values"] = new JsonObject
        {
            ["operationId"] = "GetLoanStores",
            ["parameters"] = new JsonObject(),
            ["value-path"] = "id",
            ["value-title"] = "title_fa",
        };

    /// <summary>Subscribing is the trigger. The platform sends the callback URL, and deletes what Location names to unsubscribe.</summary>
    private static void MakeTrigger(JsonObject path, JsonObject request)
    {
        var subscribe = path["post"]!.AsObject();
        subscribe["summary"] = "When a loan changes state";
        subscribe["x-ms-trigger"] = "single";
        subscribe["x-ms-trigger-hint"] = "To see it work now, open a loan and have its contract signed.";
        path["x-ms-notification-content"] = new JsonObject
        {
            ["description"] = "The loan's new state.",
            ["schema"] = new JsonObject { ["$ref"] = $"#/definitions/{Schemas.LoanStateEvent}" },
        };

        var fields = request["properties"]!.AsObject();
        fields["callback_url"]!["x-ms-notification-url"] = true;
        fields["callback_url"]![Visibility] = Internal;
        // It asks for loans alone; a settlement is followed by its Location.
        var events = fields["events"]!.AsObject();
        events["description"] = "Loans alone.";
        events["items"]!["enum"] = new JsonArray(SubscriberEvent.LoanState);
        events["default"] = new JsonArray(SubscriberEvent.LoanState);
        events[Visibility] = Internal;
        events.Remove("x-nullable");
        request["required"]!.AsArray().Add("events");
        fields["secret"]![Visibility] = Internal;
        fields["states"]!["description"] = "Only these states; all where it is left out.";
        fields["states"]!["items"]!["enum"] = new JsonArray([.. LoanStates.All.Select(state => (JsonNode)JsonValue.Create(state))]);
    }

    private static string Title(string name) =>
        CultureInfo.InvariantCulture.TextInfo.ToTitleCase(
            string.Concat(
                    name.Select(c =>
                        c is '_' or '-' ? " "
                        : char.IsUpper(c) ? $" {c}"
                        : $"{c}"
                    )
                )
                .Replace("  ", " ", StringComparison.Ordinal)
                .Trim()
        );
}
