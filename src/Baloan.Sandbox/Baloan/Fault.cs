using System.Globalization;
using System.Text.Json.Nodes;

namespace Baloan.Sandbox;

/// <summary>When, in a call that goes wrong, the thing that was asked for happens all the same.</summary>
public enum Effect
{
    /// <summary>It does not happen.</summary>
    None,

    /// <summary>It happens at once, before the answer is given or lost.</summary>
    Now,

    /// <summary>It happens <see cref="Fault.Delay"/> after the caller was answered, or left without an answer.</summary>
    Late,

    /// <summary>
    /// Something in front of Baloan sends it on twice, and it happens as often as Baloan lets it: a settlement moves the money twice.
    /// </summary>
    Twice,
}

/// <summary>One way for a call to Baloan to go wrong.</summary>
/// <remarks>
/// The documents name the status codes and leave the bodies open; these are the shapes that Django REST Framework gives. What stands in
/// front of Baloan answers too, in its own words, and before or after it has handed the call on: so each answer can come with each
/// <see cref="Effect"/>.
/// </remarks>
/// <param name="Name">Its name in <c>POST /sandbox/faults</c>.</param>
/// <param name="Meaning">What the caller sees.</param>
public sealed record Fault(string Name, string Meaning)
{
    /// <summary>Whether what was asked for happens, and when.</summary>
    public Effect Effect { get; init; }

    /// <summary>True: the TCP connection is cut and nothing is answered.</summary>
    public bool Cut { get; init; }

    /// <summary>How long the answer (or, when late, the effect) waits.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>What is answered, by the clock and in Persian or English; null for the right answer.</summary>
    internal Func<TimeProvider, bool, Answer>? Answer { get; init; }

    /// <summary>400 with Baloan's envelope.</summary>
    public static Fault Refused { get; } = Refusal("refused", "400, Baloan's envelope", Sandbox.Refusal.Duplicate);

    /// <summary>400 with <c>detail</c> and <c>code</c>.</summary>
    public static Fault RefusedWithDetail { get; } =
        Json(
            "refused_detail",
            "400, {\"detail\", \"code\"}",
            400,
            new() { ["detail"] = "The invoice is not acceptable.", ["code"] = "invoice_not_acceptable" }
        );

    /// <summary>400 with errors by field.</summary>
    public static Fault RefusedWithFieldErrors { get; } =
        Json(
            "refused_fields",
            "400, errors by field",
            400,
            new() { ["national_identifier"] = new JsonArray("Enter a valid national identifier.") }
        );

    /// <summary>400 with <c>non_field_errors</c>.</summary>
    public static Fault RefusedWithNonFieldErrors { get; } =
        Json(
            "refused_non_field_errors",
            "400, non_field_errors",
            400,
            new() { ["non_field_errors"] = new JsonArray("The contract of this store has ended.") }
        );

    /// <summary>400 with a JSON string.</summary>
    public static Fault RefusedWithString { get; } =
        Text("refused_string", "400, a bare JSON string", 400, "application/json", "\"This customer cannot buy here.\"");

    /// <summary>400 with an HTML page.</summary>
    public static Fault RefusedWithHtml { get; } = Html("refused_html", "400, an HTML page", 400, "Bad Request (400)");

    /// <summary>400 without a body.</summary>
    public static Fault RefusedEmpty { get; } = Text("refused_empty", "400, an empty body", 400, null, "");

    /// <summary>400: the customer's credit is too low.</summary>
    public static Fault CreditTooLow { get; } = Refusal("credit_too_low", "400, credit too low", Sandbox.Refusal.CreditTooLow);

    /// <summary>400: the OTP is wrong.</summary>
    public static Fault WrongOtp { get; } = Refusal("wrong_otp", "400, wrong OTP", Sandbox.Refusal.WrongOtp);

    /// <summary>400: the OTP has expired.</summary>
    public static Fault ExpiredOtp { get; } = Refusal("expired_otp", "400, expired OTP", Sandbox.Refusal.ExpiredOtp);

    /// <summary>400: a duplicate, though it happened. Something in front sent it twice, and Baloan refuses its own first yes.</summary>
    public static Fault RefusedAfterEffect { get; } =
        Refused with
        {
            Name = "refused_after",
            Meaning = "400, Baloan's envelope: a duplicate of what has just happened",
            Effect = Effect.Now,
        };

    /// <summary>200 with an envelope whose status is not <c>ok</c>.</summary>
    public static Fault NotOk { get; } =
        new("not_ok", "200, an envelope that says error") { Answer = (_, persian) => Sandbox.Refusal.Duplicate.ToAnswer(200, persian) };

    /// <summary>200 with an envelope that says <c>pending</c>, and nothing happened.</summary>
    public static Fault Pending { get; } = Json("pending", "200, an envelope that says pending", 200, Envelope("pending"));

    /// <summary>200 with an envelope that says <c>pending</c>, though it happened.</summary>
    public static Fault PendingAfterEffect { get; } =
        Pending with
        {
            Name = "pending_after",
            Meaning = "200, an envelope that says pending, though it happened",
            Effect = Effect.Now,
        };

    /// <summary>202 with an envelope that says <c>ok</c>.</summary>
    public static Fault Accepted { get; } = Json("accepted", "202, an envelope that says ok; nothing happened", 202, Envelope("ok"));

    /// <summary>401; the access token of the call is revoked.</summary>
    public static Fault Unauthorized { get; } =
        new("unauthorized", "401, and the access token is revoked") { Answer = (_, _) => Sandbox.Answer.TokenNotValid };

    /// <summary>404 with <c>detail</c>.</summary>
    public static Fault NotFound { get; } = Json("not_found", "404", 404, new() { ["detail"] = "Not found." });

    /// <summary>403 with an HTML page, as a firewall answers.</summary>
    public static Fault ForbiddenByFront { get; } = Html("forbidden_html", "403, an HTML page", 403, "403 Forbidden");

    /// <summary>404 with an HTML page.</summary>
    public static Fault NotFoundByFront { get; } = Html("not_found_html", "404, an HTML page", 404, "404 Not Found");

    /// <summary>409 with an HTML page.</summary>
    public static Fault Conflict { get; } = Html("conflict_html", "409, an HTML page", 409, "409 Conflict");

    /// <summary>413 with an HTML page.</summary>
    public static Fault TooLargeForFront { get; } = Html("too_large_html", "413, an HTML page", 413, "413 Request Entity Too Large");

    /// <summary>429 with an HTML page and <c>Retry-After</c>: it is not Baloan who counts.</summary>
    public static Fault ThrottledByFront { get; } =
        new("throttled_html", "429, an HTML page, Retry-After: 2")
        {
            Answer = (_, _) => Page(429, "429 Too Many Requests") with { RetryAfter = "2" },
        };

    /// <summary>499 with an HTML page: something in front gave up.</summary>
    public static Fault ClientClosed { get; } = Html("client_closed", "499, an HTML page", 499, "499 Client Closed Request");

    /// <summary>502 with an HTML page.</summary>
    public static Fault BadGateway { get; } = Html("bad_gateway", "502, an HTML page; nothing happened", 502, "502 Bad Gateway");

    /// <summary>504 with an HTML page.</summary>
    public static Fault GatewayTimeout { get; } =
        Html("gateway_timeout", "504, an HTML page; nothing happened", 504, "504 Gateway Time-out");

    /// <summary>429 with <c>Retry-After</c> in seconds.</summary>
    public static Fault ThrottledSeconds { get; } = new("throttled_seconds", "429, Retry-After: 2") { Answer = (_, _) => Throttled("2") };

    /// <summary>429 with <c>Retry-After</c> as a date.</summary>
    public static Fault ThrottledDate { get; } =
        new("throttled_date", "429, Retry-After as a date three seconds ahead")
        {
            Answer = (time, _) => Throttled(time.GetUtcNow().AddSeconds(3).ToString("r", CultureInfo.InvariantCulture)),
        };

    /// <summary>429 that says in a sentence alone when to come back.</summary>
    public static Fault ThrottledSentence { get; } =
        new("throttled_sentence", "429, only a sentence says when to come back") { Answer = (_, _) => Throttled(null) };

    /// <summary>503 with an HTML page.</summary>
    public static Fault Unavailable { get; } = Html("unavailable", "503, no Retry-After", 503, "Service Unavailable");

    /// <summary>503 with an HTML page and <c>Retry-After</c>.</summary>
    public static Fault UnavailableRetryAfter { get; } =
        new("unavailable_retry_after", "503, Retry-After: 2")
        {
            Answer = (_, _) => Page(503, "Service Unavailable") with { RetryAfter = "2" },
        };

    /// <summary>503 with <c>detail</c>, as Django REST Framework says it.</summary>
    public static Fault UnavailableInJson { get; } =
        Json("unavailable_json", "503, {\"detail\"}", 503, new() { ["detail"] = "Service temporarily unavailable, try again later." });

    /// <summary>503 with an HTML page, though it happened.</summary>
    public static Fault UnavailableAfterEffect { get; } =
        Unavailable with
        {
            Name = "unavailable_after",
            Meaning = "503, no Retry-After, though it happened",
            Effect = Effect.Now,
        };

    /// <summary>500 with an HTML page, and nothing happened.</summary>
    public static Fault ServerError { get; } = Html("server_error", "500, an HTML page; nothing happened", 500, "Server Error (500)");

    /// <summary>500 with an HTML page, though it happened.</summary>
    public static Fault ServerErrorAfterEffect { get; } =
        ServerError with
        {
            Name = "server_error_after",
            Meaning = "500, an HTML page, though it happened",
            Effect = Effect.Now,
        };

    /// <summary>200 with a body that is no JSON, and nothing happened.</summary>
    public static Fault Garbage { get; } =
        Text("garbage", "200, a body that cannot be read; nothing happened", 200, "application/json", "{\"status\":\"ok\",\"mess");

    /// <summary>200 with a body that is no JSON, though it happened.</summary>
    public static Fault GarbageAfterEffect { get; } =
        Garbage with
        {
            Name = "garbage_after",
            Meaning = "200, a body that cannot be read, though it happened",
            Effect = Effect.Now,
        };

    /// <summary>The connection is cut and nothing happened.</summary>
    public static Fault CutBeforeEffect { get; } = new("cut_before", "connection cut; nothing happened") { Cut = true };

    /// <summary>It happened, and the connection is cut.</summary>
    public static Fault CutAfterEffect { get; } =
        new("cut_after", "connection cut, though it happened") { Cut = true, Effect = Effect.Now };

    /// <summary>It happens at once, and the right answer comes after <see cref="Delay"/> (8 seconds).</summary>
    public static Fault SlowAnswer { get; } =
        new("slow", "right, but answered after 8 seconds") { Effect = Effect.Now, Delay = TimeSpan.FromSeconds(8) };

    /// <summary>The connection is cut, and it happens <see cref="Delay"/> (5 seconds) later.</summary>
    public static Fault LateEffect { get; } =
        new("late", "connection cut; it happens 5 seconds later")
        {
            Cut = true,
            Effect = Effect.Late,
            Delay = TimeSpan.FromSeconds(5),
        };

    /// <summary>Something in front sends it on twice; the second answer is the one that comes.</summary>
    public static Fault SentOnTwice { get; } =
        new("sent_on_twice", "sent on twice by something in front; the second answer comes") { Effect = Effect.Twice };

    /// <summary>302 to the front page.</summary>
    public static Fault Redirect { get; } =
        new("redirect", "302 to another address") { Answer = (_, _) => new(302, null, "") { Location = "/" } };

    /// <summary>The refusals of the loan calls, each named by its code, in the document's order.</summary>
    public static IReadOnlyList<Fault> LoanErrors { get; } =
    [.. LoanRefusals.All.Select(refusal => Refusal(refusal.Code, $"400, {refusal.Code}", LoanRefusals.Sample(refusal)))];

    /// <summary>All faults there are.</summary>
    public static IReadOnlyList<Fault> All { get; } =
    [
        Refused,
        RefusedWithDetail,
        RefusedWithFieldErrors,
        RefusedWithNonFieldErrors,
        RefusedWithString,
        RefusedWithHtml,
        RefusedEmpty,
        RefusedAfterEffect,
        CreditTooLow,
        WrongOtp,
        ExpiredOtp,
        NotOk,
        Pending,
        PendingAfterEffect,
        Accepted,
        Unauthorized,
        ForbiddenByFront,
        NotFound,
        NotFoundByFront,
        Conflict,
        TooLargeForFront,
        ThrottledSeconds,
        ThrottledDate,
        ThrottledSentence,
        ThrottledByFront,
        ClientClosed,
        Unavailable,
        UnavailableRetryAfter,
        UnavailableInJson,
        UnavailableAfterEffect,
        BadGateway,
        GatewayTimeout,
        ServerError,
        ServerErrorAfterEffect,
        Garbage,
        GarbageAfterEffect,
        CutBeforeEffect,
        CutAfterEffect,
        SlowAnswer,
        LateEffect,
        SentOnTwice,
        Redirect,
        .. LoanErrors,
    ];

    /// <summary>A refusal of the loan calls.</summary>
    /// <param name="code">One of the document's seventeen codes, such as <c>duplicate_request</c>.</param>
    public static Fault LoanError(string code) => LoanErrors.Single(fault => fault.Name == code);

    /// <summary>Whether it can come with an effect: what happens later needs an answer, or a cut, before it.</summary>
    public bool CanHave(Effect effect) => effect != Effect.Late || Cut || Answer is not null;

    internal static Answer Page(int status, string title) =>
        new(
            status,
            "text/html; charset=utf-8",
            $"<!doctype html>\n<html lang=\"en\"><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
        );

    private static JsonObject Envelope(string status) =>
        new()
        {
            ["status"] = status,
            ["message"] = "",
            ["message_code"] = "",
            ["data"] = new JsonObject(),
        };

    private static Answer Throttled(string? retryAfter) =>
        Sandbox.Answer.Json(429, new JsonObject { ["detail"] = "Request was throttled. Expected available in 2 seconds." }) with
        {
            RetryAfter = retryAfter,
        };

    private static Fault Refusal(string name, string meaning, Refusal refusal) =>
        new(name, meaning) { Answer = (_, persian) => refusal.ToAnswer(400, persian) };

    private static Fault Json(string name, string meaning, int status, JsonObject body) =>
        new(name, meaning) { Answer = (_, _) => Sandbox.Answer.Json(status, body) };

    private static Fault Text(string name, string meaning, int status, string? contentType, string body) =>
        new(name, meaning) { Answer = (_, _) => new(status, contentType, body) };

    private static Fault Html(string name, string meaning, int status, string title) =>
        new(name, meaning) { Answer = (_, _) => Page(status, title) };
}
