using System.Globalization;
using Baloan.Client;
using Baloan.Core.Settlements;
using Baloan.Model.Tests.World;

namespace Baloan.Model.Tests.Settlements;

/// <summary>
/// One settlement's row, those who carry it on, and a Baloan that is pretended. Each of those is a coroutine that stops wherever an
/// app would wait: another one goes on there, time passes, or it is never heard of again.
/// </summary>
internal sealed class RulesWorld(Random chance, Coverage coverage, Action<string>? tell)
{
    private const long Total = 500_000;
    private const int Steps = 120;
    private const int LongestEnd = 3_000;
    private const int TriesOfACall = 4;

    private static readonly SettlementOptions Options = new(TimeSpan.FromMinutes(5));

    // What Baloan does late is done within VerifyAfter; two readings of the one clock differ by up to a second each.
    private static readonly TimeSpan[] Latenesses =
    [
        TimeSpan.Zero,
        TimeSpan.FromSeconds(3),
        TimeSpan.FromSeconds(60),
        TimeSpan.FromSeconds(295),
    ];
    private static readonly long[] Amounts = [7, 13, -11, 1_009];

    private readonly List<IEnumerator<bool>> actors = [];
    private readonly List<(DateTimeOffset At, int Attempt)> later = [];
    private DateTimeOffset time = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private Settlement row = null!;
    private int version;
    private int ids;
    private long credit = 10_000_000;
    private int moves;
    private bool isConfirmed;
    private bool isDenied;
    private bool isDuplicateRefused;
    private bool isSpent;
    private bool mayHaveTakenEffect;
    private bool isDeceived;
    private bool isOver;

    public void Play()
    {
        Accept();
        for (var step = 0; step < Steps && !isDeceived; step++)
        {
            Step();
        }

        coverage.Count("sequences");
        if (!isDeceived)
        {
            End();
        }

        coverage.Count($"ended {row.Status}, known by {row.KnownBy?.ToString() ?? "nobody"}");
    }

    private static void Require(bool isTrue, string otherwise)
    {
        if (!isTrue)
        {
            throw new ModelException(otherwise);
        }
    }

    private bool OneIn(int times) => chance.Next(times) == 0;

    private void Say(FormattableString text) => tell?.Invoke($"{time:HH:mm:ss}  {text.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>The storage service's clock, as it is known.</summary>
    private DateTimeOffset Now() => time.AddSeconds((chance.NextDouble() * 2) - 1);

    private void Step()
    {
        switch (chance.Next(20))
        {
            case < 10 when actors.Count > 0:
                GoOn(actors[chance.Next(actors.Count)]);
                break;
            case < 13:
                actors.Add(Carry().GetEnumerator());
                break;
            case 13 when actors.Count > 0:
                Say($"one of {actors.Count} dies");
                coverage.Count("deaths");
                actors.RemoveAt(chance.Next(actors.Count));
                break;
            case 14 when OneIn(3):
                var amount = Amounts[chance.Next(Amounts.Length)];
                credit -= amount;
                isSpent = true;
                Say($"others spend {amount}");
                break;
            case 15:
                Decide();
                break;
            case 16 when row.HasEnded && row.Status.AllowsNewAttempt():
                Accept();
                break;
            default:
                Pass(
                    TimeSpan.FromSeconds(
                        chance.Next(6) switch
                        {
                            0 => 1,
                            1 => 4,
                            2 => 20,
                            3 => 110,
                            4 => 302,
                            _ => OneIn(10) ? 90_000 : 2,
                        }
                    )
                );
                break;
        }
    }

    private void End()
    {
        Say($"the faults are over");
        foreach (var actor in actors.ToList())
        {
            while (GoOn(actor)) { }
        }

        for (var steps = 0; !row.HasEnded && !isDeceived; steps++)
        {
            Require(steps < LongestEnd, $"It does not end: {row.Status}.");
            isOver = true;
            Pass(TimeSpan.FromSeconds(30));
            var actor = Carry().GetEnumerator();
            while (actor.MoveNext()) { }
        }

        Pass(Options.VerifyAfter);
        var moved = moves > 0;
        if (!isDeceived)
        {
            Require(
                row.Status == SettlementStatus.NeedsReview || (row.Status == SettlementStatus.Settled) == moved,
                $"It ended as {row.Status}, and the money was{(moved ? "" : " not")} moved."
            );
        }
    }

    private bool GoOn(IEnumerator<bool> actor)
    {
        if (actor.MoveNext())
        {
            return true;
        }

        actors.Remove(actor);
        return false;
    }

    private void Pass(TimeSpan span)
    {
        time += span;
        foreach (var effect in later.Where(effect => effect.At <= time).ToList())
        {
            later.Remove(effect);
            Move(effect.Attempt);
        }
    }

    /// <summary>A caller's POST: the first attempt, or a new one after an end that allows it.</summary>
    private void Accept()
    {
        var before = row;
        row = new Settlement
        {
            PartitionKey = "T-1",
            Code = "T-1",
            Status = SettlementStatus.Queued,
            Total = Total,
            Attempts = (before?.Attempts ?? 0) + 1,
            NationalIdentifier = "0012345678",
            TransactionToken = "token",
            AttemptStartedAt = Now(),
            DueAt = time,
            CreatedAt = time,
            NotAfter = OneIn(10) ? time.AddMinutes(1) : null,
        };
        // What the customer's hold keeps from one settlement to the next.
        if (before is not null && SettlementRules.LastSaidCredit(before) is { } said)
        {
            row = row with { KnownCredit = said.Credit, KnownCreditAt = said.At };
        }

        version++;
        (isConfirmed, isDenied, isDuplicateRefused, isSpent, mayHaveTakenEffect) = (false, false, false, false, false);
        Say($"attempt {row.Attempts} is accepted");
        coverage.Count("attempts");
    }

    private void Move(int attempt)
    {
        credit -= Total;
        Say($"money is moved for attempt {attempt}");
        Require(++moves == 1, "Money was moved twice.");
        if (!IsDeceived())
        {
            Require(attempt == row.Attempts, "Money was moved for an attempt after the next one was let through.");
            Require(
                row.Status is not (SettlementStatus.Failed or SettlementStatus.Rejected),
                $"Money was moved after it was said to have ended as {row.Status}."
            );
        }
    }

    // The one case in which a no is told of what has moved: see the documents, "Where the promises end".
    private bool IsDeceived() => isDuplicateRefused && isSpent;

    private bool TryWrite(Settlement next, int read)
    {
        if (read != version)
        {
            Say($"somebody else was quicker than the writer of {next.Status}");
            return false;
        }

        if (SettlementSendings.Reached(row) && row.CreditBefore is not null && row.Attempts == next.Attempts)
        {
            Require(next.CreditBefore == row.CreditBefore, "The credit from before the first sending was overwritten.");
        }

        Require(
            !row.HasEnded || row.Status == SettlementStatus.NeedsReview || next.Status == SettlementStatus.Settled,
            $"It had ended as {row.Status}, and is {next.Status}."
        );
        (row, version) = (next, version + 1);
        Say($"row: {next.Status} {next.PendingEnd} {next.ErrorCode}, due {next.DueAt:HH:mm:ss}");
        if (next.HasEnded)
        {
            CheckEnd(next);
        }

        return true;
    }

    private void CheckEnd(Settlement ended)
    {
        coverage.Count($"end: {ended.Status} {ended.ErrorCode}");
        Require(ended.NationalIdentifier is null && ended.TransactionToken is null, "It ended and was not wiped.");
        switch (ended.Status)
        {
            case SettlementStatus.Settled:
                Require(moves == 1, $"It is said to be settled (known by {ended.KnownBy}), and was not moved.");
                Require(
                    ended.KnownBy != SettlementKnownBy.Baloan || isConfirmed,
                    "It is said to be settled by Baloan's word, which Baloan did not give."
                );
                break;
            case SettlementStatus.Rejected or SettlementStatus.Failed when IsDeceived():
                if (moves > 0)
                {
                    // What comes after it is as wrong as this is.
                    coverage.Count("a refused duplicate, and others who spent meanwhile");
                    isDeceived = true;
                }

                break;
            case SettlementStatus.Rejected or SettlementStatus.Failed:
                Require(moves == 0 && later.Count == 0, $"It is said to have ended as {ended.Status}, and was moved or still is.");
                Require(ended.Status == SettlementStatus.Failed || isDenied, "It is said to have been refused, which Baloan did not say.");
                break;
            case SettlementStatus.NeedsReview:
                Require(
                    isSpent || time - ended.AttemptStartedAt > TimeSpan.FromDays(1),
                    "It was put before a person, and nothing about it was unclear."
                );
                break;
        }
    }

    /// <summary>A person, who asks Baloan when all is quiet; a caller who withdraws; the sweep.</summary>
    private void Decide()
    {
        var now = Now();
        if (SettlementRules.MayBeResolved(row, now, Options) && actors.Count == 0 && later.Count == 0)
        {
            TryWrite(SettlementRules.Resolve(row, moves > 0, "asked", null, now), version);
        }
        else if (SettlementRules.CanBeWithdrawn(row) && OneIn(10))
        {
            TryWrite(SettlementRules.EndUnsettled(row, SettlementStatus.Failed, SettlementErrors.Withdrawn, null, now, Options), version);
        }
        else if (SettlementRules.HasWaitedTooLong(row, now))
        {
            TryWrite(SettlementRules.EndUnsettled(row, SettlementStatus.Failed, SettlementErrors.NeverSent, null, now, Options), version);
        }
    }

    /// <summary>What the processor does with a message: whenever it comes, and however often.</summary>
    private IEnumerable<bool> Carry()
    {
        var (read, own) = (row, version);
        yield return true;
        var now = Now();
        switch (SettlementRules.NextStep(read, now))
        {
            case SettlementStep.Expire:
                TryWrite(SettlementRules.EndUnsettled(read, SettlementStatus.Failed, SettlementErrors.Expired, null, now, Options), own);
                break;
            case SettlementStep.BeginVerifying:
                TryWrite(SettlementRules.BeginVerifying(read, now, Options), own);
                break;
            case SettlementStep.Verify:
                foreach (var wait in Look(read, own))
                {
                    yield return wait;
                }

                break;
            case SettlementStep.Submit:
                foreach (var wait in Submit(read, own))
                {
                    yield return wait;
                }

                break;
        }
    }

    private IEnumerable<bool> Look(Settlement read, int own)
    {
        var asked = Now();
        var seen = isOver || !OneIn(4) ? credit : (long?)null;
        yield return true;
        TryWrite(SettlementRules.Look(read, seen, asked, Options), own);
    }

    private IEnumerable<bool> Submit(Settlement read, int own)
    {
        var seen = isOver || !OneIn(6) ? credit : (long?)null;
        yield return true;
        var now = Now();
        if (seen is null || SettlementRules.IsStale(read, seen.Value, now, Options))
        {
            TryWrite(SettlementRules.PutOff(read, SettlementErrors.CreditUnclear, null, now, Options, chance.NextDouble()), own);
            yield break;
        }

        if (SettlementRules.HasMovedAlready(read, seen.Value))
        {
            TryWrite(SettlementRules.BeginVerifying(read, now, Options), own);
            yield break;
        }

        if (read.NotAfter <= now)
        {
            TryWrite(SettlementRules.EndUnsettled(read, SettlementStatus.Failed, SettlementErrors.Expired, null, now, Options), own);
            yield break;
        }

        var (began, limit) = (time, SettlementRules.TimeToBegin(read, now, Options));
        yield return true;
        var sending = SettlementRules.BeginSending(read, seen.Value, $"s{ids++}", now, Options);
        if (!TryWrite(sending, own))
        {
            yield break;
        }

        own = version;
        yield return true;
        if (time - began > SettlementOptions.SendingMargin)
        {
            TryWrite(SettlementRules.PutOff(sending, "baloan_unavailable", TimeSpan.Zero, Now(), Options, chance.NextDouble()), own);
            yield break;
        }

        var tries = new List<Sending>();
        SettleAnswer? answer = null;
        while (answer is null)
        {
            yield return true;
            answer = time - began >= limit ? NotTaken(tries, "not_connected") : Send(sending, tries);
        }

        answer = answer with { SendingId = sending.SendingId! };
        var latest = sending;
        while (true)
        {
            yield return true;
            if (SettlementRules.Judge(latest, answer, MerchantApiVersion.V2, Now(), Options, chance.NextDouble()) is not { } next)
            {
                yield break;
            }

            yield return true;
            if (TryWrite(next, own))
            {
                break;
            }

            (latest, own) = (row, version);
        }

        if (row is { Status: SettlementStatus.Verifying, PendingEnd: not null })
        {
            foreach (var wait in Look(row, version))
            {
                yield return wait;
            }
        }
    }

    private SettleAnswer NotTaken(List<Sending> tries, string word)
    {
        tries.Add(new Sending(time, word));
        return new("", SettleVerdict.NotTaken, [.. tries]) { Code = "baloan_unavailable" };
    }

    /// <summary>One try of a call: what comes of it at Baloan, and what is answered.</summary>
    /// <returns>The answer; null where the client tries again by itself.</returns>
    private SettleAnswer? Send(Settlement sending, List<Sending> tries)
    {
        var fate = isOver ? 0 : chance.Next(9);
        if (fate is 1 or 2)
        {
            var word =
                fate == 1 ? "not_connected"
                : OneIn(2) ? "throttled 429"
                : "unauthorized 401";
            var given = NotTaken(tries, word);
            return tries.Count < TriesOfACall && OneIn(2) ? null : given;
        }

        Say($"it is sent");
        coverage.Count("sendings");
        Require(!mayHaveTakenEffect, "It was sent again, and what was sent before may have taken effect.");
        mayHaveTakenEffect = true;
        if (fate == 3)
        {
            // Baloan's no, or that to its own duplicate, which something in front has made of one call.
            isDenied = true;
            if (OneIn(3))
            {
                isDuplicateRefused = true;
                Move(sending.Attempts);
            }

            tries.Add(new Sending(time, "refused 400"));
            Say($"refused");
            return new("", SettleVerdict.No, [.. tries]) { Code = "duplicate_request" };
        }

        var effect = fate == 0 ? 0 : chance.Next(3);
        if (effect == 0)
        {
            Move(sending.Attempts);
        }
        else if (effect == 1)
        {
            later.Add((time + Latenesses[chance.Next(Latenesses.Length)], sending.Attempts));
        }

        if (effect == 0 && fate is 0 or 4 && moves == 1)
        {
            isConfirmed = true;
            tries.Add(new Sending(time, "yes 200"));
            Say($"yes");
            return new("", SettleVerdict.Yes, [.. tries]) { UserCredit = credit };
        }

        tries.Add(new Sending(time, "unknown 503"));
        Say($"no answer that proves anything (takes effect {(effect == 0 ? "now" : effect == 1 ? "later" : "never")})");
        return fate == 5 && moves == 0
            // An answer that looks like a yes and tells the credit from before.
            ? new("", SettleVerdict.Yes, [.. tries]) { UserCredit = sending.CreditBefore }
            : new("", SettleVerdict.Unknown, [.. tries]) { Code = "outcome_unknown" };
    }
}
