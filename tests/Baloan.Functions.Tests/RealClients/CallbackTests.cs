using System.Text;
using System.Text.Json.Nodes;
using Baloan.Functions.Tests.Fixtures;

namespace Baloan.Functions.Tests.RealClients;

/// <summary>Callbacks in other shapes than the documents show, and what is left of those that are refused.</summary>
public sealed class CallbackTests(StorageAccounts storage) : ApiTests(storage)
{
    private const string Route = "api/callbacks/loan-state";

    [Theory]
    [InlineData("N")]
    [InlineData("B")]
    [InlineData("P")]
    [InlineData("D")]
    [InlineData("urn")]
    [InlineData("marks")]
    public async Task A_uuid_is_read_in_any_of_its_spellings(string spelling)
    {
        var uuid = Guid.NewGuid();
        var written = spelling switch
        {
            "urn" => $"urn:uuid:{uuid}",
            "marks" => $"\u200e{uuid}\u200f",
            _ => uuid.ToString(spelling),
        };

        var answer = await Api.PostAsync(Route, new JsonObject { ["uuid"] = written, ["state"] = "created" });

        answer.Status.ShouldBe(200, answer.Text);
        (await Api.GetAsync($"api/loans/{uuid}")).Field("state").ShouldBe("created");
    }

    [Theory]
    [InlineData("{\"uuid\":\"{0}\",\"state\":\"blocked\",\"reason\":\"چک برگشتی\"}", "application/json", "utf-8", "")]
    [InlineData(
        "uuid={0}&state=blocked&reason=%DA%86%DA%A9+%D8%A8%D8%B1%DA%AF%D8%B4%D8%AA%DB%8C",
        "application/x-www-form-urlencoded",
        "utf-8",
        ""
    )]
    [InlineData(
        "uuid={0}&state=blocked&reason=%DA%86%DA%A9+%D8%A8%D8%B1%DA%AF%D8%B4%D8%AA%DB%8C&extra=1",
        "application/x-www-form-urlencoded; charset=UTF-8",
        "utf-8",
        "gzip"
    )]
    [InlineData(
        "\"{\\\"uuid\\\":\\\"{0}\\\",\\\"state\\\":\\\"blocked\\\",\\\"reason\\\":\\\"چک برگشتی\\\"}\"",
        "application/json",
        "utf-8",
        ""
    )]
    [InlineData("{\"uuid\":\"{0}\",\"state\":\"blocked\",\"reason\":\"چک برگشتی\"}", "application/json", "utf-8", "gzip")]
    [InlineData("{\"uuid\":\"{0}\",\"state\":\"blocked\",\"reason\":\"چک برگشتی\"}", "application/json", "utf-8", "deflate")]
    [InlineData("{\"uuid\":\"{0}\",\"state\":\"blocked\",\"reason\":\"چک برگشتی\"}", "application/json; charset=utf-16", "utf-16", "")]
    public async Task A_callback_is_read_whatever_it_is_wrapped_in(string body, string contentType, string encoding, string packing)
    {
        var uuid = Guid.NewGuid().ToString();
        var text = Encoding.GetEncoding(encoding);
        byte[] bytes =
        [
            .. encoding == "utf-16" ? text.GetPreamble() : [],
            .. text.GetBytes(body.Replace("{0}", uuid, StringComparison.Ordinal)),
        ];
        var content = Sent.As(
            contentType,
            packing switch
            {
                "gzip" => Sent.Gzip(bytes),
                "deflate" => Sent.Zlib(bytes),
                _ => bytes,
            }
        );
        if (packing.Length > 0)
        {
            content.Headers.TryAddWithoutValidation("Content-Encoding", packing);
        }

        var answer = await Api.PostAsync(Route, content);

        answer.Status.ShouldBe(200, answer.Text);
        var loan = await Api.GetAsync($"api/loans/{uuid}");
        (loan.Field("state"), loan.Field("reason")).ShouldBe(("blocked", "چک برگشتی"));
    }

    [Fact(Explicit = true)]
    public async Task What_is_refused_leaves_a_warning_without_its_content_and_is_counted()
    {
        const string Content = "content-that-nobody-may-see";
        await using var app = await RunningApp.StartAsync(Baloan, NewStorage());
        using var api = app.NewClient();

        (await api.PostTextAsync(Route, $$"""{"uuid":"{{Content}}","state":" "}""")).ShouldBeProblem(
            400,
            "invalid_request",
            "uuid",
            "state"
        );
        (await api.PostTextAsync(Route, $"<a>{Content}</a>", "text/xml")).ShouldBeProblem(415, "unsupported_media_type");
        (await api.PostTextAsync(Route, $"{{{Content}")).ShouldBeProblem(400, "invalid_request");
        (await api.PostTextAsync(Route, $"a={Content}", "application/x-www-form-urlencoded")).ShouldBeProblem(
            415,
            "unsupported_media_type"
        );
        (await api.PostAsync(Route, new JsonObject { ["uuid"] = Guid.NewGuid().ToString(), ["state"] = "created" })).Status.ShouldBe(200);

        var lines = app.App.LogLines.Where(line => line.Contains("callback was refused", StringComparison.Ordinal)).ToList();
        lines.Count.ShouldBe(4);
        lines.ShouldContain(line =>
            line.Contains("400", StringComparison.Ordinal)
            && line.Contains("uuid: Must be a UUID", StringComparison.Ordinal)
            && line.Contains("state: ", StringComparison.Ordinal)
        );
        lines.ShouldContain(line => line.Contains("415", StringComparison.Ordinal));
        app.App.LogLines.ShouldNotContain(line => line.Contains(Content, StringComparison.Ordinal));
        await Until.TrueAsync(async () => Sum((await api.GetAsync("api/stats?hours=2")).Json, "refused_callbacks") == 4);
        Sum((await api.GetAsync("api/stats?hours=2")).Json, "callbacks").ShouldBe(1);

        static int Sum(JsonObject stats, string column) => stats["hours"]!.AsArray().Sum(hour => hour![column]!.GetValue<int>());
    }
}
