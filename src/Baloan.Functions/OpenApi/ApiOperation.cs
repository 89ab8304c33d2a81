using System.Globalization;
using System.Text.Json.Nodes;
using Baloan.Functions.Http;
using Microsoft.OpenApi;

namespace Baloan.Functions.OpenApi;

/// <summary>The description of one HTTP function.</summary>
internal sealed class ApiOperation
{
    public const string FunctionKey = "function_key";
    public const string FunctionKeyInQuery = "function_key_query";
    public const string AdminKey = "admin_key";

    private const string Json = "application/json";
    private const string ProblemJson = "application/problem+json";

    private readonly List<ApiProblem> failures = [];

    /// <param name="method">The HTTP method.</param>
    /// <param name="path">The function's route, with a slash before it.</param>
    /// <param name="id">The function's name.</param>
    /// <param name="tag">The capability that it belongs to.</param>
    /// <param name="summary">What it does, in a few words.</param>
    /// <param name="description">What a caller must know.</param>
    public ApiOperation(HttpMethod method, string path, string id, string tag, string summary, string description)
    {
        (Method, Path) = (method, path);
        Operation = new OpenApiOperation
        {
            OperationId = id,
            Tags = new HashSet<OpenApiTagReference> { new(tag) },
            Summary = summary,
            Description = description,
            Parameters = [],
            Responses = [],
        };
        Fails(ApiProblem.Any);
    }

    public HttpMethod Method { get; }

    public string Path { get; }

    public OpenApiOperation Operation { get; }

    /// <summary>The operation, its answers in the order of their statuses.</summary>
    public OpenApiOperation ToOperation()
    {
        var answers = new OpenApiResponses();
        foreach (var (status, answer) in Responses.OrderBy(answer => answer.Key, StringComparer.Ordinal))
        {
            answers.Add(status, answer);
        }

        Operation.Responses = answers;
        return Operation;
    }

    /// <summary>How it can fail.</summary>
    public IReadOnlyList<ApiProblem> Problems => failures;

    private OpenApiResponses Responses => Operation.Responses!;

    public ApiOperation WithPath(string name, string description, string example)
    {
        Operation.Parameters!.Add(
            new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Path,
                Required = true,
                Description = description,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                Example = example,
            }
        );
        return this;
    }

    public ApiOperation WithQuery(string name, OpenApiSchema schema, bool isRequired = false)
    {
        Operation.Parameters!.Add(
            new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Query,
                Required = isRequired,
                Description = schema.Description,
                Schema = schema,
            }
        );
        schema.Description = null;
        return this;
    }

    public ApiOperation WithHeader(string name, OpenApiSchema schema)
    {
        Operation.Parameters!.Add(
            new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Header,
                Description = schema.Description,
                Schema = schema,
            }
        );
        schema.Description = null;
        return this;
    }

    public ApiOperation WithPaging()
    {
        var top = Shape.Number("How many items.", 1, 100);
        top.Default = 20;
        return WithQuery("top", top).WithQuery("continuation", Shape.Text("The continuation of the page before; none for the first page."));
    }

    public ApiOperation WithBody(string schema, string example) => WithContent(Json, Shape.Of(schema), example);

    public ApiOperation WithForm(OpenApiSchema form) => WithContent("multipart/form-data", form, null);

    public ApiOperation Answers(int status, string description, IOpenApiSchema schema, string example)
    {
        Responses[status.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [Json] = new() { Schema = schema, Example = JsonNode.Parse(example) },
            },
        };
        return this;
    }

    public ApiOperation Answers(int status, string description, string schema, string example) =>
        Answers(status, description, Shape.Of(schema), example);

    /// <summary>An answer that is a file.</summary>
    public ApiOperation AnswersFile(int status, string description, string type)
    {
        Responses[status.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [type] = new()
                {
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" },
                },
            },
        };
        return this;
    }

    public ApiOperation Answers(int status, string description)
    {
        Responses[status.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse { Description = description };
        return this;
    }

    /// <summary>The answer of the status has a Location.</summary>
    public ApiOperation WithLocation(int status, string description)
    {
        HeadersOf(status)["Location"] = new OpenApiHeader
        {
            Required = true,
            Description = $"{description} It carries the function key where the call had it in the query.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "uri" },
        };
        return this;
    }

    /// <summary>The answer of the status says when to ask again.</summary>
    public ApiOperation WithRetryAfter(int status, bool always = true)
    {
        HeadersOf(status)["Retry-After"] = new OpenApiHeader
        {
            Required = always,
            Description = "In how many seconds to try again.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.Integer },
        };
        return this;
    }

    /// <summary>The problems that it may answer with, each by its code.</summary>
    public ApiOperation Fails(params IEnumerable<ApiProblem> problems)
    {
        foreach (var problem in problems)
        {
            failures.Add(problem);
            var status = problem.Status.ToString(CultureInfo.InvariantCulture);
            if (!Responses.TryGetValue(status, out var there))
            {
                Responses[status] = there = new OpenApiResponse
                {
                    Description = "",
                    Content = new Dictionary<string, OpenApiMediaType>
                    {
                        [ProblemJson] = new() { Schema = Shape.Of(Schemas.Problem), Examples = new Dictionary<string, IOpenApiExample>() },
                    },
                };
            }

            var response = (OpenApiResponse)there;
            var content = response.Content!;
            content.TryAdd(ProblemJson, new() { Schema = Shape.Of(Schemas.Problem), Examples = new Dictionary<string, IOpenApiExample>() });
            content[ProblemJson].Examples![problem.Code] = new OpenApiExample { Value = problem.ToExample() };
            response.Description = string.Join(" ", content[ProblemJson].Examples!.Keys.Select(code => $"`{code}`"));
            if (problem.HasRetryAfter)
            {
                WithRetryAfter(problem.Status, always: false);
            }
        }

        return this;
    }

    /// <summary>It takes a function key.</summary>
    public ApiOperation Keyed()
    {
        Responses["401"] = new OpenApiResponse
        {
            Description =
                $"No key, or a wrong one: the answer has no body. A function to which the app’s owner gave a key of its own answers so "
                + $"with a problem document, own_key_required, where the header {OwnKeys.Header} does not bring it.",
        };
        return this;
    }

    /// <summary>It takes the admin key.</summary>
    public ApiOperation Admin()
    {
        Operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(AdminKey)] = [] }];
        return Keyed();
    }

    /// <summary>It takes no key.</summary>
    public ApiOperation Anonymous()
    {
        Operation.Security = [];
        return this;
    }

    /// <summary>Its texts follow the caller's language.</summary>
    public ApiOperation Speaking()
    {
        Operation.Parameters!.Add(
            new OpenApiParameter
            {
                Name = "Accept-Language",
                In = ParameterLocation.Header,
                Description = "The language of texts: en, or fa for Persian.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, Default = "en" },
            }
        );
        return this;
    }

    private ApiOperation WithContent(string type, IOpenApiSchema schema, string? example)
    {
        var body = (OpenApiRequestBody)(
            Operation.RequestBody ??= new OpenApiRequestBody { Required = true, Content = new Dictionary<string, OpenApiMediaType>() }
        );
        body.Content![type] = new() { Schema = schema, Example = example is null ? null : JsonNode.Parse(example) };
        return this;
    }

    private IDictionary<string, IOpenApiHeader> HeadersOf(int status) =>
        ((OpenApiResponse)Responses[status.ToString(CultureInfo.InvariantCulture)]).Headers ??= new Dictionary<string, IOpenApiHeader>();
}
