namespace Baloan.Core.Loans;

/// <summary>The states that a loan passes through (Baloan's partnership document, "call back").</summary>
public static class LoanStates
{
    /// <summary>New, waits for review.</summary>
    public const string Created = "created";

    /// <summary>Complete, ready for the bank; the contract can be fetched and signed.</summary>
    public const string ChequeVerified = "cheque_verified";

    /// <summary>At the bank, payment under review.</summary>
    public const string SendLoanToBank = "send_loan_to_bank";

    /// <summary>Paid; the process is over.</summary>
    public const string LoanPaid = "loan_paid";

    /// <summary>Blocked, for various reasons. It may be left again.</summary>
    public const string Blocked = "blocked";

    /// <summary>Canceled by the user or the system; the process is over.</summary>
    public const string Canceled = "canceled";

    /// <summary>All of them, in the order of a loan's life.</summary>
    public static readonly IReadOnlyList<string> All = [Created, ChequeVerified, SendLoanToBank, LoanPaid, Blocked, Canceled];

    /// <summary>Whether nothing comes after it.</summary>
    public static bool IsFinal(string? state) => state is LoanPaid or Canceled;

    /// <summary>Its place on the way from <see cref="Created"/> (1) to <see cref="LoanPaid"/> (4); 0 beside that way.</summary>
    public static int RankOf(string? state) =>
        state switch
        {
            Created => 1,
            ChequeVerified => 2,
            SendLoanToBank => 3,
            LoanPaid => 4,
            _ => 0,
        };

    /// <summary>
    /// A state as it is written here: without spaces around it, in lower case where it is a known one, and <c>canceld</c>, which stands
    /// in a sample of the document, as <see cref="Canceled"/>. A state that nobody knows stays as it is.
    /// </summary>
    public static string Normalize(string state)
    {
        var trimmed = state.Trim();
        var known = trimmed.ToLowerInvariant() is var lower && lower is "canceld" or "cancelled" ? Canceled : lower;
        return All.Contains(known) ? known : trimmed;
    }
}
