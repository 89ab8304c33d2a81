using System.Text.Json.Nodes;
using Baloan.Functions.Tests.Fixtures;

namespace Baloan.Functions.Tests.Subscriptions;

public sealed class SubscriptionRoutesTests(StorageAccounts storage) : ApiTests(storage)
{
    private const string Route = "api/subscriptions";

    [Fact]
    public async Task From_subscribing_to_the_end_of_a_settlement_to_unsubscribing()
    {
        await using var receiver = await Receiver.StartAsync();
        var subscription = new JsonObject { ["callback_url"] = receiver.CallbackUrl, ["events"] = new JsonArray("settlement") };
        using var withoutHeader = Apps.Second.NewClient(key: null);

        (await withoutHeader.PostAsync(Route, subscription)).Status.ShouldBe(401);
        var made = await withoutHeader.PostAsync($"{Route}?code={RunningApps.FunctionKey}", subscription);
        made.Status.ShouldBe(201, made.Text);
        made.Json.Select(field => field.Key).ShouldBe(["id"]);
        made.Text.ShouldNotContain(receiver.Signature);
        var id = made.Field("id");
        made.Location.ShouldBe(new Uri(Apps.Second.App.BaseAddress, $"{Route}/{id}?code={RunningApps.FunctionKey}"));
        (await Api.PostAsync(Route, subscription)).Field("id").ShouldBe(id, "Logic Apps subscribes again after a lost answer");

        receiver.AnswerWith(500);
        var form = await Api.AcceptedAsync(new SettlementForm());
        var settled = await Api.EndedAsync(form.Code);
        // A sweep that meets a settlement as it ends announces it once more, under the same id.
        await Until.TrueAsync(() => Of(receiver, form).Count > 0);
        receiver.AnswerWith(204);
        var refused = Of(receiver, form).Count;
        await Until.TrueAsync(() => Of(receiver, form).Count > refused);

        var deliveries = Of(receiver, form);
        deliveries.Select(delivery => delivery.EventId).Distinct().ShouldHaveSingleItem();
        deliveries[^1].Json["type"]!.GetValue<string>().ShouldBe("settlement");
        JsonNode.DeepEquals(deliveries[^1].Json["data"], settled.Json).ShouldBeTrue($"{deliveries[^1].Body} {settled.Text}");

        // As Logic Apps does it: by the Location as it stands.
        for (var times = 0; times < 2; times++)
        {
            var ended = await withoutHeader.SendAsync(new HttpRequestMessage(HttpMethod.Delete, made.Location));
            ended.Status.ShouldBe(204, ended.Text);
            ended.Text.ShouldBeEmpty();
        }

        Apps.Second.App.LogLines.Where(line =>
                line.Contains(receiver.Signature, StringComparison.Ordinal) || line.Contains("/workflows/run", StringComparison.Ordinal)
            )
            .ShouldBeEmpty();
        Apps.Second.App.LogLines.ShouldContain(line => line.Contains(id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_who_has_a_key_ends_a_subscription()
    {
        using var stranger = Apps.Second.NewClient(key: null);

        (await stranger.SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"{Route}/x"))).Status.ShouldBe(401);
        (await stranger.PostAsync($"{Route}/unsubscribe", new JsonObject { ["callback_url"] = "http://localhost/x" })).Status.ShouldBe(401);
    }

    [Fact]
    public async Task All_subscriptions_of_a_callback_URL_end_by_the_URL()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var other = await Receiver.StartAsync();
        JsonObject To(Receiver one, string type) => new() { ["callback_url"] = one.CallbackUrl, ["events"] = new JsonArray(type) };
        var url = new JsonObject { ["callback_url"] = receiver.CallbackUrl };
        (await Api.PostAsync(Route, To(receiver, "settlement"))).Status.ShouldBe(201);
        (await Api.PostAsync(Route, To(receiver, "loan_state"))).Status.ShouldBe(201);
        (await Api.PostAsync(Route, To(other, "settlement"))).Status.ShouldBe(201);

        for (var times = 0; times < 2; times++)
        {
            var ended = await Api.PostAsync($"{Route}/unsubscribe", url.DeepClone());
            ended.Status.ShouldBe(204, ended.Text);
        }

        (await Api.PostAsync($"{Route}/unsubscribe", new JsonObject())).Status.ShouldBe(400);
        var form = await Api.AcceptedAsync(new SettlementForm());
        await Api.EndedAsync(form.Code);
        await Until.TrueAsync(() => Of(other, form).Count > 0);
        Of(receiver, form).ShouldBeEmpty();
        await Api.PostAsync($"{Route}/unsubscribe", new JsonObject { ["callback_url"] = other.CallbackUrl });
    }

    [Theory]
    [InlineData("x")]
    [InlineData("%2F..%2F")]
    [InlineData("a'%20or%20true")]
    [InlineData("!")]
    [InlineData("سلام")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    public async Task What_was_never_subscribed_is_gone_already(string id) =>
        (await Api.SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"{Route}/{id}"))).Status.ShouldBe(204);

    [Theory]
    [InlineData("{}", "callback_url")]
    [InlineData("""{"callback_url":null}""", "callback_url")]
    [InlineData("""{"callback_url":""}""", "callback_url")]
    [InlineData("""{"callback_url":7}""", "callback_url")]
    [InlineData("""{"callback_url":"\ud800"}""", "callback_url")]
    [InlineData("""{"callback_url":"http://x.logic.azure.com/"}""", "callback_url")]
    [InlineData("""{"callback_url":"https://evil.com/"}""", "callback_url")]
    [InlineData("""{"callback_url":"https://10.0.0.1/","events":"settlement","states":{}}""", "callback_url", "events", "states")]
    [InlineData("""{"callback_url":"https://x.logic.azure.com/","events":["loans"],"states":["done"]}""", "events", "states")]
    [InlineData("""{"callback_url":"https://x.logic.azure.com/","events":["settlement",null]}""", "events")]
    [InlineData("""{"callback_url":"https://x.logic.azure.com/","events":["\ud800"],"states":["\ud800"]}""", "events", "states")]
    [InlineData("""{"callback_url":"https://x.logic.azure.com/","states":["queued"]}""", "states")]
    [InlineData("""{"callback_url":"https://x.logic.azure.com/","events":["settlement"],"states":["loan_paid"]}""", "states")]
    public async Task All_faults_of_a_subscription_are_told_at_once(string body, params string[] fields) =>
        (await Api.PostTextAsync(Route, body)).ShouldBeProblem(400, "invalid_request", fields);

    [Fact]
    public async Task A_refusal_says_what_to_do_in_both_languages_and_repeats_no_URL()
    {
        const string Body = """{"callback_url":"https://evil.example/?sig=s3cret"}""";
        foreach (
            var (language, part) in new[] { ("en", "the setting Subscriptions__AllowedHosts"), ("fa", "تنظیم Subscriptions__AllowedHosts") }
        )
        {
            var refused = await Api.PostAsync(Route, new StringContent(Body, null, "application/json"), language);
            refused.ShouldBeProblem(400, "invalid_request", "callback_url");
            refused.Json["errors"]!["callback_url"]![0]!.GetValue<string>().ShouldContain(part);
            refused.Text.ShouldNotContain("s3cret");
            refused.Text.ShouldNotContain("evil");
        }
    }

    [Fact]
    public async Task A_body_that_is_no_JSON_is_refused()
    {
        (await Api.PostTextAsync(Route, "callback_url=x", "application/x-www-form-urlencoded")).ShouldBeProblem(
            415,
            "unsupported_media_type"
        );
        (await Api.PostTextAsync(Route, "[")).ShouldBeProblem(400, "invalid_request");
    }

    [Fact]
    public async Task The_list_says_where_each_stands_and_never_its_whole_URL()
    {
        await using var receiver = await Receiver.StartAsync();
        var made = await Api.PostAsync(
            Route,
            new JsonObject { ["callback_url"] = receiver.CallbackUrl, ["events"] = new JsonArray("settlement") }
        );
        async Task<JsonObject> ItemAsync() =>
            (await Api.GetAsync(Route)).Json["items"]!
                .AsArray()
                .Single(item => item!["id"]!.GetValue<string>() == made.Field("id"))!
                .AsObject();

        var fresh = await ItemAsync();
        fresh
            .Select(field => field.Key)
            .ShouldBe(["id", "host", "allowed", "events", "states", "signed", "created_at", "last_delivery", "waiting", "failed"]);
        fresh["host"]!.GetValue<string>().ShouldBe("127.0.0.1");
        fresh["events"]!.ToJsonString().ShouldBe("""["settlement"]""");
        fresh["last_delivery"].ShouldBeNull();

        receiver.AnswerWith(503);
        var form = await Api.AcceptedAsync(new SettlementForm());
        await Api.EndedAsync(form.Code);
        JsonObject failing = fresh;
        await Until.TrueAsync(async () =>
            (failing = await ItemAsync())["waiting"]!.GetValue<int>() > 0 && failing["last_delivery"] is not null
        );
        failing["last_delivery"]!["status"]!.GetValue<int>().ShouldBe(503);

        receiver.AnswerWith(204);
        await Until.TrueAsync(async () => (failing = await ItemAsync())["waiting"]!.GetValue<int>() == 0);
        (await Api.GetAsync(Route)).Text.ShouldNotContain(receiver.Signature);
        (await Api.GetAsync(Route)).Text.ShouldNotContain("/workflows");
        (await Api.PostAsync($"{Route}/{made.Field("id")}/redeliver", (HttpContent?)null)).Status.ShouldBe(202);
        await Api.SendAsync(new HttpRequestMessage(HttpMethod.Delete, made.Location));
        (await Api.PostAsync($"{Route}/{made.Field("id")}/redeliver", (HttpContent?)null)).ShouldBeProblem(404, "not_found");
        using var stranger = Apps.Second.NewClient(key: null);
        (await stranger.GetAsync(Route)).Status.ShouldBe(401);
        (await stranger.PostAsync($"{Route}/x/redeliver", (HttpContent?)null)).Status.ShouldBe(401);
    }

    private static List<Delivery> Of(Receiver receiver, SettlementForm form) =>
        [.. receiver.Deliveries.Where(delivery => delivery.Json["data"]!["code"]?.GetValue<string>() == form.Code)];
}
