namespace Baloan.Model.Tests.Settlements;

/// <summary>One POST of a caller.</summary>
/// <param name="Code">The idempotency key.</param>
/// <param name="Content">Customer, total and invoice.</param>
/// <param name="Proof">The transaction token with which it is settled; Baloan's books name it.</param>
/// <param name="Otp">The OTP that has to be validated first; null where the caller has done so.</param>
internal sealed record Post(string Code, Content Content, string Proof, string? Otp)
{
    /// <summary>What it was answered; null while it was not.</summary>
    public int? Answer { get; set; }

    /// <summary>Whether it was stopped before anything was sent.</summary>
    public bool IsWithdrawn { get; set; }

    /// <summary>How often money was moved with its proof.</summary>
    public int Moves { get; set; }

    /// <summary>Whether Baloan itself said yes to it, and its answer got back.</summary>
    public bool IsConfirmed { get; set; }

    /// <summary>How often its OTP was used up.</summary>
    public int Validations { get; set; }
}

/// <summary>What makes two POSTs the same.</summary>
internal sealed record Content(string Customer, long Total, string Invoice);

/// <summary>One attempt that a caller was allowed to make, as its row says.</summary>
internal sealed class Attempt(Post post, int number, DateTimeOffset since)
{
    public Post Post => post;

    public int Number => number;

    public DateTimeOffset Since => since;

    public string Status { get; set; } = "Queued";

    public bool HasEnded => Status is "Settled" or "Rejected" or "Failed" or "NeedsReview";

    /// <summary>Whether the duplicate of a call that had moved the money was refused while its customer's credit could not tell.</summary>
    public bool IsDuplicateUnseen { get; set; }

    /// <summary>Whether somebody else's spending looked like this settlement.</summary>
    public bool IsDeceived { get; set; }
}
