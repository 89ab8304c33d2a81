using System.Text;
using System.Text.Json.Nodes;
using Baloan.Functions.Tests.Fixtures;

namespace Baloan.Functions.Tests.Callbacks;

/// <summary>Callbacks as Baloan sends them, and as it might.</summary>
public sealed class LoanStateCallbackTests(StorageAccounts storage) : ApiTests(storage)
{
    private const string Route = "api/callbacks/loan-state";
    private const int Limit = 64 * 1024;

    private readonly string uuid = Guid.NewGuid().ToString();

    /// <summary>What stands in the body after the uuid, and the state and the reason that are given back (as JSON).</summary>
    public static TheoryData<string, string, string?> Bodies =>
        new()
        {
            { """, "state": "blocked", "reason": "چک برگشتی"}""", "blocked", "چک برگشتی" },
            { """, "state": "blocked", "reason": null}""", "blocked", null },
            { """, "state": "blocked", "reason": "  "}""", "blocked", null },
            { """, "state": "blocked", "reason": 17.50}""", "blocked", "17.50" },
            { """, "state": "blocked", "reason": false}""", "blocked", "false" },
            { """, "state": "blocked", "reason": {"code": [1, 2]}}""", "blocked", """{"code": [1, 2]}""" },
            { """, "state": "blocked", "reason": "<script>alert('x')</script>&amp;"}""", "blocked", "<script>alert('x')</script>&amp;" },
            { """, "state": "blocked", "reason": "a\u0000b\u0007\r\n\ttab\u007f"}""", "blocked", "a\0b\a\r\n\ttab\u007f" },
            { """, "state": "blocked", "reason": "\ud83d\ude00 \u200c\u202e"}""", "blocked", "😀 \u200c\u202e" },
            { """, "state": "blocked", "reason": "lone \ud83d end"}""", "blocked", """lone \ud83d end""" },
            { """, "state": "blocked", "reason": "\uffff\ufffe"}""", "blocked", "\uffff\ufffe" },
            { """, "state": "blocked", "reason": "' or 1 eq 1 \\ \" % / # ?"}""", "blocked", "' or 1 eq 1 \\ \" % / # ?" },
            { """, "state": "created", "unknown": {"uuid": "x", "state": [[[]]]}, "amount": 1e400}""", "created", null },
            { """, "state": "created", "\ud800": 1, "\ud800uid": 2}""", "created", null },
            { """, "st\u0061te": "created", "r\u0065ason": "escaped names"}""", "created", "escaped names" },
            { """, "state": "created",}""", "created", null },
            { """, "state": "created" /* said Baloan */}""", "created", null },
            { """, "state": "blocked", "state": "created", "reason": "a", "reason": "b"}""", "created", "b" },
            { """, "State": "blocked", "state": "created", "REASON": "a"}""", "created", null },
            { """, "state": 7}""", "7", null },
            { """, "state": {"slug": "created"}}""", """{"slug": "created"}""", null },
            { """, "state": "\ud800"}""", """\ud800""", null },
            { """, "state": "وضعیت تازه"}""", "وضعیت تازه", null },
            { """, "state": " Canceld "}""", "canceled", null },
        };

    public static TheoryData<string, string[]> Faults =>
        new()
        {
            { "{}", ["uuid", "state"] },
            { """{"uuid":null,"state":null}""", ["uuid", "state"] },
            { """{"uuid":"","state":" \t"}""", ["uuid", "state"] },
            { """{"uuid":"d4c22af9-3676-4c6e-ab72-2a7b5b22afc5"}""", ["state"] },
            { """{"state":"created"}""", ["uuid"] },
            { """{"uuid":"12345","state":"created"}""", ["uuid"] },
            { """{"uuid":"../../etc","state":"created"}""", ["uuid"] },
            { """{"uuid":12,"state":""}""", ["uuid", "state"] },
            { """{"uuid":"\ud800","state":""}""", ["uuid", "state"] },
            { """{"UUID":"d4c22af9-3676-4c6e-ab72-2a7b5b22afc5","STATE":"created"}""", ["uuid", "state"] },
        };

    [Fact]
    public async Task A_callback_is_answered_with_an_empty_object_and_can_be_read()
    {
        var start = DateTimeOffset.UtcNow;

        var answer = await SendAsync($$"""{"uuid":"{{uuid}}","state":"created"}""");
        await SendAsync($$"""{"uuid":"{{uuid.ToUpperInvariant()}}","state":"blocked","reason":"چک"}""");
        await SendAsync($$"""{"uuid":" {{uuid}} ","state":"created","reason":"again"}""");

        (answer.Status, answer.ContentType, answer.Text).ShouldBe((200, "application/json", "{}"));
        var loan = await Api.GetAsync($"api/loans/{uuid}");
        loan.Status.ShouldBe(200, loan.Text);
        loan.Json.Select(field => field.Key)
            .ShouldBe([
                "uuid",
                "state",
                "reason",
                "amount",
                "loan_due",
                "store",
                "plan_detail",
                "opened_at",
                "updated_at",
                "history",
                "history_continuation",
            ]);
        (loan.Field("uuid"), loan.Field("state"), loan.Field("reason")).ShouldBe((uuid, "created", "again"));
        loan.Json["amount"].ShouldBeNull();
        loan.Json["opened_at"].ShouldBeNull();
        var history = loan.Json["history"]!.AsArray();
        history
            .Select(entry => $"{entry!["state"]} {entry["reason"]} {entry["note"]}")
            .ShouldBe(["created  ", "blocked چک ", "created again "]);
        history.Select(entry => entry!["received_at"]!.GetValue<DateTimeOffset>()).ShouldBeInOrder();
        history[0]!["received_at"]!.GetValue<DateTimeOffset>().ShouldBeInRange(start.AddSeconds(-1), DateTimeOffset.UtcNow);
        loan.Json["updated_at"]!.ToJsonString().ShouldBe(history[2]!["received_at"]!.ToJsonString());
        loan.Text.ShouldContain("چک");
        loan.Json["updated_at"]!.GetValue<string>().ShouldEndWith("Z");
        var list = await Api.GetAsync("api/loans?state=created&top=100");
        var listed = list.Json["items"]!.AsArray().Single(item => item!["uuid"]!.GetValue<string>() == uuid)!.AsObject();
        listed.ContainsKey("history").ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Whatever_a_callback_holds_is_kept_and_given_back(string rest, string state, string? reason)
    {
        var body = $$"""{"uuid": "{{uuid}}"{{rest}}""";

        var answer = await SendAsync(body);

        (answer.Status, answer.Text).ShouldBe((200, "{}"));
        (await SendAsync(body)).Status.ShouldBe(200);
        var loan = await Api.GetAsync($"api/loans/{uuid}");
        var entry = loan.Json["history"]!.AsArray().ShouldHaveSingleItem()!;
        (entry["state"]!.GetValue<string>(), entry["reason"]?.GetValue<string>()).ShouldBe((state, reason));
        loan.Text.ShouldNotContain("<script");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=windows-1256")]
    [InlineData("application/vnd.baloan+json")]
    [InlineData("nonsense;;")]
    public async Task JSON_is_taken_under_any_content_type(string? contentType) =>
        (await SendAsync($$"""{"uuid":"{{uuid}}","state":"created"}""", contentType)).Status.ShouldBe(200);

    [Fact]
    public async Task Bytes_that_are_no_text_are_kept_too()
    {
        byte[] invalid =
        [
            .. Encoding.UTF8.GetBytes($$"""{"uuid":"{{uuid}}","state":"blocked","reason":"a"""),
            0xC3,
            0x28,
            0xFF,
            .. "b\"}"u8,
        ];
        (await SendAsync(invalid)).Status.ShouldBe(200);
        byte[] marked = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes($$"""{"uuid":"{{uuid}}","state":"created"}""")];
        (await SendAsync(marked)).Status.ShouldBe(200);

        var loan = await Api.GetAsync($"api/loans/{uuid}");
        loan.Field("state").ShouldBe("created");
        loan.Json["history"]![0]!["reason"]!.GetValue<string>().ShouldStartWith("a");
    }

    [Fact]
    public async Task A_body_that_is_deep_is_kept()
    {
        const int Depth = 500;
        var answer = await SendAsync(
            $$"""{"uuid":"{{uuid}}","state":"created","more":{{new string('[', Depth)}}{{new string(']', Depth)}}}"""
        );

        answer.Status.ShouldBe(200, answer.Text);
    }

    [Theory]
    [InlineData("x", 60_000)]
    [InlineData("ی", 30_000)]
    [InlineData("ی", 29_998)]
    [InlineData("😀", 15_001)]
    [InlineData("\\ud83d\\ude00", 5_000)]
    [InlineData("\\u0000", 10_000)]
    public async Task Long_reasons_are_kept_and_cut_between_characters(string character, int count)
    {
        (
            await SendAsync($$"""{"uuid":"{{uuid}}","state":"blocked","reason":"{{string.Concat(Enumerable.Repeat(character, count))}}"}""")
        ).Status.ShouldBe(200);

        var loan = await Api.GetAsync($"api/loans/{uuid}");
        loan.Field("state").ShouldBe("blocked");
        var reason = loan.Field("reason");
        reason.Length.ShouldBeInRange(10_000, 30_001);
        var plain = character switch
        {
            "\\u0000" => "\0",
            "\\ud83d\\ude00" => "😀",
            _ => character,
        };
        reason.TrimEnd('…').Replace(plain, "", StringComparison.Ordinal).ShouldBeEmpty();
        loan.Json["history"]![0]!["reason"]!.GetValue<string>().ShouldBe(reason);
    }

    [Fact]
    public async Task A_long_state_is_kept()
    {
        (await SendAsync($$"""{"uuid":"{{uuid}}","state":"{{new string('s', 60_000)}}"}""")).Status.ShouldBe(200);

        (await Api.GetAsync($"api/loans/{uuid}")).Json["history"]![0]!["state"]!.GetValue<string>().Length.ShouldBe(1001);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_of_64_KB_is_taken_and_one_byte_more_is_413(bool chunked)
    {
        var start = $"{{\"uuid\":\"{uuid}\",\"state\":\"created\",\"more\":\"";
        byte[] Body(int size) => [.. Encoding.UTF8.GetBytes(start), .. Enumerable.Repeat((byte)'x', size - start.Length - 2), .. "\"}"u8];

        (await SendAsync(Body(Limit + 1), chunked: chunked)).ShouldBeProblem(413, "request_too_large");
        (await Api.GetAsync($"api/loans/{uuid}")).ShouldBeProblem(404, "not_found");
        (await SendAsync(Body(Limit), chunked: chunked)).Status.ShouldBe(200);
        (await Api.GetAsync($"api/loans/{uuid}")).Status.ShouldBe(200);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_has_no_uuid_or_no_state_is_refused_in_both_languages(string body, string[] fields)
    {
        foreach (var (language, sentence) in new[] { ("en", "The request has faults"), ("fa", "درخواست ایراد دارد") })
        {
            (await SendAsync(body, language: language))
                .ShouldBeProblem(400, "invalid_request", fields)
                .Field("detail")
                .ShouldStartWith(sentence);
        }
    }

    [Theory]
    [InlineData("", "application/json", 400, "invalid_request")]
    [InlineData("{", "application/json", 400, "invalid_request")]
    [InlineData("""{"uuid":"d4c22af9-3676-4c6e-ab72-2a7b5b22afc5","state":"created"}{}""", "application/json", 400, "invalid_request")]
    [InlineData("""[{"uuid":"d4c22af9-3676-4c6e-ab72-2a7b5b22afc5","state":"created"}]""", "application/json", 400, "invalid_request")]
    [InlineData("\"created\"", "application/json", 400, "invalid_request")]
    [InlineData("null", "application/json", 400, "invalid_request")]
    [InlineData("id=d4c22af9-3676-4c6e-ab72-2a7b5b22afc5", "application/x-www-form-urlencoded", 415, "unsupported_media_type")]
    [InlineData("<html></html>", "text/html", 415, "unsupported_media_type")]
    [InlineData("", null, 415, "unsupported_media_type")]
    public async Task What_is_no_JSON_object_is_refused(string body, string? contentType, int status, string code)
    {
        (await SendAsync(body, contentType)).ShouldBeProblem(status, code);
        (await SendAsync(body, contentType, "fa")).ShouldBeProblem(status, code).Field("detail").ShouldContain("بدنه");
    }

    [Fact]
    public async Task The_key_is_asked_for_and_may_come_in_the_address()
    {
        using var stranger = Apps.Second.NewClient(key: null);
        var body = new JsonObject { ["uuid"] = uuid, ["state"] = "created" };

        (await stranger.PostAsync(Route, body)).Status.ShouldBe(401);
        (await Api.GetAsync($"api/loans/{uuid}")).ShouldBeProblem(404, "not_found");
        (await stranger.PostAsync($"{Route}?code={RunningApps.FunctionKey}", body)).Status.ShouldBe(200);
        (await Api.GetAsync($"api/loans/{uuid}")).Status.ShouldBe(200);
    }

    private Task<ApiAnswer> SendAsync(string body, string? contentType = "application/json", string? language = null) =>
        SendAsync(Encoding.UTF8.GetBytes(body), contentType, language);

    private Task<ApiAnswer> SendAsync(byte[] body, string? contentType = "application/json", string? language = null, bool chunked = false)
    {
        HttpContent content = chunked ? new StreamContent(new OneWay(body)) : new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", contentType is null ? [] : [contentType]);
        return Api.PostAsync(Route, content, language);
    }

    /// <summary>A stream of which nobody knows the length, so that it is sent in chunks.</summary>
    private sealed class OneWay(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
