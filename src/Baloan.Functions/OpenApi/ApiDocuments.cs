using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Baloan.Functions.OpenApi.Operations;
using Microsoft.OpenApi;

namespace Baloan.Functions.OpenApi;

/// <summary>The API's description, in both forms. Made when it is first asked for, and kept but for the host.</summary>
public static class ApiDocuments
{
    // What no description says by itself, and no host can be.
    private const string Scheme = "(scheme)";
    private const string Host = "(host)";
    private const string BasePath = "/api";

    private static readonly Lazy<string> OpenApiText = new(WriteOpenApi);
    private static readonly Lazy<string> SwaggerText = new(WriteSwagger);

    /// <summary>OpenAPI 3, for people and tools.</summary>
    /// <param name="scheme">With which the app is reached.</param>
    /// <param name="host">Where it is reached, with the port where there is one.</param>
    public static string OpenApi(string scheme, string host) => At(OpenApiText.Value, scheme, host);

    /// <summary>Swagger 2, for a custom connector.</summary>
    /// <param name="scheme">With which the app is reached.</param>
    /// <param name="host">Where it is reached, with the port where there is one.</param>
    public static string Swagger(string scheme, string host) => At(SwaggerText.Value, scheme, host);

    /// <summary>All that the API does.</summary>
    internal static IEnumerable<ApiOperation> Operations() =>
        [
            .. MerchantOperations.All(),
            .. SettlementOperations.All(),
            .. ReconciliationOperations.All(),
            .. UploadOperations.All(),
            .. LoanOperations.All(),
            .. SubscriptionOperations.All(),
            .. CustomerOperations.All(),
            .. AppOperations.All(),
        ];

    /// <summary>The one description that both are written from.</summary>
    private static OpenApiDocument Describe()
    {
        var document = new OpenApiDocument
        {
            Info = new OpenApiInfo
            {
                Title = "Baloan.Functions",
                Version = typeof(ApiDocuments).Assembly.GetName().Version!.ToString(3),
                Contact = new OpenApiContact { Name = "Whoever runs this deployment, and gave you its address and key" },
                License = new OpenApiLicense { Name = "MIT", Url = new Uri("https://opensource.org/license/mit") },
                Description =
                    "Credit, settlements and loans with Baloan. Amounts are whole Toman, times UTC. "
                    + "Identifiers, phone numbers, OTPs and dates may have Persian or Arabic-Indic digits. "
                    + "An empty 500 comes from Azure's host when the app's process died in the call: "
                    + "for a call that acts, the outcome is unknown, as with outcome_unknown.",
            },
            Paths = [],
            Components = new OpenApiComponents
            {
                Schemas = Schemas.All(),
                SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
                {
                    [ApiOperation.FunctionKey] = Key(ParameterLocation.Header, "x-functions-key", "The function key."),
                    [ApiOperation.FunctionKeyInQuery] = Key(
                        ParameterLocation.Query,
                        "code",
                        "The function key, for callers that cannot send headers. Every Location then carries it."
                    ),
                    [ApiOperation.AdminKey] = Key(
                        ParameterLocation.Header,
                        "x-functions-key",
                        "The admin key (on Azure, the host's master key)."
                    ),
                },
            },
            Security =
            [
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(ApiOperation.FunctionKey)] = [] },
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(ApiOperation.FunctionKeyInQuery)] = [] },
            ],
            Tags = new HashSet<OpenApiTag>
            {
                new() { Name = MerchantOperations.Tag, Description = "A customer's credit, and OTPs." },
                new() { Name = SettlementOperations.Tag, Description = "Invoices that are settled." },
                new() { Name = ReconciliationOperations.Tag, Description = "For accountants." },
                new() { Name = UploadOperations.Tag, Description = "Documents that are uploaded to Baloan." },
                new() { Name = LoanOperations.Tag, Description = "Loan files of a partner." },
                new() { Name = LoanOperations.CallbackTag, Description = "What Baloan calls." },
                new() { Name = SubscriptionOperations.Tag, Description = "Events for others." },
                new() { Name = AppOperations.Tag, Description = "The app itself." },
            },
        };
        foreach (var described in Operations())
        {
            if (!document.Paths.TryGetValue(described.Path, out var path))
            {
                document.Paths[described.Path] = path = new OpenApiPathItem { Operations = [] };
            }

            path.Operations!.Add(described.Method, described.ToOperation());
        }

        document.SetReferenceHostDocument();
        var operations = document.Paths.Values.SelectMany(path => path.Operations!.Values);
        foreach (var body in operations.Select(operation => operation.RequestBody).OfType<OpenApiRequestBody>())
        {
            var schema = body.Content!.Values.First().Schema!;
            body.Description = schema is OpenApiSchemaReference { Reference.Id: { } name }
                ? document.Components.Schemas![name].Description
                : schema.Description;
        }

        return document;
    }

    private static OpenApiSecurityScheme Key(ParameterLocation location, string name, string description) =>
        new()
        {
            Type = SecuritySchemeType.ApiKey,
            In = location,
            Name = name,
            Description = description,
        };

    private static string WriteOpenApi()
    {
        var document = Describe();
        document.Servers = [new OpenApiServer { Url = $"{Scheme}://{Host}{BasePath}" }];
        return Write(document.SerializeAsV3);
    }

    private static string WriteSwagger()
    {
        var swagger = JsonNode.Parse(Write(Describe().SerializeAsV2))!.AsObject();
        Connector.Complete(swagger);
        swagger["host"] = Host;
        swagger["basePath"] = BasePath;
        swagger["schemes"] = new JsonArray(Scheme);
        return swagger.ToJsonString(Http.ApiJson.Responses.Options);
    }

    private static string Write(Action<IOpenApiWriter> serialize)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        serialize(new OpenApiJsonWriter(text, new OpenApiJsonWriterSettings { Terse = true }));
        return text.ToString();
    }

    private static string At(string document, string scheme, string host) =>
        document
            .Replace(Scheme, scheme, StringComparison.Ordinal)
            .Replace(Host, JsonEncodedText.Encode(host).ToString(), StringComparison.Ordinal);
}
