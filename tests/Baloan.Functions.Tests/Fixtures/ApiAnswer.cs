using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Baloan.Functions.Tests.Fixtures;

/// <summary>An answer of the API.</summary>
internal sealed record ApiAnswer(int Status, string? ContentType, string Text, HttpResponseHeaders Headers)
{
    public JsonObject Json => JsonNode.Parse(Text)!.AsObject();

    public Uri Location => Headers.Location.ShouldNotBeNull();

    public string SettlementStatus => Field("status");

    private string[] ErrorFields => [.. (Json["errors"]?.AsObject() ?? []).Select(fault => fault.Key).Order(StringComparer.Ordinal)];

    /// <summary>A text field.</summary>
    public string Field(string name) => Json[name].ShouldNotBeNull(Text).GetValue<string>();

    /// <summary>A problem document with every member of the contract, and with faults of exactly these fields.</summary>
    public ApiAnswer ShouldBeProblem(int status, string code, params string[] fields)
    {
        Status.ShouldBe(status, Text);
        ContentType.ShouldBe("application/problem+json");
        var problem = Json;
        Field("code").ShouldBe(code, Text);
        problem["status"]!.GetValue<int>().ShouldBe(status);
        Field("type").ShouldBe($"urn:baloan-functions:problem:{code}");
        Field("title").ShouldNotBeEmpty();
        Field("detail").ShouldNotBeEmpty();
        Field("trace_id").Length.ShouldBe(32);
        ErrorFields.ShouldBe([.. fields.Order(StringComparer.Ordinal)], Text);
        foreach (var (_, texts) in problem["errors"]?.AsObject() ?? [])
        {
            texts!.AsArray().Select(text => text!.GetValue<string>()).ShouldAllBe(text => text.Length > 0);
        }

        return this;
    }
}
