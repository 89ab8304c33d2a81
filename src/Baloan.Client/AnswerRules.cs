using System.Net;
using System.Text.Json;

namespace Baloan.Client;

/// <summary>What an answer proves.</summary>
internal enum Verdict
{
    /// <summary>It took effect, or the read answered.</summary>
    Yes,

    /// <summary>Baloan says no: nothing took effect.</summary>
    Refused,

    /// <summary>A read of something that Baloan does not know.</summary>
    NotFound,

    /// <summary>The access token is not taken: nothing took effect.</summary>
    Unauthorized,

    /// <summary>Too many calls: nothing took effect.</summary>
    Throttled,

    /// <summary>A call that changes nothing met maintenance.</summary>
    Unavailable,

    /// <summary>Neither: a call that acts may have taken effect.</summary>
    Unknown,
}

/// <summary>What an answer proves, and for <see cref="Client.Verdict.Unknown"/> a sentence that says why.</summary>
internal readonly record struct Judgement(Verdict Verdict, string? Why = null);

/// <summary>
/// What the answers to a call prove. Proxies, caches and firewalls stand in front of Baloan and answer in its place, before or after
/// they handed a request on. A call that changes nothing takes them at their word. A call that acts takes for an answer only what
/// Baloan's documents know:
/// <list type="bullet">
/// <item>Yes: 200 (and what else <see cref="Operation.Successes"/> names) with what the operation answers, and nothing in it that
/// contradicts it.</item>
/// <item>No: 400 with JSON in one of the shapes that Baloan's framework writes, or with a documented code.</item>
/// <item>Not let in, too many calls: 401 and 429 with JSON as the framework writes these two.</item>
/// </list>
/// All else is unknown: any other status (503 too, which some fronts answer after they have handed the request on), a page of HTML,
/// nothing, another word than <c>ok</c>.
/// </summary>
internal static class AnswerRules
{
    private const string Ok = "ok";
    private const string CannotBeRead = "Baloan's answer could not be read.";
    private const string NeitherYesNorNo = "Baloan's answer says neither yes nor no.";

    // A field that comes twice says two things.
    private static readonly JsonDocumentOptions EachFieldOnce = new() { AllowDuplicateProperties = false };

    /// <summary>Judges an answer.</summary>
    /// <param name="operation">What was asked for.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="body">The body, whole.</param>
    /// <param name="read">Reads what a yes carries; false where something that is needed is not there.</param>
    public static Judgement Judge(Operation operation, HttpStatusCode status, string body, Func<JsonElement, bool> read)
    {
        try
        {
            return operation.Acts ? OfAct(operation, status, body, read) : OfRead(operation, status, body, read);
        }
        catch (Exception exception) when (JsonReading.IsBadJson(exception))
        {
            return new(Verdict.Unknown, CannotBeRead);
        }
    }

    private static Judgement OfAct(Operation operation, HttpStatusCode status, string body, Func<JsonElement, bool> read)
    {
        if (operation.Successes.Contains(status))
        {
            return OfSuccess(operation, body, read);
        }

        var verdict = status switch
        {
            HttpStatusCode.BadRequest when IsRefusal(Parsed(body), operation) => Verdict.Refused,
            HttpStatusCode.Unauthorized when IsOfFramework(Parsed(body)) => Verdict.Unauthorized,
            HttpStatusCode.TooManyRequests when IsOfFramework(Parsed(body)) => Verdict.Throttled,
            _ => Verdict.Unknown,
        };
        return verdict == Verdict.Unknown ? new(verdict, Describe(status)) : new(verdict);
    }

    private static Judgement OfSuccess(Operation operation, string body, Func<JsonElement, bool> read)
    {
        if (!operation.AnswerDocumented && string.IsNullOrWhiteSpace(body))
        {
            return read(default) ? new(Verdict.Yes) : new(Verdict.Unknown, CannotBeRead);
        }

        var answer = JsonElement.Parse(operation.Enveloped ? body : JsonReading.Repaired(body), EachFieldOnce);
        var enveloped =
            operation.Enveloped || answer.Has("message_code") || (answer.Has("data") && answer.Has("status") && !answer.Has("uuid"));
        if (enveloped)
        {
            if (!IsOk(answer.Text("status")) || !(answer.Has("message_code") || answer.Has("data")) || NamesAnError(answer))
            {
                return new(Verdict.Unknown, NeitherYesNorNo);
            }

            answer = answer.TryGetProperty("data", out var data) ? data : default;
        }
        else if (Contradicts(answer, operation))
        {
            return new(Verdict.Unknown, NeitherYesNorNo);
        }

        return read(answer) ? new(Verdict.Yes) : new(Verdict.Unknown, CannotBeRead);
    }

    private static Judgement OfRead(Operation operation, HttpStatusCode status, string body, Func<JsonElement, bool> read)
    {
        switch (status)
        {
            case HttpStatusCode.NotFound:
                return new(Verdict.NotFound);
            case HttpStatusCode.Unauthorized:
                return new(Verdict.Unauthorized);
            case HttpStatusCode.TooManyRequests:
                return new(Verdict.Throttled);
            case HttpStatusCode.ServiceUnavailable:
                return new(Verdict.Unavailable);
            case < HttpStatusCode.OK
            or (>= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest)
            or HttpStatusCode.RequestTimeout
            or >= HttpStatusCode.InternalServerError:
                return new(Verdict.Unknown, Describe(status));
            case >= HttpStatusCode.BadRequest:
                return new(Verdict.Refused);
        }

        var answer = JsonElement.Parse(operation.Enveloped ? body : JsonReading.Repaired(body));
        if (!operation.Enveloped && ErrorBody.IsRefusal(answer))
        {
            return new(Verdict.Refused);
        }

        if (operation.Enveloped || answer.IsEnvelope())
        {
            if (answer.Text("status") is not { } word || word.Contains('\ufffd'))
            {
                return new(Verdict.Unknown, NeitherYesNorNo);
            }

            if (operation.Enveloped || answer.Has("message_code") ? !IsOk(word) : ErrorBody.IsNo(word))
            {
                return new(Verdict.Refused);
            }

            answer = answer.TryGetProperty("data", out var data) ? data : default;
        }

        return read(answer) ? new(Verdict.Yes) : new(Verdict.Unknown, CannotBeRead);
    }

    private static JsonElement Parsed(string body) => JsonElement.Parse(JsonReading.Repaired(body), EachFieldOnce);

    private static bool IsOk(string? word) => Ok.Equals(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether an envelope has a <c>message_code</c> that is not the empty one of a yes.</summary>
    private static bool NamesAnError(JsonElement envelope) =>
        envelope.TryGetProperty("message_code", out var code)
        && code.ValueKind != JsonValueKind.Null
        && !(code.ValueKind == JsonValueKind.String && code.GetString() is var text && (string.IsNullOrWhiteSpace(text) || IsOk(text)));

    /// <summary>Whether JSON that came with success, without an envelope, says something else.</summary>
    private static bool Contradicts(JsonElement answer, Operation operation) =>
        ErrorBody.IsRefusal(answer)
        || (answer.Text("status") is { } word && !IsOk(word) && !operation.Words.Contains(word))
        || (operation == Operation.CancelLoan && answer.Text("state") is { } state && !operation.Words.Contains(state))
        || answer.Has("error")
        || answer.Has("errors")
        || (answer.TryField("success", out var success) && success.ValueKind != JsonValueKind.True);

    /// <summary>Whether the body of a 400 is a no of Baloan's.</summary>
    private static bool IsRefusal(JsonElement body, Operation operation) =>
        body.ValueKind switch
        {
            JsonValueKind.String => !string.IsNullOrWhiteSpace(body.GetString()),
            JsonValueKind.Array => IsErrors(body),
            JsonValueKind.Object => IsOfFramework(body)
                || AreFieldErrors(body, operation)
                || LoanErrors.Find(ErrorBody.Read(body, []).Code) is not null,
            _ => false,
        };

    /// <summary>
    /// Whether it is the envelope of a no, or what the framework writes for an exception: <c>{"detail"}</c>, maybe with a code.
    /// </summary>
    private static bool IsOfFramework(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object
        && (
            body.Has("message_code")
                ? body.Text("status") is { } word
                    ? !IsOk(word)
                    : NamesAnError(body)
                : body.TryField("detail", out var detail)
                    && (detail.ValueKind == JsonValueKind.Object ? IsError(detail) : IsText(detail) || IsErrors(detail))
                    && body.EnumerateObject().All(field => field.Name is "detail" or "code" or "messages")
        );

    /// <summary>Whether it is errors by field: lists, as the framework makes them, or a text for a field that was sent.</summary>
    private static bool AreFieldErrors(JsonElement body, Operation operation)
    {
        var fields = body.EnumerateObject().Where(field => field is not { Name: "code", Value.ValueKind: JsonValueKind.String }).ToList();
        return fields.Count > 0
            && fields.TrueForAll(field =>
                field.Name is not ("error" or "errors" or "message" or "messages")
                && (IsErrors(field.Value) || (IsText(field.Value) && operation.Fields.Contains(field.Name)))
            );
    }

    /// <summary>A list of texts or errors, not empty; or, for what is nested, an object of such lists.</summary>
    private static bool IsErrors(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Array => value.GetArrayLength() > 0
                && value
                    .EnumerateArray()
                    .All(item => IsText(item) || (item.ValueKind == JsonValueKind.Object && (IsError(item) || IsErrors(item)))),
            JsonValueKind.Object => value.GetPropertyCount() > 0 && value.EnumerateObject().All(field => IsErrors(field.Value)),
            _ => false,
        };

    /// <summary>One error with its details.</summary>
    private static bool IsError(JsonElement value) => value.Text("message") is not null && value.Text("code") is not null;

    private static bool IsText(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && !string.IsNullOrWhiteSpace(value.GetString());

    private static string Describe(HttpStatusCode status) =>
        (int)status switch
        {
            >= 300 and < 400 =>
                $"Baloan answered with a redirect ({(int)status}). Redirects are not followed: check the base address, its scheme and "
                    + $"host.",
            _ => $"Baloan answered with status {(int)status}.",
        };
}
