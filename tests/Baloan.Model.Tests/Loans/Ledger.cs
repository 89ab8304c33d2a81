namespace Baloan.Model.Tests.Loans;

/// <summary>
/// The contract's rules for a loan's state, written down a second time and without looking at the app's: callbacks that are judged
/// one after the other, whose first one of a kind is a row of the history.
/// </summary>
internal sealed class Ledger
{
    private static readonly string[] Way = ["created", "cheque_verified", "send_loan_to_bank", "loan_paid"];
    private int furthest;
    private DateTimeOffset since;
    private bool isOfOpening;

    public string? State { get; private set; }

    private bool HasEnded => State is "loan_paid" or "canceled";

    /// <summary>It was opened here; that makes it created, where nothing more is known.</summary>
    public void Open(DateTimeOffset at)
    {
        if (State is null)
        {
            (State, furthest, since, isOfOpening) = ("created", 1, at, true);
        }
    }

    /// <summary>What a callback is that gets a row in the history.</summary>
    /// <returns>The note; null for news.</returns>
    public string? Judge(string state, string? reason, DateTimeOffset receivedAt)
    {
        var place = Array.IndexOf(Way, state) + 1;
        var cameBefore = State is not null && !isOfOpening && receivedAt < since;
        var ends = state is "loan_paid" or "canceled";
        if (place == 0 && state is not ("blocked" or "canceled"))
        {
            return "unknown_state";
        }

        if (state != State)
        {
            if (HasEnded)
            {
                return cameBefore && !ends ? Passed() : "conflict";
            }

            // Blocked has no place on the way: only the order of receipt tells which was later.
            if (cameBefore && !ends && (state == "blocked" || State == "blocked"))
            {
                return Passed();
            }

            if (place > 0 && place < furthest)
            {
                return Passed();
            }
        }

        (State, since, isOfOpening) = (state, receivedAt, false);
        furthest = Math.Max(furthest, place);
        return null;

        string Passed()
        {
            furthest = Math.Max(furthest, place);
            return "late";
        }
    }
}
