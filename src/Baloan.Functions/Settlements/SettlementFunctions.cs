using Baloan.Client;
using Baloan.Functions.Http;
using Baloan.Functions.Telemetry;
using Baloan.Functions.Tokens;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Settlements;

/// <summary>Settlements over HTTP: accept, look up, list, resolve.</summary>
/// <remarks>The route's parameter is not named <c>code</c>: a function key may come in the query under that name.</remarks>
public sealed class SettlementFunctions(
    SettlementRequestReader reader, SettlementStore store, SettlementProcessor processor, Problems problems)
{
    private const int LongestNote = 500;

    /// <summary><c>POST /api/merchant/settlements</c>: accepts a settlement; 202 means that it will be carried out.</summary>
    [Function("CreateSettlement")]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "merchant/settlements")] HttpRequest request) =>
        problems.CatchAsync(request, async (language, cancellationToken) =>
        {
            var (settlement, repeated) = await reader.ReadAsync(request, language, cancellationToken);
            Traces.Tag(Traces.SettlementCode, settlement.Code);
            if (repeated is not null)
            {
                return Answer(request, repeated, language, withLocation: true);
            }

            try
            {
                // From here on it is recorded whole, also if the caller hangs up.
                var (row, accepted) = await store.AcceptAsync(settlement, CancellationToken.None);
                if (!accepted)
                {
                    await reader.DiscardInvoiceAsync(settlement);
                }

                return Answer(request, row, language, withLocation: true);
            }
            catch (Exception refusal) when (refusal is ProblemException or KeyVaultUnavailableException or NotConfiguredException)
            {
                // Refused for certain. After any other failure the row may be there and need its invoice.
                await reader.DiscardInvoiceAsync(settlement);
                throw;
            }
        });

    /// <summary><c>GET /api/merchant/settlements/{code}</c>: 202 until it has ended, then 200.</summary>
    [Function("GetSettlement")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "merchant/settlements/{settlementCode}")] HttpRequest request,
        string settlementCode) => problems.CatchAsync(request, async (language, cancellationToken) =>
        {
            var row = await FindAsync(settlementCode, cancellationToken);
            return Answer(request, row, language, withLocation: false, await store.ReadEarlierAttemptsAsync(row, cancellationToken));
        });

    /// <summary><c>GET /api/merchant/settlements</c>: a page of settlements, newest first.</summary>
    [Function("ListSettlements")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "merchant/settlements")] HttpRequest request) =>
        problems.CatchAsync(request, async (language, cancellationToken) =>
        {
            var errors = new FieldErrors();
            var status = ReadStatus(request.Query["status"].ToString(), errors);
            var top = Paging.ReadTop(request, errors);
            var after = Paging.ReadContinuation(request, errors);
            errors.ThrowIfAny();
            var (rows, next) = await store.ListAsync(status, top, after, cancellationToken);
            return ApiJson.Answer(
                new SettlementPage([.. rows.Select(row => SettlementAnswer.Of(row, language))], Paging.ContinuationOf(next)),
                ApiJson.Answers.SettlementPage);
        });

    /// <summary><c>POST /api/merchant/settlements/{code}/resolve</c>: a person decides what could not be found out.</summary>
    [Function("ResolveSettlement")]
    public Task<IResult> Resolve(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "merchant/settlements/{settlementCode}/resolve")] HttpRequest request,
        string settlementCode) => problems.CatchAsync(request, async (language, cancellationToken) =>
        {
            using var body = await JsonBody.ReadAsync(request, cancellationToken);
            var errors = new FieldErrors();
            var outcome = JsonBody.Text(body.Root, "outcome", errors);
            if (outcome is not ("settled" or "not_settled") && !errors.Has("outcome"))
            {
                errors.Add("outcome", Texts.OneOf, "settled, not_settled");
            }

            var note = ReadNote(JsonBody.Text(body.Root, "note", errors), errors);
            errors.ThrowIfAny();

            while (true)
            {
                var row = await FindAsync(settlementCode, cancellationToken);
                if (row.Status != SettlementStatus.NeedsReview)
                {
                    throw new ProblemException(409, "not_in_review", l => Texts.NotInReview.In(l, row.Status.Name()));
                }

                if (await processor.ResolveAsync(row, outcome == "settled", note, CancellationToken.None) is { } resolved)
                {
                    return ApiJson.Answer(SettlementAnswer.Of(resolved, language), ApiJson.Answers.SettlementAnswer);
                }
            }
        });

    private static IResult Answer(HttpRequest request, Settlement row, Language language, bool withLocation, IReadOnlyList<Settlement>? earlier = null)
    {
        var ended = row.Status.HasEnded();
        var headers = request.HttpContext.Response.Headers;
        if (withLocation || !ended)
        {
            headers.Location = Links.To(request, $"merchant/settlements/{SettlementCodes.ToRoute(row.Code)}");
        }

        if (!ended)
        {
            headers.RetryAfter = row.Status == SettlementStatus.Verifying ? "10" : "2";
        }

        return ApiJson.Answer(
            SettlementAnswer.Of(row, language, earlier), ApiJson.Answers.SettlementAnswer, statusCode: ended ? 200 : 202);
    }

    private async Task<Settlement> FindAsync(string routeValue, CancellationToken cancellationToken)
    {
        return await SettlementCodes.FindAsync(store, SettlementCodes.FromRoute(routeValue), cancellationToken)
            ?? throw new ProblemException(404, "not_found", Texts.NoSettlement);
    }

    private static SettlementStatus? ReadStatus(string text, FieldErrors errors)
    {
        if (text.Length == 0)
        {
            return null;
        }

        foreach (var status in SettlementStatuses.All.Where(status => status.Name() == text))
        {
            return status;
        }

        errors.Add("status", Texts.OneOf, string.Join(", ", SettlementStatuses.All.Select(s => s.Name())));
        return null;
    }

    private static string ReadNote(string? text, FieldErrors errors)
    {
        const string Field = "note";
        text ??= "";
        if (text.Length > LongestNote)
        {
            errors.Add(Field, Texts.TooLong, LongestNote);
        }
        else if (text.Any(c => char.IsControl(c) && c is not ('\r' or '\n' or '\t')))
        {
            errors.Add(Field, Texts.PlainText);
        }

        return text;
    }
}
