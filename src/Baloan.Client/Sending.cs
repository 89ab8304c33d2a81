using System.Globalization;
using System.Net;

namespace Baloan.Client;

/// <summary>One try to send a call.</summary>
/// <param name="At">When the try began (UTC, by this machine's clock).</param>
/// <param name="Answer">
/// What came of it, never a body: <c>yes</c>, <c>refused</c>, <c>throttled</c>, <c>unauthorized</c>, <c>not_connected</c> (nothing of
/// the call was sent) or <c>unknown</c>, then a space and the HTTP status where there was one: <c>refused 400</c>.
/// </param>
public sealed record Sending(DateTimeOffset At, string Answer)
{
    internal static Sending Yes(DateTimeOffset at, HttpStatusCode status) => new(at, Worded("yes", status));

    internal static Sending Failed(DateTimeOffset at, BaloanException failure) =>
        new(
            at,
            Worded(
                failure.Failure switch
                {
                    BaloanFailure.Rejected or BaloanFailure.NotFound => "refused",
                    BaloanFailure.Throttled => "throttled",
                    BaloanFailure.Unauthorized => "unauthorized",
                    BaloanFailure.Unavailable when failure.Status is null => "not_connected",
                    _ => "unknown",
                },
                failure.Status
            )
        );

    private static string Worded(string word, HttpStatusCode? status) =>
        status is { } code ? string.Create(CultureInfo.InvariantCulture, $"{word} {(int)code}") : word;
}
