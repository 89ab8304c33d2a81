using System.Collections.Concurrent;
using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests.Chaos;

/// <summary>
/// Does the harm: outages one after the other, and between them small faults of Baloan, of connections and of the subscriber.
/// </summary>
internal sealed class ChaosFaults(
    int seed,
    Azurite storage,
    BaloanServer baloan,
    KeyVaultEmulator vault,
    IReadOnlyList<ChaosApp> apps,
    Subscriber subscriber,
    FrontDoor door
)
{
    // The emulator writes to disk every five seconds: after a while without a write, all is there.
    private static readonly TimeSpan UntilStorageHasWritten = TimeSpan.FromSeconds(8);

    // Weights: the call that moves money has most to lose.
    private static readonly (Operation Operation, int Weight)[] Operations =
    [
        (Operation.Settle, 40),
        (Operation.ValidateOtp, 10),
        (Operation.CheckCredit, 12),
        (Operation.SendOtp, 5),
        (Operation.FileUpload, 10),
        (Operation.OpenLoan, 4),
        (Operation.SendContractOtp, 4),
        (Operation.SignContract, 4),
        (Operation.CancelLoan, 2),
        (Operation.Token, 3),
        (Operation.PartnershipToken, 2),
    ];

    // First what a token call may meet too; the rest looks like wrong credentials there.
    private static readonly Fault[] Answers =
    [
        Fault.Unavailable,
        Fault.UnavailableRetryAfter,
        Fault.UnavailableInJson,
        Fault.BadGateway,
        Fault.GatewayTimeout,
        Fault.ThrottledByFront,
        Fault.ForbiddenByFront,
        Fault.NotFoundByFront,
        Fault.NotFound,
        Fault.Conflict,
        Fault.TooLargeForFront,
        Fault.ClientClosed,
        Fault.Accepted,
        Fault.Pending,
        Fault.NotOk,
        Fault.RefusedWithHtml,
        Fault.RefusedEmpty,
    ];

    private const int AnswersToTokens = 6;

    private readonly ConcurrentDictionary<string, int> done = new();
    private readonly ConcurrentQueue<(string Outage, DateTimeOffset EndedAt)> outages = new();
    private readonly ConcurrentQueue<(DateTimeOffset From, DateTimeOffset To)> lags = new();

    /// <summary>How often each fault was done.</summary>
    public IReadOnlyDictionary<string, int> Done => done;

    /// <summary>When something that was away came back.</summary>
    public IReadOnlyList<(string Outage, DateTimeOffset EndedAt)> Outages => [.. outages];

    /// <summary>Whether credit checks may have told an old credit in a span of time.</summary>
    public bool OldCreditBetween(DateTimeOffset from, DateTimeOffset to) => lags.Any(lag => lag.From <= to && lag.To >= from);

    public void OutageEnded(string outage, DateTimeOffset at) => outages.Enqueue((outage, at));

    /// <summary>Does harm until it is told to stop, and then makes everything well.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var downtimes = new Random(seed + 3);
        foreach (var app in apps)
        {
            app.Downtime = () =>
            {
                lock (downtimes)
                {
                    return TimeSpan.FromSeconds(downtimes.NextDouble() * 4);
                }
            };
        }

        await Task.WhenAll(
            RepeatAsync(4, 11, OutageAsync, new Random(seed + 1), stop),
            RepeatAsync(0.2, 1, SmallAsync, new Random(seed + 2), stop)
        );

        foreach (var fault in baloan.Faults.Waiting)
        {
            Count($"Baloan: {fault.Meaning}", -1);
        }

        baloan.Faults.Clear();
        baloan.Books.CreditLag = TimeSpan.Zero;
        (baloan.Loans.Duplicates, baloan.Loans.Shuffle, baloan.Loans.Misspelling) = (false, false, false);
        subscriber.Answer = () => 200;
        foreach (var app in apps)
        {
            app.Storage.Arm(null);
            app.Downtime = () => TimeSpan.Zero;
        }
    }

    private static async Task RepeatAsync(double from, double to, Func<Random, Task> harm, Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(from + (random.NextDouble() * (to - from))), stop)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!stop.IsCancellationRequested)
            {
                await harm(random);
            }
        }
    }

    private static Task SecondsAsync(Random random, double from, double to) =>
        Task.Delay(TimeSpan.FromSeconds(from + (random.NextDouble() * (to - from))));

    private void Count(string fault, int times = 1) => done.AddOrUpdate(fault, times, (_, before) => before + times);

    private async Task OutageAsync(Random random)
    {
        var app = apps[random.Next(apps.Count)];
        switch (random.Next(100))
        {
            case < 25:
                if (await app.KillAsync())
                {
                    Count("app killed");
                }

                break;
            case < 50:
                var after = random.Next(2) == 0;
                app.Storage.Arm(new(random.Next(1, 15), after, () => KillAtWriteAsync(app, after)));
                break;
            case < 52:
                await KillBothAsync("both apps killed at once");
                break;
            case < 60:
                // Up to twice the time after which others take what it had in hand for lost.
                var still = TimeSpan.FromSeconds(1 + (random.NextDouble() * 2 * ChaosSettings.VerifyAfter.TotalSeconds));
                if (await app.StandStillAsync(still))
                {
                    Count("app stood still (SIGSTOP), up to 25 s");
                    OutageEnded("app", DateTimeOffset.UtcNow);
                }

                break;
            case < 64:
                await KillWhileSendingAsync();
                break;
            case < 68:
                await StorageAwayAsync("storage stopped (SIGTERM)", TimeSpan.Zero, storage.StopAsync, random);
                break;
            case < 73:
                await StorageAwayAsync("storage killed (SIGKILL)", UntilStorageHasWritten, storage.Process.KillAsync, random);
                break;
            case < 81:
                await ServiceAwayAsync(random);
                break;
            case < 90:
                Count("storage frozen (SIGSTOP)");
                storage.Process.Freeze();
                await SecondsAsync(random, 1, 7);
                storage.Process.Thaw();
                OutageEnded("storage", DateTimeOffset.UtcNow);
                break;
            default:
                Count("vault away");
                vault.Available = false;
                if (random.Next(2) == 0)
                {
                    Revoke();
                }

                await SecondsAsync(random, 2, 8);
                vault.Available = true;
                OutageEnded("vault", DateTimeOffset.UtcNow);
                break;
        }
    }

    private async Task KillAtWriteAsync(ChaosApp app, bool after)
    {
        if (await app.KillAsync())
        {
            Count($"app killed {(after ? "after" : "before")} a write to storage");
        }
    }

    private async Task KillBothAsync(string name)
    {
        await Task.WhenAll(apps.Select(app => app.KillAsync()));
        Count(name);
    }

    /// <summary>Ends both apps while Baloan has a settlement in hand: nobody is left who knows whether it was asked for.</summary>
    private async Task KillWhileSendingAsync()
    {
        var slow = new Fault("slow_work", "it happens, and is answered, up to 5 s later") { Delay = ChaosSettings.LongestLateEffect };
        var calls = baloan.Books.Calls(Operation.Settle);
        baloan.Faults.Next(Operation.Settle, slow);
        Count($"Baloan: {slow.Meaning}");
        for (var wait = 0; wait < 50 && baloan.Books.Calls(Operation.Settle) == calls; wait++)
        {
            await Task.Delay(100);
        }

        await KillBothAsync("both apps killed while Baloan held a settlement");
    }

    /// <summary>Takes blobs, queues or tables away from both apps, and from them alone.</summary>
    private async Task ServiceAwayAsync(Random random)
    {
        (string Name, int Port)[] services =
        [
            ("blobs", storage.BlobPort),
            ("queues", storage.QueuePort),
            ("tables", storage.TablePort),
            ("tables", storage.TablePort),
        ];
        var service = services[random.Next(services.Length)];
        foreach (var app in apps)
        {
            app.Storage.TakeAway(service.Port);
        }

        Count($"storage: {service.Name} away, the rest answers");
        await SecondsAsync(random, 2, 12);
        foreach (var app in apps)
        {
            app.Storage.TakeAway(null);
        }

        OutageEnded("storage", DateTimeOffset.UtcNow);
    }

    private async Task StorageAwayAsync(string name, TimeSpan wait, Func<Task> end, Random random)
    {
        Count(name);
        await Task.WhenAll(apps.Select(app => app.Storage.HoldAsync()));
        await Task.Delay(wait);
        await end();
        foreach (var app in apps)
        {
            app.Storage.Release(cut: true);
        }

        await SecondsAsync(random, 0.5, 5);
        await storage.StartAgainAsync();
        OutageEnded("storage", DateTimeOffset.UtcNow);
    }

    private Task SmallAsync(Random random)
    {
        switch (random.Next(100))
        {
            case < 62:
                Strike(random);
                break;
            case < 80:
                var after = random.Next(2) == 0;
                apps[random.Next(apps.Count)]
                    .Storage.Arm(
                        new(
                            random.Next(1, 12),
                            after,
                            () =>
                            {
                                Count($"connection to storage cut {(after ? "after" : "before")} a write");
                                return Task.CompletedTask;
                            }
                        )
                    );
                break;
            case < 84:
                Revoke();
                break;
            case < 90:
                int?[] answers = [null, 500, 503, 429, 404, 302];
                var worst = answers[random.Next(answers.Length)];
                Count($"subscriber: {(worst is null ? "connection cut" : $"{worst}")} for a while");
                var until = DateTimeOffset.UtcNow.AddSeconds(random.Next(1, 4));
                subscriber.Answer = () => DateTimeOffset.UtcNow < until ? worst : 200;
                break;
            case < 92:
                var lag = TimeSpan.FromSeconds(random.NextDouble() * ChaosSettings.LongestCreditLag.TotalSeconds);
                var now = DateTimeOffset.UtcNow;
                var span = TimeSpan.FromSeconds(random.Next(2, 8));
                lags.Enqueue((now, now + span + ChaosSettings.LongestCreditLag));
                Count("Baloan: credit checks tell a credit that is up to 4 s old, for a while");
                baloan.Books.CreditLag = lag;
                _ = Task.Delay(span).ContinueWith(_ => baloan.Books.CreditLag = TimeSpan.Zero, TaskScheduler.Default);
                break;
            case < 94:
                (baloan.Loans.Duplicates, baloan.Loans.Shuffle, baloan.Loans.Misspelling) = (
                    random.Next(2) == 0,
                    random.Next(2) == 0,
                    random.Next(2) == 0
                );
                Count("Baloan: how it calls back changed (twice, shuffled, misspelt)");
                break;
            default:
                if (apps[random.Next(apps.Count)].Up is { } up)
                {
                    door.Open(up);
                }

                break;
        }

        return Task.CompletedTask;
    }

    private void Revoke()
    {
        Count("Baloan: all tokens revoked");
        baloan.RevokeTokens();
    }

    private void Strike(Random random)
    {
        var drawn = random.Next(Operations.Sum(entry => entry.Weight));
        var operation = Operations.First(entry => (drawn -= entry.Weight) < 0).Operation;
        var late = TimeSpan.FromMilliseconds(random.Next(200, (int)ChaosSettings.LongestLateEffect.TotalMilliseconds));
        Fault[] faults =
        [
            Fault.CutBeforeEffect,
            Fault.CutAfterEffect,
            Fault.CutAfterEffect,
            Fault.LateEffect with
            {
                Delay = late,
                Meaning = "connection cut; it happens up to 5 s later",
            },
            Fault.ServerError,
            Fault.ServerErrorAfterEffect,
            Fault.Garbage,
            Fault.GarbageAfterEffect,
            Fault.SlowAnswer with
            {
                Delay = late * 2.5,
                Meaning = "it happens, and is answered up to 12 s later",
            },
            new("slow_work", "it happens, and is answered, up to 5 s later") { Delay = late },
            Fault.ThrottledSeconds,
            Fault.ThrottledSentence,
            Fault.Redirect,
            .. Enumerable.Range(0, 8).Select(_ => ByFront(random, operation, late)),
        ];
        // A token call that is refused means wrong credentials, and those are not tried again for a minute: a setting to mend, no chaos.
        Fault[] refusals = [Fault.Unauthorized, Fault.RefusedWithDetail, Fault.RefusedAfterEffect];
        Fault[] possible = operation is Operation.Token or Operation.PartnershipToken ? faults : [.. faults, .. refusals];
        var fault = possible[random.Next(possible.Length)];
        var times = random.Next(1, 4);
        baloan.Faults.Next(operation, fault, times);
        Count($"Baloan: {fault.Meaning}", times);
    }

    /// <summary>An answer that something in front of Baloan may give, whatever becomes of what was asked for.</summary>
    private static Fault ByFront(Random random, Operation operation, TimeSpan late)
    {
        if (operation == Operation.Settle && random.Next(30) == 0)
        {
            return Fault.SentOnTwice;
        }

        var answer = Answers[random.Next(operation is Operation.Token or Operation.PartnershipToken ? AnswersToTokens : Answers.Length)];
        return random.Next(3) switch
        {
            0 => answer with { Effect = Effect.None },
            1 => answer with { Effect = Effect.Now, Meaning = $"{What(answer)}, though it happened" },
            _ => answer with { Effect = Effect.Late, Delay = late, Meaning = $"{What(answer)}, and it happens up to 5 s later" },
        };
    }

    private static string What(Fault answer) => answer.Meaning.Split(';')[0];
}
