using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Baloan.EndToEnd.Tests.Chaos;

/// <summary>Baloan tells of a loan that nobody opened here, each state until it is answered with 200, some of them twice at once.</summary>
internal sealed class CallbackErrand(Guid loan, IReadOnlyList<ChaosApp> apps, Caller caller, ChaosLedger ledger)
    : Errand(ErrandKind.Callback, loan.ToString(), caller, ledger)
{
    private readonly string[] states =
        caller.Random.Next(4) == 0
            ? ["created", "cheque_verified", "canceled"]
            : ["created", "cheque_verified", "send_loan_to_bank", "loan_paid"];

    private readonly List<string> accepted = [];

    public Guid Loan => loan;

    /// <summary>The states that were answered with 200, in their order.</summary>
    public IReadOnlyList<string> Accepted => accepted;

    public override async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var state in states)
        {
            while (!await TellAsync(state, cancellationToken))
            {
                await PauseAsync(0.3, 2, cancellationToken);
            }

            var at = DateTimeOffset.UtcNow;
            AcceptedAt ??= at;
            accepted.Add(state);
            await ShownAsync(state, at, cancellationToken);
            await PauseAsync(0, 0.5, cancellationToken);
        }

        (End, EndedAt) = ("recorded", DateTimeOffset.UtcNow);
    }

    private async Task<bool> TellAsync(string state, CancellationToken cancellationToken)
    {
        HttpContent Body() => JsonContent.Create(new JsonObject { ["uuid"] = loan.ToString(), ["state"] = state });
        const string Path = "api/callbacks/loan-state";
        if (Caller.Random.Next(4) == 0 && apps.Select(app => app.Up).OfType<RunningApp>().ToList() is [var first, var second])
        {
            var answers = await Task.WhenAll(
                Caller.SendAsync(first, HttpMethod.Post, Path, Body, cancellationToken),
                Caller.SendAsync(second, HttpMethod.Post, Path, Body, cancellationToken)
            );
            Note($"told twice that it is {state}: {answers[0]?.Status} {answers[1]?.Status}");
            return answers.Any(answer => answer?.Status == 200);
        }

        Note($"told that it is {state}");
        return await AskAsync(HttpMethod.Post, Path, Body, cancellationToken) is { Status: 200 };
    }

    private async Task ShownAsync(string state, DateTimeOffset acceptedAt, CancellationToken cancellationToken)
    {
        for (var looks = 0; ; looks++)
        {
            var answer = await AskAsync(HttpMethod.Get, $"api/loans/{loan}", null, cancellationToken);
            if (answer?.Status == 200 && answer.Json!.History().Any(change => change.State == state))
            {
                Ledger.Succeeded(Kind, acceptedAt, DateTimeOffset.UtcNow);
                return;
            }

            await BeforeLookAsync(looks, cancellationToken);
        }
    }
}
