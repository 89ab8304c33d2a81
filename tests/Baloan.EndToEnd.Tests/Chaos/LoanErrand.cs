using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests.Chaos;

/// <summary>A partner opens a loan, has it signed or cancels it, and looks until it has ended.</summary>
internal sealed class LoanErrand(Borrower borrower, bool cancels, Caller caller, ChaosLedger ledger, BaloanServer baloan)
    : Errand(ErrandKind.Loan, $"loan {borrower.PhoneNumber[^4..]}", caller, ledger)
{
    private const int MostPosts = 8;
    private const int CallbackTries = 5;

    /// <summary>After this long the partner tries to sign, whatever state the app tells.</summary>
    private static readonly TimeSpan Impatient = TimeSpan.FromSeconds(30);

    public string Customer => borrower.NationalIdentifier;

    public Guid? Uuid { get; private set; }

    /// <summary>When the app last said that the loan was certainly not opened.</summary>
    public DateTimeOffset? DeniedAt { get; private set; }

    private string Path => $"api/loans/{Uuid}";

    public override async Task RunAsync(CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        if (Uuid is null)
        {
            End ??= "given up by the caller";
            return;
        }

        var began = DateTimeOffset.UtcNow;
        for (var looks = 0; ; looks++)
        {
            await BeforeLookAsync(looks, cancellationToken);
            var answer = await AskAsync(HttpMethod.Get, Path, null, cancellationToken);
            var state = answer?.Status == 200 ? (string?)answer.Json!["state"] : null;
            if (state is "loan_paid" or "canceled")
            {
                Note($"told: {state}");
                (End, EndedAt) = (state, DateTimeOffset.UtcNow);
                Ledger.Succeeded(Kind, AcceptedAt!.Value, EndedAt.Value);
                return;
            }

            if (BaloanGaveUpTelling())
            {
                End = "Baloan gave up telling";
                return;
            }

            if (state == "cheque_verified" || (state is "created" or null && DateTimeOffset.UtcNow - began > Impatient))
            {
                await ActAsync(cancellationToken);
            }
        }
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        // Half of the partners have a key for each loan, and so may ask again whatever became of their request.
        var key = Caller.Random.Next(2) == 0 ? Guid.NewGuid().ToString() : null;
        for (var times = 0; times < MostPosts; times++)
        {
            var answer = await AskAsync(HttpMethod.Post, "api/loans", () => Request(key), cancellationToken);
            switch (answer?.Status)
            {
                case 201:
                    AcceptedAt = DateTimeOffset.UtcNow;
                    Uuid = Guid.Parse(answer.Json!.Text("uuid"));
                    Note($"it is {Uuid}");
                    Name = Uuid.ToString()!;
                    return;
                case null when key is not null:
                    break;
                case 503 when (string?)answer!.Json!["code"] is "storage_unavailable" or "key_vault_unavailable":
                    // Nothing was sent, now; what became of an earlier request, nobody says.
                    break;
                case null or 504:
                    // It may have been opened: a person asks Baloan.
                    End = "outcome unknown";
                    return;
                case 422 when (string?)answer!.Json!["code"] == "duplicate_request":
                    // Of an opening that Baloan knows, which may be this one: something in front may have sent it twice.
                    End = "refused";
                    return;
                case 422 or 404:
                    DeniedAt = DateTimeOffset.UtcNow;
                    End = "refused";
                    return;
                default:
                    DeniedAt = DateTimeOffset.UtcNow;
                    break;
            }

            await PauseAsync(0.5, 3, cancellationToken);
        }
    }

    private JsonContent Request(string? key)
    {
        var content = JsonContent.Create(borrower.Request);
        if (key is not null)
        {
            content.Headers.Add("Idempotency-Key", key);
        }

        return content;
    }

    /// <summary>Cancels, or signs. What was refused or not answered is tried again; Baloan refuses what it has already done.</summary>
    private async Task ActAsync(CancellationToken cancellationToken)
    {
        if (cancels)
        {
            await AskAsync(HttpMethod.Post, $"{Path}/cancel", Nothing, cancellationToken);
        }
        else if (await AskAsync(HttpMethod.Post, $"{Path}/contract/otp", Nothing, cancellationToken) is { Status: 200 })
        {
            await AskAsync(
                HttpMethod.Post,
                $"{Path}/contract/signature",
                () => JsonContent.Create(new JsonObject { ["otp"] = MagicNumbers.Otp }),
                cancellationToken
            );
        }

        static HttpContent Nothing() => JsonContent.Create(new JsonObject());
    }

    /// <summary>Whether the loan has ended at Baloan, which has tried in vain to tell the app so.</summary>
    private bool BaloanGaveUpTelling()
    {
        var booked = baloan.Loans.Find(Uuid!.Value);
        if (booked is not { State: LoanState.LoanPaid or LoanState.Canceled })
        {
            return false;
        }

        var last = baloan
            .Loans.Callbacks.Where(callback =>
                callback.Uuid == Uuid
                && (callback.State is "canceld" or "canceled") == (booked.State == LoanState.Canceled)
                && callback.State is "canceld" or "canceled" or "loan_paid"
            )
            .ToList();
        return last.Any(callback => callback.Try == CallbackTries && callback.Status != 200)
            && !last.Any(callback => callback.Status == 200);
    }
}
