namespace Baloan.Core.Loans;

/// <summary>An <c>Idempotency-Key</c> came with another request than before.</summary>
public sealed class IdempotencyKeyReusedException() : Exception("The idempotency key was used for another request.");

/// <summary>Whether Baloan has opened a loan is not known; asking again under the same key finds out, or a person decides.</summary>
public sealed class OpeningUnknownException() : Exception("It is not known whether the loan was opened.");

/// <summary>Neither the tables nor the queue took what Baloan has said; Baloan has to say it again.</summary>
/// <param name="retryAfter">After how long that makes sense.</param>
public sealed class NotRecordedException(TimeSpan retryAfter) : Exception("Storage took neither a row nor a message.")
{
    /// <summary>After how long another try makes sense.</summary>
    public TimeSpan RetryAfter => retryAfter;
}
