using Baloan.Core.Loans;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Requests;
using Baloan.Functions.Http.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Functions;

/// <summary>Openings of loans whose outcome is not known: look them up, and decide.</summary>
public sealed class LoanOpeningFunctions(LoanOpeningStore store, LoanRecorder recorder, TimeProvider time)
{
    private const int LongestNote = 500;
    private const int LongestName = 100;
    private const int LongestId = 64;

    /// <summary><c>GET /api/loan-openings</c>: a page of the openings whose outcome is not known, newest first.</summary>
    [Function("ListLoanOpenings")]
    public async Task<IResult> List([HttpTrigger(AuthorizationLevel.Function, "get", Route = "loan-openings")] HttpRequest request)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var errors = new FieldErrors();
        var top = Paging.ReadTop(request, errors);
        var after = Paging.ReadContinuation(request, errors);
        errors.ThrowIfAny();
        var (rows, next) = await store.ListAsync(top, after, cancellationToken);
        return ApiJson.Respond(
            new LoanOpeningPage([.. rows.Select(LoanOpeningResponse.Of)], Paging.ContinuationOf(next)),
            ApiJson.Responses.LoanOpeningPage
        );
    }

    /// <summary><c>POST /api/loan-openings/{id}/resolve</c>: a person decides what could not be found out.</summary>
    [Function("ResolveLoanOpening")]
    public async Task<IResult> Resolve(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "loan-openings/{id}/resolve")] HttpRequest request,
        string id
    )
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        using var body = await JsonBody.ReadAsync(request, cancellationToken);
        var errors = new FieldErrors();
        var outcome = JsonBody.Text(body.Root, "outcome", errors);
        if (outcome is not (LoanOpeningRules.DecidedOpened or LoanOpeningRules.DecidedNotOpened) && !errors.Has("outcome"))
        {
            errors.Add("outcome", Texts.OneOf, $"{LoanOpeningRules.DecidedOpened}, {LoanOpeningRules.DecidedNotOpened}");
        }

        Guid? uuid = outcome == LoanOpeningRules.DecidedOpened ? ReadUuid(body, errors) : null;
        var note = ReadText(body, "note", LongestNote, isRequired: true, errors);
        var by = ReadText(body, "by", LongestName, isRequired: false, errors);
        errors.ThrowIfAny();

        var (row, changed) = IsId(id)
            ? await store.ChangeAsync(
                id,
                read => LoanOpeningRules.AfterDecision(read, uuid, note!, by, time.GetUtcNow()),
                CancellationToken.None
            )
            : (null, false);
        if (row is null)
        {
            throw new ProblemException(404, "not_found", Texts.NoLoanOpening);
        }

        if (!changed)
        {
            throw new ProblemException(409, "not_in_review", Texts.LoanOpeningNotOpen);
        }

        if (uuid is { } opened)
        {
            await recorder.RecordAsync(new LoanOpening(opened.ToString(), row.Amount, row.LoanDue, row.Store, null, row.SentAt));
        }

        return ApiJson.Respond(LoanOpeningResponse.Of(row), ApiJson.Responses.LoanOpeningResponse);
    }

    // Nothing else may come into a key of the table.
    private static bool IsId(string text) => text.Length is > 0 and <= LongestId && text.All(char.IsAsciiHexDigitLower);

    private static Guid? ReadUuid(JsonBody body, FieldErrors errors)
    {
        const string Field = "uuid";
        var text = JsonBody.Text(body.Root, Field, errors);
        if (LoanUuid.TryRead(text, out var uuid))
        {
            return uuid;
        }

        if (!errors.Has(Field))
        {
            errors.Add(Field, string.IsNullOrWhiteSpace(text) ? Texts.Required : Texts.Uuid);
        }

        return null;
    }

    private static string? ReadText(JsonBody body, string field, int longest, bool isRequired, FieldErrors errors)
    {
        var text = JsonBody.Text(body.Root, field, errors)?.Trim();
        if (errors.Has(field))
        {
            return null;
        }

        if (string.IsNullOrEmpty(text))
        {
            if (isRequired)
            {
                errors.Add(field, Texts.Required);
            }

            return null;
        }

        if (text.Length > longest)
        {
            errors.Add(field, Texts.TooLong, longest);
        }
        else if (text.Any(c => char.IsControl(c) && c is not ('\r' or '\n' or '\t')))
        {
            errors.Add(field, Texts.PlainText);
        }

        return text;
    }
}
