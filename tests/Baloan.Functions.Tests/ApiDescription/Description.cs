using System.Reflection;
using System.Text.Json.Nodes;
using Baloan.Functions.OpenApi;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Tests.ApiDescription;

/// <summary>A document of the API, as it is served.</summary>
internal sealed class Description(string text)
{
    public static Description OpenApi(string scheme = "https", string host = "app.example.com") => new(ApiDocuments.OpenApi(scheme, host));

    public static Description Swagger(string scheme = "https", string host = "app.example.com") => new(ApiDocuments.Swagger(scheme, host));

    public string Text => text;

    public JsonObject Json { get; } = JsonNode.Parse(text)!.AsObject();

    public SchemaCheck Schemas => new(Json);

    public IReadOnlyList<Operation> Operations =>
        [
            .. from path in Json["paths"]!.AsObject()
            from operation in path.Value!.AsObject()
            where !operation.Key.StartsWith("x-", StringComparison.Ordinal)
            select new Operation(operation.Key.ToUpperInvariant(), path.Key, operation.Value!.AsObject()),
        ];

    /// <summary>
    /// The functions that are no part of the API: those that serve the console, and what browsers and monitors ask besides.
    /// </summary>
    public static readonly IReadOnlyList<string> Page =
    [
        "GetRoot",
        "GetConsole",
        "GetConsoleFile",
        "GetDocs",
        "GetDocsFile",
        "HeadHealth",
        "AnswerPreflight",
    ];

    /// <summary>The app's HTTP functions, as they are declared: method, route and name; all but the console's.</summary>
    public static IEnumerable<(string Method, string Path, string Name, AuthorizationLevel Level)> Functions() =>
        AllFunctions().Where(function => !Page.Contains(function.Name));

    /// <summary>All of the app's HTTP functions, as they are declared.</summary>
    public static IEnumerable<(string Method, string Path, string Name, AuthorizationLevel Level)> AllFunctions() =>
        from type in typeof(Services).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static)
        let function = method.GetCustomAttribute<FunctionAttribute>()
        where function is not null
        from trigger in method
            .GetParameters()
            .Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>())
            .OfType<HttpTriggerAttribute>()
        from verb in trigger.Methods!
        select (verb.ToUpperInvariant(), $"/{trigger.Route}", function.Name, trigger.AuthLevel);
}

/// <summary>One operation of a document.</summary>
internal sealed record Operation(string Method, string Path, JsonObject Json)
{
    public string Id => Json["operationId"]!.GetValue<string>();

    public JsonObject Responses => Json["responses"]!.AsObject();

    public IEnumerable<JsonObject> Parameters => Json["parameters"]?.AsArray().Select(parameter => parameter!.AsObject()) ?? [];

    public JsonObject? Body => Json["requestBody"]?["content"]?.AsObject();

    public bool IsAnonymous => Json["security"] is JsonArray { Count: 0 };

    public IEnumerable<string> Of(string location) =>
        Parameters
            .Where(parameter => parameter["in"]!.GetValue<string>() == location)
            .Select(parameter => parameter["name"]!.GetValue<string>());
}
