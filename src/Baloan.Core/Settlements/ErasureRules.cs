using System.Security.Cryptography;
using System.Text;
using Baloan.Core.Storage;

namespace Baloan.Core.Settlements;

/// <summary>
/// What is erased of a settlement, and what stays. The row of a code is the memory that it was settled: without it, the same code could be
/// settled again. So no row is deleted. What says who the customer is, what was bought and what was seen goes; the code, the total, the
/// outcome and the times stay, by which a repeated POST is answered and Baloan's statement is compared.
/// </summary>
public static class ErasureRules
{
    /// <summary>Why an attempt cannot be erased; null where it can be.</summary>
    /// <param name="row">Its row.</param>
    /// <param name="endedBefore">When it has to have ended at the latest (UTC).</param>
    public static ErasureHindrance? HindranceOf(Settlement row, DateTimeOffset endedBefore) =>
        row switch
        {
            { IsNewer: true } => ErasureHindrance.WrittenByNewerVersion,
            { HasEnded: false } => ErasureHindrance.UnderWay,
            { Status: SettlementStatus.NeedsReview } => ErasureHindrance.AwaitsPerson,
            _ when row.Ended >= endedBefore => ErasureHindrance.EndedLately,
            _ => null,
        };

    /// <summary>
    /// Whether nothing is left to be erased. What Baloan said after the erasure is recorded, and erased once more in its time.
    /// </summary>
    public static bool IsErased(Settlement row) => row.ErasedAt is { } erased && row.Ended < erased;

    /// <summary>The row without all that tells of a person.</summary>
    public static Settlement Erase(Settlement row, DateTimeOffset now) =>
        row.WithoutSecrets() with
        {
            MaskedIdentifier = "",
            CustomerHash = row.ErasedAt is null ? CustomerHashOf(row.Code, row.CustomerHash) : row.CustomerHash,
            HoldETag = null,
            KnownCredit = null,
            KnownCreditAt = null,
            Sendings = null,
            CreditBefore = null,
            CreditAfter = null,
            UserCredit = null,
            PendingErrorMessage = null,
            ErrorMessage = null,
            Note = row.Note is null ? null : "",
            ResolvedBy = null,
            InvoiceBlob = "",
            InvoiceSnapshot = null,
            InvoiceName = null,
            InvoiceSize = 0,
            InvoiceSha256 = "",
            // What an older version has left to be concluded from columns that go, or from the time of the last write.
            KnownBy = row.EndKnownBy,
            EndedAt = row.Ended,
            ErasedAt = now,
        };

    /// <summary>
    /// What stays in the place of the customer's keyed hash. It is another one for each code, so that no two settlements are seen to be of
    /// one customer; and whoever brings the identifier along, as a repeated POST does, is told from all others.
    /// </summary>
    public static string CustomerHashOf(string code, string customerHash) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"erased\n{code}\n{customerHash}")));

    /// <summary>Whether a settlement is of a customer, also where that was erased.</summary>
    public static bool IsOf(Settlement row, string customerHash) =>
        row.CustomerHash == (row.ErasedAt is null ? customerHash : CustomerHashOf(row.Code, customerHash));
}
