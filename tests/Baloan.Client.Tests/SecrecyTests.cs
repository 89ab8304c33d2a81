using System.Diagnostics;
using Baloan.Client.Tests.Servers;
using Microsoft.AspNetCore.Http;
using static Baloan.Client.Tests.ClientFixture;
using static Baloan.Client.Tests.Servers.ScriptedBaloan;

namespace Baloan.Client.Tests;

/// <summary>What must not be found in logs, errors and traces; and what must.</summary>
public sealed class SecrecyTests
{
    private const string SignedUrl = "https://s3.example/a.pdf?AWSAccessKeyId=71337362&Signature=bPkVTGsrPutYLgCy&Expires=1730123744";
    private const string Jwt =
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIn0.ztvTy1POnT5UXyEqsTVuDz3O7nsRv81t49rlLTVUnko";

    private const string BirthDate = "1999-02-14";

    // These are masked by their form, wherever they stand.
    private static readonly string[] NeverLogged =
    [
        NationalIdentifier,
        Otp,
        TransactionToken,
        "Signature=",
        "71337362",
        Jwt,
        PhoneNumber,
        "۰۹۱۲۳۴۵۶۷۸۹",
        "\\u06f0\\u06f9",
        "0912 345",
        BirthDate,
        "1377/11/25",
        "1377\\/11",
        "۱۳۷۷/۱۱/۲۵",
    ];

    // These are masked because the call itself sent them.
    private static readonly Dictionary<string, string[]> Sent = new()
    {
        ["settle"] = [NationalIdentifier, TransactionToken, "token-"],
        ["validate_otp"] = [NationalIdentifier, Otp, "token-"],
        ["send_otp"] = [NationalIdentifier, "token-"],
        ["check_credit"] = [NationalIdentifier, "token-"],
        ["merchant_token"] = ["open sesame"],
        ["upload"] = ["token-"],
        ["open_loan"] = [PhoneNumber, "۰۹۱۲۳۴۵۶۷۸۹", "9123456789", NationalIdentifier, BirthDate, "۱۹۹۹-۰۲-۱۴", "token-"],
        ["send_contract_otp"] = ["token-"],
        ["sign_contract"] = [Otp, "۱۱۱۱۱", "token-"],
        ["cancel_loan"] = ["token-"],
        ["loan_policies"] = ["token-"],
        ["get_contract"] = ["token-"],
    };

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(200)]
    public async Task A_body_that_repeats_what_was_sent_gives_nothing_away(int status)
    {
        foreach (var (operation, secrets) in Sent)
        {
            await using var baloan = await StartAsync([
                .. Echoes(
                    status,
                    echo => $$$"""{"status":"error","message":"No: {{{echo}}}","message_code":"no","data":{"otp":["{{{echo}}}"]}}"""
                ),
                .. Echoes(status, echo => $$"""{"detail":"No: {{echo}}"}"""),
                .. Echoes(status, echo => $"\"{echo}\""),
                .. Echoes(
                    status,
                    echo =>
                        $"<html>{echo} {SignedUrl} {Jwt} \\u06f0\\u06f9\\u06f1\\u06f2\\u06f3 0912 345 6789 1377/11/25 1377\\/11\\/25 "
                        + $"۱۳۷۷/۱۱/۲۵</html>"
                ),
            ]);
            using var fixture = new ClientFixture(baloan.Address, options => options with { LongestWait = TimeSpan.Zero });
            using var traces = new KeptTraces();

            var answered = 0;
            while (baloan.Requests.Count < 16)
            {
                var failure = await Record.ExceptionAsync(() => fixture.RunAsync(operation)) as BaloanException;
                if (failure is null)
                {
                    // What the documents do not describe, or hand on as it is, may be anything.
                    operation.ShouldBeOneOf("send_contract_otp", "sign_contract", "cancel_loan", "get_contract");
                    status.ShouldBe(200);
                    answered++;
                    continue;
                }

                var shown =
                    $"{failure} {failure.TextIn(Language.English)} {failure.TextIn(Language.Persian)} "
                    + string.Join(' ', failure.FieldErrors?.Values.SelectMany(text => text) ?? []);
                foreach (var secret in secrets)
                {
                    shown.ShouldNotContain(secret);
                }
            }

            fixture.Logs.Warnings.Count.ShouldBe(baloan.Requests.Count - answered);
            foreach (var secret in secrets.Concat(NeverLogged))
            {
                fixture.Logs.All.ShouldNotContain(secret);
                traces.All.ShouldNotContain(secret);
            }
        }
    }

    [Fact]
    public async Task The_log_keeps_the_form_of_a_body_that_cannot_be_shown()
    {
        await using var baloan = await StartAsync(
            Answer(
                500,
                $"<h1>Server\r\nError (500)</h1>\u202e call {NationalIdentifier} at {SignedUrl} with {Jwt}" + new string('x', 5000),
                "text/html"
            )
        );
        using var fixture = new ClientFixture(baloan.Address);

        await fixture.FailAsync("settle");

        var line = fixture.Logs.Warnings.ShouldHaveSingleItem();
        line.ShouldStartWith(
            "Baloan answered settle with 500, NoAnswer: <h1>Server\\u000d\\u000aError (500)</h1>\\u202e call *** at "
                + "https://s3.example/a.pdf?*** with ***"
        );
        line.Length.ShouldBeLessThan(700);
    }

    [Theory]
    [InlineData("e")]
    [InlineData("rror")]
    [InlineData("Erro")]
    [InlineData("pstrea")]
    public async Task A_caller_cannot_choose_what_disappears_from_the_log(string token)
    {
        await using var baloan = await StartAsync(Answer(500, $"<h1>Upstream Error</h1> the token was {token}", "text/html"));
        using var fixture = new ClientFixture(baloan.Address);

        await Should.ThrowAsync<BaloanException>(() =>
            fixture.V2.SettleAsync(Settlement() with { TransactionToken = token }, Language.English, TestContext.Current.CancellationToken)
        );

        fixture.Logs.Warnings.ShouldHaveSingleItem().ShouldContain("<h1>Upstream Error</h1> the token was");
    }

    [Fact]
    public async Task Each_failed_try_is_logged()
    {
        await using var baloan = await StartAsync(Answer(429, Throttled), Answer(401, """{"detail":"No."}"""), Good());
        using var fixture = new ClientFixture(baloan.Address);

        await fixture.RunAsync("settle");

        fixture.Logs.Warnings.ShouldBe([
            $"Baloan answered settle with 429, Throttled: {Throttled}",
            """Baloan answered settle with 401, Unauthorized: {"detail":"No."}""",
        ]);
    }

    [Fact]
    public async Task A_success_gives_nothing_away_either()
    {
        await using var baloan = await StartAsync(context =>
            context.Request.Path.Value!.EndsWith("/loan-policies", StringComparison.Ordinal)
                ? Answer(200, "[]")(context)
                : Data(
                    $$"""{"user_credit":5,"token":"{{TransactionToken}}","uuid":"{{Loan}}","file":"{{SignedUrl}}","phone_number":"{{PhoneNumber}}"}"""
                )(context)
        );
        using var fixture = new ClientFixture(baloan.Address);
        using var traces = new KeptTraces();

        foreach (var operation in Sent.Keys.Except(["merchant_token"]))
        {
            await fixture.RunAsync(operation);
        }

        foreach (var secret in NeverLogged)
        {
            fixture.Logs.All.ShouldNotContain(secret);
            traces.All.ShouldNotContain(secret);
        }
    }

    // Four times each, for that is how often a call may try.
    private static IEnumerable<Func<HttpContext, Task>> Echoes(int status, Func<string, string> body) =>
        Enumerable.Repeat<Func<HttpContext, Task>>(
            context =>
                Answer(
                    status,
                    body(
                        $"{NationalIdentifier} {Otp} ۱۱۱۱۱ {TransactionToken} {context.Request.Headers.Authorization} open sesame "
                            + $"{PhoneNumber} +989123456789 ۰۹۱۲۳۴۵۶۷۸۹ {BirthDate} ۱۹۹۹-۰۲-۱۴"
                    ),
                    "text/plain"
                )(context),
            4
        );

    /// <summary>Every trace of the process, by name and tag.</summary>
    private sealed class KeptTraces : IDisposable
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> lines = new();
        private readonly ActivityListener listener;

        public KeptTraces()
        {
            listener = new()
            {
                ShouldListenTo = _ => true,
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = activity =>
                    lines.Enqueue(
                        $"{activity.DisplayName} {activity.StatusDescription} {string.Join(' ', activity.TagObjects)} "
                            + $"{string.Join(' ', activity.Events.SelectMany(e => e.Tags))}"
                    ),
            };
            ActivitySource.AddActivityListener(listener);
        }

        public string All => string.Join('\n', lines);

        public void Dispose() => listener.Dispose();
    }
}
