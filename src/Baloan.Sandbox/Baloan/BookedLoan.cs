namespace Baloan.Sandbox;

/// <summary>The state of a loan file (partnership-gateway, the table of <c>status_slug</c>).</summary>
public enum LoanState
{
    /// <summary>New; waits for the cheque to be verified.</summary>
    Created,

    /// <summary>The cheque is verified and the contract is there; waits for the signature.</summary>
    ChequeVerified,

    /// <summary>At the bank.</summary>
    SendLoanToBank,

    /// <summary>Paid: the end.</summary>
    LoanPaid,

    /// <summary>Blocked, until it is unblocked.</summary>
    Blocked,

    /// <summary>Canceled: the end.</summary>
    Canceled,
}

/// <summary>A loan file.</summary>
/// <param name="Uuid">Its uuid.</param>
/// <param name="NationalIdentifier">The customer.</param>
/// <param name="PhoneNumber">The customer's phone.</param>
/// <param name="Amount">Toman, locked in the customer's credit as a guarantee.</param>
/// <param name="LoanDue">Months.</param>
/// <param name="Store">The store's id.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Reason">Why it is blocked or canceled; else null.</param>
/// <param name="IsAgreedByUser">Whether the contract is signed.</param>
/// <param name="OpenedAt">When it was opened, UTC.</param>
/// <param name="ChangedAt">When its state last changed, UTC.</param>
public sealed record BookedLoan(
    Guid Uuid,
    string NationalIdentifier,
    string PhoneNumber,
    long Amount,
    long LoanDue,
    long Store,
    LoanState State,
    string? Reason,
    bool IsAgreedByUser,
    DateTimeOffset OpenedAt,
    DateTimeOffset ChangedAt
)
{
    internal bool HasEnded => State is LoanState.LoanPaid or LoanState.Canceled;
}

/// <summary>What the books say of loans at one moment.</summary>
/// <param name="ByState">How many loans are in each state.</param>
/// <param name="CallbacksSent">How many callbacks were sent, each try counted.</param>
/// <param name="Items">The loans, oldest first.</param>
/// <param name="Callbacks">The callbacks, oldest first, each try on its own.</param>
public sealed record LoansSnapshot(
    IReadOnlyDictionary<LoanState, int> ByState,
    int CallbacksSent,
    IReadOnlyList<BookedLoan> Items,
    IReadOnlyList<SentCallback> Callbacks
);
