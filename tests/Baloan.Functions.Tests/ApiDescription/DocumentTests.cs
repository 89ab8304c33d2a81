using System.Reflection;
using System.Text.Json.Nodes;
using Baloan.Functions.OpenApi;
using Baloan.Functions.Tests.Fixtures;
using Microsoft.Azure.Functions.Worker;
using Microsoft.OpenApi;

namespace Baloan.Functions.Tests.ApiDescription;

public sealed class DocumentTests(StorageAccounts storage) : ApiTests(storage)
{
    public static TheoryData<string> Documents => ["openapi.json", "swagger.json"];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_function_is_described_and_every_description_has_its_function(string name)
    {
        var document = Of(name);

        document
            .Operations.Select(operation => (operation.Method, operation.Path, operation.Id, operation.IsAnonymous))
            .ShouldBe(
                Description
                    .Functions()
                    .Select(function => (function.Method, function.Path, function.Name, function.Level == AuthorizationLevel.Anonymous)),
                ignoreOrder: true
            );
        foreach (var operation in document.Operations)
        {
            operation
                .Of("path")
                .ShouldBe(operation.Path.Split('/').Where(part => part.StartsWith('{')).Select(part => part.Trim('{', '}')), operation.Id);
            operation.Json["summary"]!.GetValue<string>().ShouldNotBeEmpty();
            operation.Json["description"]!.GetValue<string>().ShouldNotBeEmpty();
            operation.Json["tags"]!.AsArray().Count.ShouldBe(1);
            operation.Parameters.ShouldAllBe(
                parameter => parameter["description"] != null || parameter["in"]!.GetValue<string>() == "body",
                operation.Id
            );
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void A_document_is_valid(string name)
    {
        var document = Of(name);

        var read = OpenApiDocument.Parse(document.Text, "json");

        read.Diagnostic!.Errors.ShouldBeEmpty();
        read.Diagnostic.Warnings.ShouldBeEmpty();
        foreach (var reference in References(document.Json))
        {
            document.Schemas.Resolve(reference).Count.ShouldBeGreaterThan(0);
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void A_document_has_the_version_of_the_app(string name) =>
        Of(name).Json["info"]!["version"]!
            .GetValue<string>()
            .ShouldBe(
                typeof(ApiDocuments).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[
                    0
                ]
            );

    [Fact]
    public void Every_example_fits_its_schema()
    {
        var document = Description.OpenApi();
        var examples = 0;
        foreach (var operation in document.Operations)
        {
            var contents = operation
                .Responses.SelectMany(answer => answer.Value!["content"]?.AsObject() ?? [])
                .Concat(operation.Body ?? [])
                .ToList();
            foreach (var (type, content) in contents.Where(content => content.Key.EndsWith("json", StringComparison.Ordinal)))
            {
                var given = content!["examples"]?.AsObject().Select(example => example.Value!["value"]).ToList() ?? [content["example"]];
                foreach (var example in given)
                {
                    if (content["schema"]!.ToJsonString().Contains("/Nothing", StringComparison.Ordinal))
                    {
                        // An empty object, which Microsoft.OpenApi leaves out.
                        continue;
                    }

                    example.ShouldNotBeNull($"{operation.Id} {type}");
                    document.Schemas.Faults(example, content["schema"]!).ShouldBeEmpty(operation.Id);
                    examples++;
                }
            }
        }

        examples.ShouldBeGreaterThan(document.Operations.Count);
    }

    [Theory]
    [InlineData("""{"id":"x"}""", true)]
    [InlineData("""{"id":"x","callback_url":"https://example.com"}""", false)]
    [InlineData("""{"id":null}""", false)]
    [InlineData("""{"id":1}""", false)]
    [InlineData("{}", false)]
    [InlineData("[]", false)]
    public void A_value_fits_a_schema_only_with_all_that_is_described_and_nothing_else(string value, bool fits)
    {
        var document = Description.OpenApi();

        document
            .Schemas.Faults(JsonNode.Parse(value), document.Json["components"]!["schemas"]!["Subscription"]!)
            .Count.ShouldBe(fits ? 0 : 1);
    }

    [Fact]
    public async Task Both_documents_are_open_to_all_and_name_the_host_that_was_asked()
    {
        using var anybody = Apps.Second.NewClient(key: null);
        var address = Apps.Second.App.BaseAddress;

        var openApi = await anybody.GetAsync("api/openapi.json");
        var swagger = await anybody.GetAsync("api/swagger.json");

        (openApi.Status, openApi.ContentType).ShouldBe((200, "application/json"));
        (swagger.Status, swagger.ContentType).ShouldBe((200, "application/json"));
        openApi.Text.ShouldBe(Description.OpenApi(address.Scheme, address.Authority).Text);
        swagger.Text.ShouldBe(Description.Swagger(address.Scheme, address.Authority).Text);
        openApi.Json["servers"]![0]!["url"]!.GetValue<string>().ShouldBe($"{address}api");
        (
            swagger.Json["host"]!.GetValue<string>(),
            swagger.Json["basePath"]!.GetValue<string>(),
            swagger.Json["schemes"]!.ToJsonString()
        ).ShouldBe((address.Authority, "/api", """["http"]"""));
        Description.Swagger().Json["schemes"]!.ToJsonString().ShouldBe("""["https"]""");
    }

    [Fact]
    public void The_documents_describe_the_same_answers()
    {
        var (openApi, swagger) = (Description.OpenApi(), Description.Swagger());

        swagger.Json["definitions"]!
            .AsObject()
            .Select(schema => schema.Key)
            .ShouldBe(
                openApi.Json["components"]!["schemas"]!.AsObject().Select(schema => schema.Key).Where(name => name != "SettlementEvent"),
                ignoreOrder: true
            );
        foreach (var operation in openApi.Operations)
        {
            var other = swagger.Operations.Single(one => one.Id == operation.Id);
            other.Responses.Select(answer => answer.Key).ShouldBe(operation.Responses.Select(answer => answer.Key), operation.Id);
            foreach (var (status, answer) in operation.Responses)
            {
                var schema = answer!
                    ["content"]
                    ?.AsObject().First().Value!["schema"]!.ToJsonString()
                    .Replace("components/schemas", "definitions", StringComparison.Ordinal);
                JsonNode
                    .DeepEquals(other.Responses[status]!["schema"], schema is null ? null : JsonNode.Parse(schema))
                    .ShouldBeTrue($"{operation.Id} {status}");
            }
        }

        foreach (var (name, schema) in openApi.Json["components"]!["schemas"]!.AsObject().Where(schema => schema.Key != "SettlementEvent"))
        {
            swagger.Json["definitions"]![name]!
                ["properties"]
                ?.AsObject()
                .Select(field => field.Key)
                .ShouldBe(schema!["properties"]?.AsObject().Select(field => field.Key), name);
        }
    }

    [Fact]
    public void Swagger_imports_as_a_custom_connector()
    {
        var swagger = Description.Swagger();
        var operations = swagger.Operations.ToDictionary(operation => operation.Id);
        var definitions = swagger.Json["definitions"]!;

        var key = swagger.Json["securityDefinitions"]!.AsObject().ShouldHaveSingleItem().Value!;
        (key["type"]!.GetValue<string>(), key["in"]!.GetValue<string>(), key["name"]!.GetValue<string>()).ShouldBe(
            ("apiKey", "header", "x-functions-key")
        );
        swagger.Json["security"]!.ToJsonString().ShouldBe("""[{"function_key":[]}]""");
        operations.Values.ShouldAllBe(operation => operation.Json["x-ms-visibility"] != null);
        var parameters = operations.Values.SelectMany(operation => operation.Parameters).ToList();
        parameters.ShouldAllBe(parameter => parameter["x-ms-summary"] != null && parameter["description"] != null);
        parameters
            .Where(parameter => parameter["in"]!.GetValue<string>() == "path")
            .ShouldAllBe(parameter => parameter["x-ms-url-encoding"]!.GetValue<string>() == "single");
        swagger.Text.ShouldNotContain("oneOf");
        swagger.Text.ShouldNotContain("anyOf");

        var upload = operations["CreateSettlement"];
        upload.Json["consumes"]!.ToJsonString().ShouldBe("""["multipart/form-data"]""");
        upload.Parameters.Single(parameter => parameter["name"]!.GetValue<string>() == "file")["type"]!.GetValue<string>().ShouldBe("file");

        foreach (
            var store in new JsonNode[]
            {
                definitions["LoanRequest"]!["properties"]!["store"]!,
                operations["GetLoanPolicies"].Parameters.Single(parameter => parameter["name"]!.GetValue<string>() == "store"),
            }
        )
        {
            var values = store["x-ms-dynamic-values"]!;
            var list = operations[values["operationId"]!.GetValue<string>()].Responses["200"]!["schema"]!;
            list["type"]!.GetValue<string>().ShouldBe("array");
            var item = swagger.Schemas.Resolve(list["items"]!.AsObject())["properties"]!.AsObject();
            item.ShouldContainKey(values["value-path"]!.GetValue<string>());
            item.ShouldContainKey(values["value-title"]!.GetValue<string>());
        }
    }

    [Fact]
    public void Swaggers_trigger_is_a_webhook_for_loans()
    {
        var swagger = Description.Swagger();
        var path = swagger.Json["paths"]!["/subscriptions"]!;
        var subscribe = swagger.Operations.Single(operation => operation.Json["x-ms-trigger"] != null);

        (subscribe.Id, subscribe.Json["x-ms-trigger"]!.GetValue<string>()).ShouldBe(("Subscribe", "single"));
        path["x-ms-notification-content"]!["schema"]!["$ref"]!.GetValue<string>().ShouldBe("#/definitions/LoanStateEvent");
        subscribe.Responses["201"]!["headers"]!.AsObject().ShouldContainKey("Location");
        swagger.Operations.ShouldContain(operation => operation.Method == "DELETE" && operation.Path == "/subscriptions/{id}");
        var request = swagger.Schemas.Resolve(
            subscribe.Parameters.Single(parameter => parameter["in"]!.GetValue<string>() == "body")["schema"]!.AsObject()
        );
        var url = request["properties"]!["callback_url"]!;
        url["x-ms-notification-url"]!.GetValue<bool>().ShouldBeTrue();
        url["x-ms-visibility"]!.GetValue<string>().ShouldBe("internal");
        var events = request["properties"]!["events"]!;
        // What is hidden has to be required and have a default, or the platform does not send it.
        (events["x-ms-visibility"]!.GetValue<string>(), events["default"]!.ToJsonString()).ShouldBe(("internal", """["loan_state"]"""));
        request["required"]!.AsArray().Select(name => name!.GetValue<string>()).ShouldBe(["callback_url", "events"]);
    }

    private static Description Of(string name) => name == "openapi.json" ? Description.OpenApi() : Description.Swagger();

    private static IEnumerable<JsonObject> References(JsonNode? node) =>
        node switch
        {
            JsonObject fields => fields.SelectMany(field => References(field.Value)).Concat(fields["$ref"] is JsonValue ? [fields] : []),
            JsonArray items => items.SelectMany(References),
            _ => [],
        };
}
