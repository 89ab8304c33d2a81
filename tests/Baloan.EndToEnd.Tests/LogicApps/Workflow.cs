using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Baloan.EndToEnd.Tests.LogicApps;

/// <summary>
/// Plays the HTTP side of a workflow in <c>infra/logic-apps</c> as its JSON says: what Logic Apps would send is read there and nowhere
/// else.
/// </summary>
internal sealed class Workflow : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
    private readonly JsonObject definition;
    private readonly JsonObject parameters;

    /// <param name="name">Name of the file, without its ending.</param>
    /// <param name="parameters">A value for each parameter that the workflow declares, and for nothing else.</param>
    public Workflow(string name, JsonObject parameters)
    {
        definition = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "logic-apps", $"{name}.json")))!.AsObject();
        definition["parameters"]!
            .AsObject()
            .Select(parameter => parameter.Key)
            .ShouldBe(parameters.Select(parameter => parameter.Key), ignoreOrder: true);
        this.parameters = parameters;
    }

    /// <summary>
    /// Whether a Location is asked with the headers of the first request. Microsoft's documents do not say whether Logic Apps does.
    /// </summary>
    public bool SendsHeadersAgain { get; init; }

    /// <summary>What <c>utcNow()</c> is.</summary>
    public DateTimeOffset Now { get; init; } = DateTimeOffset.UtcNow;

    private JsonObject Trigger => definition["triggers"]!.AsObject().ShouldHaveSingleItem().Value!.AsObject();

    /// <summary>Subscribes or unsubscribes, as the workflow's HTTP Webhook trigger does.</summary>
    /// <param name="request"><c>subscribe</c> or <c>unsubscribe</c>.</param>
    /// <param name="callbackUrl">What <c>listCallbackUrl()</c> is.</param>
    /// <returns>The status of the answer.</returns>
    public async Task<int> CallAsync(string request, string callbackUrl)
    {
        ((string?)Trigger["type"]).ShouldBe("HttpWebhook");
        var expressions = new Expressions((name, arguments) => name == "listCallbackUrl" ? callbackUrl : Call(name, arguments, null, null));
        return (int)(await SendAsync(expressions.Evaluate(Trigger["inputs"]![request])!.AsObject(), [])).ShouldNotBeNull()["statusCode"]!;
    }

    /// <summary>Runs the workflow once.</summary>
    /// <param name="body">What came to the trigger.</param>
    public async Task<WorkflowRun> RunAsync(JsonObject body)
    {
        var run = new WorkflowRun();
        var expressions = new Expressions((name, arguments) => Call(name, arguments, body, run));
        run.TrackingId = (string?)expressions.Evaluate(Trigger["correlation"]?["clientTrackingId"]);
        await RunAsync(definition["actions"]!.AsObject(), run, expressions);
        return run;
    }

    public void Dispose() => http.Dispose();

    private JsonNode? Call(string function, IReadOnlyList<JsonNode?> arguments, JsonObject? triggerBody, WorkflowRun? run) =>
        (function, arguments) switch
        {
            ("parameters", [var name]) => parameters[(string)name!].ShouldNotBeNull($"the parameter {name}"),
            ("triggerBody", []) => triggerBody.ShouldNotBeNull(),
            ("outputs", [var action]) => run!.Outputs[(string)action!],
            ("body", [var action]) => run!.Outputs[(string)action!]?["body"],
            ("utcNow", []) => Now.ToString("O", CultureInfo.InvariantCulture),
            ("addMinutes", [var moment, var minutes, var format]) => DateTimeOffset
                .Parse((string)moment!, CultureInfo.InvariantCulture)
                .AddMinutes((int)minutes!)
                .ToString((string)format!, CultureInfo.InvariantCulture),
            ("concat", _) => string.Concat(arguments.Select(Expressions.TextOf)),
            ("replace", [var text, var old, var other]) => ((string)text!).Replace((string)old!, (string)other!, StringComparison.Ordinal),
            ("base64", [var text]) => Convert.ToBase64String(Encoding.UTF8.GetBytes((string)text!)),
            ("decodeUriComponent", [var text]) => Uri.UnescapeDataString((string)text!),
            ("coalesce", _) => arguments.FirstOrDefault(argument => argument is not null),
            ("if", [var condition, var yes, var no]) => (bool)condition! ? yes : no,
            ("empty", [var value]) => Expressions.TextOf(value).Length == 0,
            ("string", [var value]) => Expressions.TextOf(value),
            ("encodeUriComponent", [var value]) => Uri.EscapeDataString((string)value!),
            _ => throw new NotSupportedException($"{function} with {arguments.Count} arguments is not played here."),
        };

    /// <summary>Runs the actions of a scope, each when those that it runs after have ended as it asks.</summary>
    /// <returns>How the scope ended.</returns>
    private async Task<string> RunAsync(JsonObject actions, WorkflowRun run, Expressions expressions)
    {
        var waiting = actions.Select(action => (Name: action.Key, Action: action.Value!.AsObject())).ToList();
        while (waiting.Count > 0)
        {
            var next = waiting.FirstOrDefault(one =>
                one.Action["runAfter"]!.AsObject().All(before => run.Statuses.ContainsKey(before.Key))
            );
            next.Name.ShouldNotBeNull($"nothing can run any more of {string.Join(", ", waiting.Select(one => one.Name))}");
            waiting.Remove(next);
            if (
                next.Action["runAfter"]!
                    .AsObject()
                    .All(before => before.Value!.AsArray().Any(status => (string)status! == run.Statuses[before.Key]))
            )
            {
                run.Statuses[next.Name] = await RunAsync(next.Name, next.Action, run, expressions);
            }
            else
            {
                Skip(next.Name, next.Action, run);
            }
        }

        return actions.Any(action => run.Statuses[action.Key] == "Failed") ? "Failed" : "Succeeded";
    }

    private async Task<string> RunAsync(string name, JsonObject action, WorkflowRun run, Expressions expressions)
    {
        run.Outputs[name] = null;
        switch ((string?)action["type"])
        {
            case "Compose":
                run.Outputs[name] = expressions.Evaluate(action["inputs"]);
                return "Succeeded";
            case "Response":
                run.Answer.ShouldBeNull("one answer is enough");
                run.Answer = expressions.Evaluate(action["inputs"])!.AsObject();
                return "Succeeded";
            case "ApiConnection":
                // What a connector of Microsoft's would be told.
                run.Connector[name] = expressions.Evaluate(action["inputs"])!.AsObject();
                return "Succeeded";
            case "Http":
                var outputs = await SendAsync(expressions.Evaluate(action["inputs"])!.AsObject(), run.Polls);
                run.Outputs[name] = outputs;
                return (int?)outputs?["statusCode"] is >= 200 and < 300 ? "Succeeded" : "Failed";
            case "If":
                var holds = action["expression"]!["and"]!
                    .AsArray()
                    .All(condition =>
                        expressions.Evaluate(condition!["equals"])!.AsArray() is [var one, var other] && JsonNode.DeepEquals(one, other)
                    );
                return await ChooseAsync(holds ? action : action["else"]!.AsObject(), [action, action["else"]!.AsObject()]);
            case "Switch":
                var value = expressions.Evaluate(action["expression"]);
                var cases = action["cases"]!.AsObject().Select(one => one.Value!.AsObject()).ToList();
                var otherwise = action["default"]!.AsObject();
                return await ChooseAsync(cases.Find(one => JsonNode.DeepEquals(one["case"], value)) ?? otherwise, [.. cases, otherwise]);
            case var type:
                throw new NotSupportedException($"{type} is not played here.");
        }

        Task<string> ChooseAsync(JsonObject chosen, IEnumerable<JsonObject> branches)
        {
            foreach (var (inner, skipped) in branches.Where(branch => branch != chosen).SelectMany(branch => branch["actions"]!.AsObject()))
            {
                Skip(inner, skipped!.AsObject(), run);
            }

            return RunAsync(chosen["actions"]!.AsObject(), run, expressions);
        }
    }

    private static void Skip(string name, JsonObject action, WorkflowRun run)
    {
        (run.Statuses[name], run.Outputs[name]) = ("Skipped", null);
        var branches = new[] { action, action["else"], action["default"] }.Concat(
            action["cases"]?.AsObject().Select(one => one.Value) ?? []
        );
        foreach (var (inner, skipped) in branches.SelectMany(branch => branch?["actions"]?.AsObject() ?? []))
        {
            Skip(inner, skipped!.AsObject(), run);
        }
    }

    /// <summary>Sends a request, and asks at its Location, when Retry-After says so, until the answer is not 202 any more.</summary>
    /// <returns>The last answer; null where there was none.</returns>
    private async Task<JsonObject?> SendAsync(JsonObject inputs, List<Uri> polls)
    {
        try
        {
            var queries = string.Join(
                '&',
                (inputs["queries"]?.AsObject() ?? []).Select(query => $"{query.Key}={Uri.EscapeDataString((string)query.Value!)}")
            );
            using var request = new HttpRequestMessage(
                new HttpMethod((string)inputs["method"]!),
                (string)inputs["uri"]! + (queries.Length > 0 ? $"?{queries}" : "")
            );
            request.Content = ContentOf(inputs["body"]);
            foreach (var (header, value) in inputs["headers"]?.AsObject() ?? [])
            {
                if (header == "Content-Type")
                {
                    request.Content.ShouldNotBeNull().Headers.ContentType = MediaTypeHeaderValue.Parse((string)value!);
                }
                else
                {
                    request.Headers.Add(header, (string)value!);
                }
            }

            var cancel = TestContext.Current.CancellationToken;
            var response = await http.SendAsync(request, cancel);
            while (response is { StatusCode: System.Net.HttpStatusCode.Accepted, Headers.Location: { } location })
            {
                location.IsAbsoluteUri.ShouldBeTrue();
                var wait = response.Headers.RetryAfter.ShouldNotBeNull().Delta.ShouldNotBeNull();
                response.Dispose();
                await Task.Delay(wait, cancel);
                polls.Add(location);
                using var poll = new HttpRequestMessage(HttpMethod.Get, location);
                foreach (var (header, values) in request.Headers.Where(_ => SendsHeadersAgain))
                {
                    poll.Headers.Add(header, values);
                }

                response = await http.SendAsync(poll, cancel);
            }

            using (response)
            {
                var text = await response.Content.ReadAsStringAsync(cancel);
                return new()
                {
                    ["statusCode"] = (int)response.StatusCode,
                    ["body"] =
                        response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true
                            ? JsonNode.Parse(text)
                            : text,
                };
            }
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static HttpContent? ContentOf(JsonNode? body)
    {
        switch (body)
        {
            case null:
                return null;
            case JsonObject json when json["$multipart"] is JsonArray parts:
                ((string?)json["$content-type"]).ShouldBe("multipart/form-data");
                var form = new MultipartContent("form-data");
                foreach (var part in parts)
                {
                    var content = ContentOf(part!["body"]).ShouldNotBeNull();
                    foreach (var (header, value) in part["headers"]!.AsObject())
                    {
                        content.Headers.Add(header, (string)value!);
                    }

                    form.Add(content);
                }

                return form;
            case JsonObject json when json["$content"] is { } bytes:
                return new ByteArrayContent(Convert.FromBase64String((string)bytes!))
                {
                    Headers = { ContentType = new((string)json["$content-type"]!) },
                };
            case JsonObject:
                return new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            default:
                return new StringContent((string)body!);
        }
    }
}

/// <summary>What became of a run.</summary>
internal sealed class WorkflowRun
{
    /// <summary>How each action ended, also within others: Succeeded, Failed or Skipped.</summary>
    public Dictionary<string, string> Statuses { get; } = [];

    /// <summary>What each action gave; null where it was skipped or got no answer.</summary>
    public Dictionary<string, JsonNode?> Outputs { get; } = [];

    /// <summary>What each action of a connector was given.</summary>
    public Dictionary<string, JsonObject> Connector { get; } = [];

    /// <summary>The Locations that were asked, one entry each time.</summary>
    public List<Uri> Polls { get; } = [];

    /// <summary>Under which id the run is found in the history; null where Logic Apps makes one.</summary>
    public string? TrackingId { get; set; }

    /// <summary>The inputs of the Response action that ran; null where none did.</summary>
    public JsonObject? Answer { get; set; }

    /// <summary>The body of an answer that an action of this name has to have given, with this status.</summary>
    public JsonObject ShouldAnswer(string action, int status)
    {
        Statuses[action].ShouldBe("Succeeded", Answer?.ToJsonString());
        ((int)Answer.ShouldNotBeNull()["statusCode"]!).ShouldBe(status, Answer.ToJsonString());
        return Answer["body"]!.AsObject();
    }
}
