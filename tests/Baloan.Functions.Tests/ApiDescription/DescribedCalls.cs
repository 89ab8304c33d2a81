using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Baloan.Functions.Tests.Fixtures;

namespace Baloan.Functions.Tests.ApiDescription;

/// <summary>Calls the operations of the description, and holds every answer against it.</summary>
internal sealed class DescribedCalls(Description description, ApiClient api)
{
    private readonly ConcurrentDictionary<(string Operation, int Status), bool> seen = new();

    /// <summary>The answers that came: operation and status.</summary>
    public IEnumerable<(string Operation, int Status)> Seen => seen.Keys;

    public IReadOnlyList<Operation> Operations { get; } = description.Operations;

    /// <summary>The same calls, by another caller.</summary>
    public async Task<ApiAnswer> ByAsync(ApiClient other, string id, string argument = "", HttpContent? body = null, string query = "")
    {
        var operation = Operations.Single(one => one.Id == id);
        var path = operation.Path;
        foreach (var name in operation.Of("path"))
        {
            path = path.Replace($"{{{name}}}", Uri.EscapeDataString(argument), StringComparison.Ordinal);
        }

        var answer = await other.SendAsync(
            new HttpRequestMessage(new HttpMethod(operation.Method), $"api{path}{query}") { Content = body }
        );
        Check(operation, answer);
        return answer;
    }

    public Task<ApiAnswer> CallAsync(string id, string argument = "", HttpContent? body = null, string query = "") =>
        ByAsync(api, id, argument, body, query);

    /// <summary>A call with a JSON body that has to fit the description of the request, and an answer of this status.</summary>
    public async Task<ApiAnswer> PostAsync(string id, int status, JsonObject body, string argument = "", ApiClient? by = null)
    {
        var schema = Operations.Single(one => one.Id == id).Body!["application/json"]!["schema"]!;
        description.Schemas.Faults(body, schema).ShouldBeEmpty(id);
        var answer = await ByAsync(by ?? api, id, argument, Json(body));
        answer.Status.ShouldBe(status, $"{id} {answer.Text}");
        return answer;
    }

    public static StringContent Json(JsonNode body) => new(body.ToJsonString(), null, "application/json");

    private void Check(Operation operation, ApiAnswer answer)
    {
        var at = $"{operation.Id} {answer.Status} {answer.Text}";
        var described = operation.Responses[$"{answer.Status}"].ShouldNotBeNull(at);
        seen[(operation.Id, answer.Status)] = true;

        if (described["content"] is not JsonObject content)
        {
            answer.Text.ShouldBeEmpty(at);
        }
        else
        {
            var type = answer.ContentType.ShouldNotBeNull(at);
            var media = content[type].ShouldNotBeNull($"{type} {at}");
            if (type.EndsWith("json", StringComparison.Ordinal))
            {
                description.Schemas.Faults(JsonNode.Parse(answer.Text), media["schema"]!).ShouldBeEmpty(at);
            }

            // Baloan documents its own codes for loans alone.
            if (
                type == "application/problem+json"
                && (
                    answer.Status != 422
                    || operation.Id.EndsWith("Loan", StringComparison.Ordinal)
                    || operation.Id.Contains("Contract", StringComparison.Ordinal)
                )
            )
            {
                media["examples"]!.AsObject().Select(example => example.Key).ShouldContain(answer.Field("code"), at);
            }
        }

        var headers = described["headers"]?.AsObject() ?? [];
        foreach (var name in new[] { "Location", "Retry-After" })
        {
            var came = answer.Headers.TryGetValues(name, out var values);
            (headers[name] is null && came).ShouldBeFalse($"{name}: {at}");
            (headers[name]?["required"]?.GetValue<bool>() == true && !came).ShouldBeFalse($"{name}: {at}");
            if (came)
            {
                var schema = headers[name]!["schema"]!;
                var value = values!.Single();
                description
                    .Schemas.Faults(schema["type"]!.GetValue<string>() == "integer" ? JsonNode.Parse(value) : value, schema)
                    .ShouldBeEmpty(at);
            }
        }
    }
}
