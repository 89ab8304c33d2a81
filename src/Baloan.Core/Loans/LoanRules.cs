namespace Baloan.Core.Loans;

/// <summary>What a callback means for the loan that it is about.</summary>
public enum LoanVerdict
{
    /// <summary>News: it is the loan's state from now on.</summary>
    Accepted,

    /// <summary>The same one again: counted, and nothing else.</summary>
    Duplicate,

    /// <summary>A state that the loan has already passed.</summary>
    Late,

    /// <summary>A state after the loan's last one.</summary>
    Conflict,

    /// <summary>A state that nobody knows.</summary>
    UnknownState,
}

/// <summary>
/// How callbacks are read. Baloan gives them no time, no id and no promise of order or of one delivery, so that all there is to go by
/// is the order in which states follow each other.
/// </summary>
public static class LoanRules
{
    /// <summary>Judges one callback.</summary>
    /// <param name="current">The loan's state; null where none is known yet.</param>
    /// <param name="reached">The furthest <see cref="LoanStates.RankOf"/> that the loan has had.</param>
    /// <param name="state">The callback's state, normalized.</param>
    /// <param name="seen">Whether a callback with this state and this reason was recorded before.</param>
    /// <param name="overtaken">Whether it was received before the one that made the present state.</param>
    public static LoanVerdict Judge(string? current, int reached, string state, bool seen, bool overtaken)
    {
        LoanVerdict Unless(LoanVerdict firstTime) => seen ? LoanVerdict.Duplicate : firstTime;
        if (!LoanStates.All.Contains(state))
        {
            return Unless(LoanVerdict.UnknownState);
        }

        if (state == current)
        {
            return Unless(LoanVerdict.Accepted);
        }

        if (LoanStates.IsFinal(current))
        {
            // What came before the end and only now gets its turn contradicts nothing.
            return Unless(overtaken && !LoanStates.IsFinal(state) ? LoanVerdict.Late : LoanVerdict.Conflict);
        }

        // Blocked stands beside the way: whether it came before or after a state on it, only the order of receipt tells.
        if (overtaken && !LoanStates.IsFinal(state) && (state == LoanStates.Blocked || current == LoanStates.Blocked))
        {
            return Unless(LoanVerdict.Late);
        }

        var rank = LoanStates.RankOf(state);
        // Seen or not: a blocked loan goes on where it stood, and may be blocked again.
        return rank > 0 && rank < reached ? Unless(LoanVerdict.Late) : LoanVerdict.Accepted;
    }

    /// <summary>The note that history keeps; null for news.</summary>
    public static string? NoteOf(LoanVerdict verdict) =>
        verdict switch
        {
            LoanVerdict.Late => "late",
            LoanVerdict.Conflict => "conflict",
            LoanVerdict.UnknownState => "unknown_state",
            _ => null,
        };

    /// <summary>What a row with a note was taken for; news, where it is none of ours.</summary>
    public static LoanVerdict VerdictOf(string? note) =>
        Enum.GetValues<LoanVerdict>().FirstOrDefault(verdict => verdict != LoanVerdict.Duplicate && NoteOf(verdict) == note);
}
