using System.Text.Json;
using System.Text.Json.Nodes;
using Baloan.Client;
using Baloan.Core.Storage;

namespace Baloan.Core.Loans;

/// <summary>What a request to open a loan comes to.</summary>
public enum LoanOpeningDecision
{
    /// <summary>It is written down and sent.</summary>
    Send,

    /// <summary>The loan is open already: the same answer again.</summary>
    Answer,

    /// <summary>It was sent, and what became of it is not known: nothing is sent.</summary>
    Unknown,

    /// <summary>Somebody is sending it just now.</summary>
    Wait,

    /// <summary>The key belongs to another request.</summary>
    KeyReused,
}

/// <summary>
/// What becomes of the opening of a loan. Baloan's call has no idempotency key: an opening is sent once, and again only after it is
/// certain that it opened nothing.
/// </summary>
public static class LoanOpeningRules
{
    /// <summary>How long after it was written down an opening may begin to be sent.</summary>
    public static readonly TimeSpan SendingTime = TimeSpan.FromSeconds(30);

    // The last sending begins before SendingTime is over and is waited for 20 seconds; clocks of instances differ a little.
    private static readonly TimeSpan Due = SendingTime + TimeSpan.FromSeconds(60);

    private const int LongestAnswer = 30_000;

    /// <summary>A person's decision that the loan was opened.</summary>
    public const string DecidedOpened = "opened";

    /// <summary>A person's decision that no loan was opened.</summary>
    public const string DecidedNotOpened = "not_opened";

    // The fields of the documents, in an answer of Baloan's; what else there is may tell of the customer.
    private static readonly string[] OfCustomer = ["phone_number", "national_identifier", "birth_date"];
    private static readonly string[] OfLoan = ["amount", "loan_due", "store", "uuid", "plan_detail"];

    /// <summary>Decides about a request.</summary>
    /// <param name="row">What is written down under its key; null for nothing.</param>
    /// <param name="isWhole">Whether all of the row could be read.</param>
    /// <param name="fingerprint">The request's own.</param>
    /// <param name="now">UTC.</param>
    public static LoanOpeningDecision Decide(LoanOpeningRow? row, bool isWhole, string? fingerprint, DateTimeOffset now) =>
        row switch
        {
            null => LoanOpeningDecision.Send,
            _ when !isWhole || IsNewer(row) => LoanOpeningDecision.Unknown,
            _ when row.Fingerprint != fingerprint => LoanOpeningDecision.KeyReused,
            { Status: LoanOpeningStatus.Opened } => LoanOpeningDecision.Answer,
            { Status: LoanOpeningStatus.NotOpened } => LoanOpeningDecision.Send,
            { Status: LoanOpeningStatus.Sending } when now < row.DueAt => LoanOpeningDecision.Wait,
            _ => LoanOpeningDecision.Unknown,
        };

    /// <summary>The row to be written before a request is sent, over the one that was there.</summary>
    public static LoanOpeningRow Begin(
        LoanOpeningRow? before,
        string id,
        LoanRequest request,
        string? fingerprint,
        string sendingId,
        (string Customer, string Phone)? hashes,
        DateTimeOffset now
    ) =>
        new()
        {
            PartitionKey = id,
            ETag = before?.ETag ?? default,
            Status = LoanOpeningStatus.Sending,
            SendingId = sendingId,
            Fingerprint = fingerprint,
            MaskedIdentifier = Masked.LastFour(request.NationalIdentifier),
            MaskedPhoneNumber = Masked.LastFour(request.PhoneNumber),
            CustomerHash = hashes?.Customer,
            PhoneHash = hashes?.Phone,
            Amount = request.Amount,
            LoanDue = request.LoanDue,
            Store = request.Store,
            SentAt = now,
            DueAt = now + Due,
            UpdatedAt = now,
        };

    /// <summary>Whether whoever was sending it must have died, so that nobody knows what became of it.</summary>
    public static bool IsOverdue(LoanOpeningRow row, DateTimeOffset now) =>
        !IsNewer(row) && row.Status == LoanOpeningStatus.Sending && now >= row.DueAt;

    /// <summary>Whether it is one whose outcome has to be found out.</summary>
    public static bool IsOpen(LoanOpeningRow row, DateTimeOffset now) => row.Status == LoanOpeningStatus.Unknown || IsOverdue(row, now);

    /// <summary>
    /// After Baloan's yes to a sending, whatever was thought of it meanwhile; null where the row says so already or is of another
    /// sending.
    /// </summary>
    public static LoanOpeningRow? AfterYes(LoanOpeningRow row, string sendingId, string uuid, string answer, DateTimeOffset now) =>
        row.SendingId != sendingId || IsNewer(row) || (row.Status == LoanOpeningStatus.Opened && row.Uuid == uuid)
            ? null
            : row with
            {
                Status = LoanOpeningStatus.Opened,
                Uuid = uuid,
                Answer = answer,
                UpdatedAt = now,
            };

    /// <summary>After a sending that certainly opened nothing; null where the row is not about that any more.</summary>
    public static LoanOpeningRow? AfterNo(LoanOpeningRow row, string sendingId, string? sendings, DateTimeOffset now) =>
        row.SendingId != sendingId || IsNewer(row) || row.HasEnded
            ? null
            : row with
            {
                Status = LoanOpeningStatus.NotOpened,
                Sendings = sendings ?? row.Sendings,
                UpdatedAt = now,
            };

    /// <summary>After a sending whose answer was lost; null where the row is not about that any more.</summary>
    public static LoanOpeningRow? AfterSilence(LoanOpeningRow row, string sendingId, string? sendings, DateTimeOffset now) =>
        row.SendingId != sendingId || IsNewer(row) || row.Status != LoanOpeningStatus.Sending
            ? null
            : row with
            {
                Status = LoanOpeningStatus.Unknown,
                Sendings = sendings ?? row.Sendings,
                UpdatedAt = now,
            };

    /// <summary>After a person's decision; null where there is nothing to decide.</summary>
    public static LoanOpeningRow? AfterDecision(LoanOpeningRow row, Guid? uuid, string note, string? by, DateTimeOffset now) =>
        IsNewer(row) || !IsOpen(row, now)
            ? null
            : row with
            {
                Status = uuid is null ? LoanOpeningStatus.NotOpened : LoanOpeningStatus.Opened,
                Uuid = uuid?.ToString(),
                Answer = uuid is null ? null : Kept(new JsonObject { ["uuid"] = uuid.ToString() }),
                ResolvedAs = uuid is null ? DecidedNotOpened : DecidedOpened,
                Note = note,
                By = by,
                ResolvedAt = now,
                UpdatedAt = now,
            };

    /// <summary>
    /// What has to be recorded of the loan that an opening has opened; null where it has opened none that this code knows of.
    /// </summary>
    public static LoanOpening? OpenedBy(LoanOpeningRow row) =>
        IsNewer(row) || row is not { Status: LoanOpeningStatus.Opened, Uuid: { } uuid }
            ? null
            : new(
                uuid,
                row.Amount,
                row.LoanDue,
                row.Store,
                row.Answer is { } answer && JsonNode.Parse(answer)!["plan_detail"] is JsonObject plan ? plan.ToJsonString() : null,
                row.ResolvedAs is null ? row.UpdatedAt : row.SentAt
            );

    /// <summary>What is kept of Baloan's answer: the documents' fields, and those of the customer by name alone.</summary>
    public static string Kept(JsonElement answer) => Kept(JsonObject.Create(answer) ?? []);

    /// <summary>The answer again, for the same request: what was not kept of the customer is in the request.</summary>
    public static JsonElement Again(string kept, LoanRequest request)
    {
        var own = JsonSerializer.SerializeToNode(request, LoanJson.Readable.LoanRequest)!.AsObject();
        var answer = JsonNode.Parse(kept)!.AsObject();
        foreach (var (name, value) in own)
        {
            if (answer[name] is null)
            {
                answer[name] = value?.DeepClone();
            }
        }

        return JsonSerializer.SerializeToElement(answer, LoanJson.Readable.JsonObject);
    }

    private static string Kept(JsonObject answer)
    {
        var kept = new JsonObject();
        foreach (var (name, value) in answer)
        {
            if (OfCustomer.Contains(name))
            {
                kept[name] = null;
            }
            else if (OfLoan.Contains(name))
            {
                kept[name] = value?.DeepClone();
            }
        }

        var text = kept.ToJsonString();
        if (text.Length > LongestAnswer)
        {
            // More than a column of a table takes.
            kept.Remove("plan_detail");
            text = kept.ToJsonString();
        }

        return text;
    }

    private static bool IsNewer(LoanOpeningRow row) => row.Schema > LoanOpeningRow.CurrentSchema;
}
