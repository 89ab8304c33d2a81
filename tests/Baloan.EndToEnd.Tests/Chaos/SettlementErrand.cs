using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests.Chaos;

/// <summary>What somebody was told of a settlement.</summary>
/// <param name="At">When the answer was there.</param>
/// <param name="By">By which call, or an event.</param>
internal sealed record Told(DateTimeOffset At, string By, int Attempts, string Status, bool Inferred, string? KnownBy, long? UserCredit)
{
    public bool Ended => Status is "settled" or "rejected" or "failed" or "needs_review";

    public static Told Of(JsonObject settlement, string by) =>
        new(
            DateTimeOffset.UtcNow,
            by,
            (int)settlement["attempts"]!,
            settlement.Text("status"),
            (bool)settlement["inferred"]!,
            (string?)settlement["known_by"],
            (long?)settlement["user_credit"]
        );
}

/// <summary>A shop settles an invoice: as the README tells it to, it POSTs again where its connection broke.</summary>
internal sealed class SettlementErrand(Order order, Caller caller, ChaosLedger ledger, BaloanServer baloan, Task faultsEnd)
    : Errand(ErrandKind.Settlement, order.Code, caller, ledger)
{
    private const int MostPosts = 12;
    private const int MostAttempts = 3;

    private readonly ConcurrentQueue<Told> told = new();
    private readonly ConcurrentQueue<DateTimeOffset> posts = new();
    private DateTimeOffset attemptAcceptedAt;

    public Order Order => order;

    public IReadOnlyList<Told> AllTold => [.. told];

    /// <summary>When each POST was sent.</summary>
    public IReadOnlyList<DateTimeOffset> Posts => [.. posts];

    public Told? LastTold { get; private set; }

    private string Path => $"api/merchant/settlements/{order.Code}";

    public override async Task RunAsync(CancellationToken cancellationToken)
    {
        var goesAway = Caller.Random.Next(25) == 0;
        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            await SendOtpAsync(cancellationToken);
            if (!await PostAsync(goesAway ? 1 : MostPosts, cancellationToken))
            {
                End = LastTold is { Ended: true } ? LastTold.Status : "given up by the caller";
                return;
            }

            if (!LastTold!.Ended)
            {
                await FollowAsync(cancellationToken);
            }

            if (LastTold.Status == "needs_review")
            {
                await ReviewAsync(cancellationToken);
            }

            if (LastTold.Status == "settled" || Caller.Random.Next(4) == 0)
            {
                break;
            }
        }

        (End, EndedAt) = (LastTold!.Status, DateTimeOffset.UtcNow);
    }

    /// <summary>Notes what was told, and that it does not contradict what was told before.</summary>
    private void Hear(Answer answer, string by)
    {
        var now = Told.Of(answer.Json!, by);
        AcceptedAt ??= now.At;
        if (LastTold is { } before)
        {
            if (now.Attempts < before.Attempts)
            {
                Ledger.Add(this, Wrong.SaidWrong, $"attempt {now.Attempts} was told after attempt {before.Attempts}");
            }
            else if (now.Attempts == before.Attempts && before.Ended && before.Status != "needs_review" && now.Status != before.Status)
            {
                Ledger.Add(this, Wrong.SaidWrong, $"attempt {now.Attempts} was told to be {before.Status}, and then {now.Status}");
            }
        }

        if (LastTold?.Status != now.Status || LastTold.Attempts != now.Attempts)
        {
            Note($"told by {by}: attempt {now.Attempts} {now.Status}{(now.Inferred ? " (inferred)" : "")} {answer.Json!.ErrorCode()}");
            told.Enqueue(now);
        }

        LastTold = now;
    }

    private async Task SendOtpAsync(CancellationToken cancellationToken)
    {
        for (var times = 0; times < MostPosts; times++)
        {
            var answer = await AskAsync(
                HttpMethod.Post,
                "api/merchant/otp",
                () => JsonContent.Create(new JsonObject { ["national_identifier"] = order.Customer }),
                cancellationToken
            );
            if (answer?.Status == 200)
            {
                return;
            }

            await PauseAsync(0.3, 2, cancellationToken);
        }
    }

    private async Task<bool> PostAsync(int times, CancellationToken cancellationToken)
    {
        var attemptBefore = LastTold?.Attempts ?? 0;
        for (; times > 0; times--)
        {
            posts.Enqueue(DateTimeOffset.UtcNow);
            var answer = await AskAsync(HttpMethod.Post, "api/merchant/settlements", Form, cancellationToken);
            if (answer is { Status: 200 or 202 })
            {
                Hear(answer, "POST");
                if (LastTold!.Attempts <= attemptBefore)
                {
                    Ledger.Add(this, Wrong.SaidWrong, $"attempt {attemptBefore} had ended, and a POST made no new one");
                }

                attemptAcceptedAt = DateTimeOffset.UtcNow;
                return true;
            }

            await PauseAsync(0.5, 4, cancellationToken);
        }

        return false;
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        for (var looks = 0; ; looks++)
        {
            await BeforeLookAsync(looks, cancellationToken);
            var answer = await AskAsync(HttpMethod.Get, Path, null, cancellationToken);
            if (answer is { Status: 200 or 202 })
            {
                Hear(answer, "GET");
                if (LastTold!.Ended)
                {
                    if (LastTold.Status != "needs_review")
                    {
                        Ledger.Succeeded(ErrandKind.Settlement, attemptAcceptedAt, DateTimeOffset.UtcNow);
                    }

                    return;
                }
            }
            else if (answer?.Status == 404)
            {
                Ledger.Add(this, Wrong.Lost, "it was accepted, and GET says 404");
            }
        }
    }

    /// <summary>The person who asks Baloan, once it is quiet again.</summary>
    private async Task ReviewAsync(CancellationToken cancellationToken)
    {
        await faultsEnd.WaitAsync(cancellationToken);
        await Task.Delay(ChaosSettings.LongestLateEffect + TimeSpan.FromSeconds(2), cancellationToken);
        while (LastTold!.Status == "needs_review")
        {
            var outcome = baloan.Books.Settlements.Any(moved => moved.Code == order.Code) ? "settled" : "not_settled";
            var answer = await AskAsync(
                HttpMethod.Post,
                $"{Path}/resolve",
                () => JsonContent.Create(new JsonObject { ["outcome"] = outcome, ["note"] = "asked" }),
                cancellationToken
            );
            if (answer?.Status == 200)
            {
                Hear(answer, "resolve");
            }

            await PauseAsync(0.5, 1, cancellationToken);
        }
    }

    private MultipartFormDataContent Form() =>
        new()
        {
            { new StringContent(order.Customer), "national_identifier" },
            { new StringContent(order.Otp!), "otp" },
            { new StringContent(order.Data.ToJsonString()), "data" },
            {
                new ByteArrayContent(order.Invoice) { Headers = { ContentType = new MediaTypeHeaderValue("application/pdf") } },
                "file",
                "invoice.pdf"
            },
        };
}
