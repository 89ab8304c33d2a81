using System.Globalization;
using System.Text.Json;
using Baloan.Client;
using Baloan.Core.Settlements;
using Baloan.Core.Telemetry;
using Baloan.Core.Tokens;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Requests;
using Baloan.Functions.Http.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Functions;

/// <summary>Settlements over HTTP: accept, look up, list, withdraw, resolve.</summary>
/// <remarks>The route's parameter is not named <c>code</c>: a function key may come in the query under that name.</remarks>
public sealed class SettlementFunctions(
    SettlementRequestReader reader,
    SettlementIntake intake,
    SettlementStore store,
    SettlementFinder finder,
    SettlementQueryReader queries,
    SettlementDecisions decisions,
    SettlementOptions options
)
{
    private const int LongestNote = 500;
    private const int LongestName = 100;

    /// <summary><c>POST /api/merchant/settlements</c>: accepts a settlement; 202 means that it will be carried out.</summary>
    [Function("CreateSettlement")]
    public async Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "merchant/settlements")] HttpRequest request
    )
    {
        var language = RequestLanguage.Of(request);
        var cancellationToken = request.HttpContext.RequestAborted;
        var (settlement, repeated) = await reader.ReadAsync(request, language, cancellationToken);
        Traces.Tag(Traces.SettlementCode, settlement.Code);
        if (repeated is not null)
        {
            return Answer(request, repeated, language, withLocation: true);
        }

        try
        {
            // From here on it is recorded whole, also if the caller hangs up.
            var (row, isNew, differences) = await intake.AcceptAsync(settlement, CancellationToken.None);
            if (!isNew)
            {
                await reader.DiscardInvoiceAsync(settlement);
            }

            return differences.Count == 0
                ? Answer(request, row, language, withLocation: true)
                : throw Conflict(request, row, differences, language);
        }
        catch (Exception refusal) when (refusal is KeyVaultUnavailableException or NotConfiguredException)
        {
            // Refused for certain. After any other failure the row may be there and need its invoice.
            await reader.DiscardInvoiceAsync(settlement);
            throw;
        }
    }

    /// <summary><c>GET /api/merchant/settlements/{code}</c>: 202 until it has ended, then 200.</summary>
    [Function("GetSettlement")]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "merchant/settlements/{settlementCode}")] HttpRequest request,
        string settlementCode
    )
    {
        var language = RequestLanguage.Of(request);
        var cancellationToken = request.HttpContext.RequestAborted;
        var row = await FindAsync(settlementCode, cancellationToken);
        return Answer(request, row, language, withLocation: false, await store.ReadEarlierAttemptsAsync(row, cancellationToken));
    }

    /// <summary><c>GET /api/merchant/settlements</c>: a page of settlements, newest first.</summary>
    [Function("ListSettlements")]
    public async Task<IResult> List([HttpTrigger(AuthorizationLevel.Function, "get", Route = "merchant/settlements")] HttpRequest request)
    {
        var language = RequestLanguage.Of(request);
        var cancellationToken = request.HttpContext.RequestAborted;
        var (query, top, after) = await queries.ReadAsync(request, cancellationToken);
        var (rows, next) = await finder.FindAsync(query, top, after, cancellationToken);
        return ApiJson.Respond(
            new SettlementPage([.. rows.Select(row => SettlementResponse.Of(row, language))], Paging.ContinuationOf(next)),
            ApiJson.Responses.SettlementPage
        );
    }

    /// <summary><c>POST /api/merchant/settlements/{code}/resolve</c>: a person decides what could not be found out.</summary>
    [Function("ResolveSettlement")]
    public async Task<IResult> Resolve(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "merchant/settlements/{settlementCode}/resolve")] HttpRequest request,
        string settlementCode
    )
    {
        var language = RequestLanguage.Of(request);
        var cancellationToken = request.HttpContext.RequestAborted;
        using var body = await JsonBody.ReadAsync(request, cancellationToken);
        var errors = new FieldErrors();
        var outcome = JsonBody.Text(body.Root, "outcome", errors);
        if (outcome is not ("settled" or "not_settled") && !errors.Has("outcome"))
        {
            errors.Add("outcome", Texts.OneOf, "settled, not_settled");
        }

        var note = ReadText(body.Root, "note", LongestNote, errors);
        if (string.IsNullOrWhiteSpace(note) && !errors.Has("note"))
        {
            errors.Add("note", Texts.Required);
        }

        var by = ReadText(body.Root, "by", LongestName, errors);
        errors.ThrowIfAny();

        while (true)
        {
            var row = await FindAsync(settlementCode, cancellationToken);
            if (!decisions.MayBeResolved(row))
            {
                throw NotToBeResolved(row);
            }

            if (await decisions.ResolveAsync(row, outcome == "settled", note!, by, CancellationToken.None) is { } resolved)
            {
                return ApiJson.Respond(SettlementResponse.Of(resolved, language), ApiJson.Responses.SettlementResponse);
            }
        }
    }

    /// <summary><c>DELETE /api/merchant/settlements/{code}</c>: withdraws a settlement of which nothing has been sent.</summary>
    [Function("WithdrawSettlement")]
    public async Task<IResult> Withdraw(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "merchant/settlements/{settlementCode}")] HttpRequest request,
        string settlementCode
    )
    {
        var language = RequestLanguage.Of(request);
        var cancellationToken = request.HttpContext.RequestAborted;
        while (true)
        {
            var row = await FindAsync(settlementCode, cancellationToken);
            if (row.ErrorCode == SettlementErrors.Withdrawn && row.HasEnded)
            {
                return ApiJson.Respond(SettlementResponse.Of(row, language), ApiJson.Responses.SettlementResponse);
            }

            if (!SettlementDecisions.MayBeWithdrawn(row))
            {
                throw new ProblemException(409, "too_late", l => Texts.TooLate.In(l, row.StatusName));
            }

            if (await decisions.WithdrawAsync(row, CancellationToken.None) is { } withdrawn)
            {
                return ApiJson.Respond(SettlementResponse.Of(withdrawn, language), ApiJson.Responses.SettlementResponse);
            }
        }
    }

    private static ProblemException Conflict(HttpRequest request, Settlement existing, IReadOnlyList<string> differences, Language language)
    {
        request.HttpContext.Response.Headers.Location = LocationOf(request, existing);
        return new ProblemException(
            409,
            "settlement_conflict",
            l => differences is ["invoice"] ? Texts.InvoiceConflict.In(l) : Texts.SettlementConflict.In(l, string.Join(", ", differences))
        )
        {
            Conflict = differences,
            Existing = SettlementResponse.Of(existing, language),
        };
    }

    private ProblemException NotToBeResolved(Settlement row) =>
        new(
            409,
            "not_in_review",
            l =>
                row.IsNewer ? Texts.WrittenByNewerVersion.In(l)
                : row is { Status: SettlementStatus.Verifying, VerifyingSince: { } since }
                    ? Texts.ResolvedTooEarly.In(l, (since + options.VerifyAfter).UtcDateTime.ToString("u", CultureInfo.InvariantCulture))
                : Texts.NotInReview.In(l, row.StatusName)
        );

    private static string LocationOf(HttpRequest request, Settlement row) =>
        Links.To(request, $"merchant/settlements/{SettlementCodes.ToRoute(row.Code)}");

    private static IResult Answer(
        HttpRequest request,
        Settlement row,
        Language language,
        bool withLocation,
        IReadOnlyList<Settlement>? earlier = null
    )
    {
        var ended = row.HasEnded;
        var headers = request.HttpContext.Response.Headers;
        if (withLocation || !ended)
        {
            headers.Location = LocationOf(request, row);
        }

        if (!ended)
        {
            headers.RetryAfter = row.Status == SettlementStatus.Verifying ? "10" : "2";
        }

        return ApiJson.Respond(
            SettlementResponse.Of(row, language, earlier),
            ApiJson.Responses.SettlementResponse,
            statusCode: ended ? 200 : 202
        );
    }

    private async Task<Settlement> FindAsync(string routeValue, CancellationToken cancellationToken)
    {
        return await SettlementCodes.FindAsync(store, SettlementCodes.FromRoute(routeValue), cancellationToken)
            ?? throw new ProblemException(404, "not_found", Texts.NoSettlement);
    }

    private static string? ReadText(JsonElement body, string field, int longest, FieldErrors errors)
    {
        var text = JsonBody.Text(body, field, errors)?.Trim();
        if (text?.Length > longest)
        {
            errors.Add(field, Texts.TooLong, longest);
        }
        else if (text?.Any(c => char.IsControl(c) && c is not ('\r' or '\n' or '\t')) == true)
        {
            errors.Add(field, Texts.PlainText);
        }

        return string.IsNullOrEmpty(text) ? null : text;
    }
}
