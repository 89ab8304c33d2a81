using Baloan.Core.Reconciliation;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Requests;
using Baloan.Functions.Http.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Functions;

/// <summary>What an accountant asks for: the settlements of some days as a table, and Baloan's statement held against them.</summary>
public sealed class ReconciliationFunctions(Reconciler reconciler, EndedSettlements ended) : IDisposable
{
    private const int LongestName = 200;
    private const int MostDays = 366;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    // A statement is held whole while it is compared.
    private readonly SemaphoreSlim places = new(2);

    /// <summary><c>POST /api/merchant/reconciliations</c>: Baloan's statement against our books; nothing is kept.</summary>
    [Function("CreateReconciliation")]
    public async Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "merchant/reconciliations")] HttpRequest request
    )
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        if (!await places.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            throw new ProblemException(429, "too_many_requests", BookTexts.TooManyStatements, RetryAfter);
        }

        try
        {
            var (file, asked) = await ReadAsync(request, cancellationToken);
            var result = await reconciler.CompareAsync(file, asked, cancellationToken);
            return ApiJson.Respond(
                ReconciliationResponse.Of(result, RequestLanguage.Of(request)),
                ApiJson.Responses.ReconciliationResponse
            );
        }
        catch (StatementException fault)
        {
            FaultOf(fault).ThrowIfAny();
            throw;
        }
        finally
        {
            places.Release();
        }
    }

    /// <summary><c>GET /api/merchant/settlements.csv</c>: a line for each attempt that ended in the days.</summary>
    [Function("ExportSettlements")]
    public async Task<IResult> Export(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "merchant/settlements.csv")] HttpRequest request
    )
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var errors = new FieldErrors();
        var (from, to) = Days.ReadSpan(request, errors);
        foreach (var (name, day) in new[] { ("from", from), ("to", to) })
        {
            if (day is null && !errors.Has(name))
            {
                errors.Add(name, Texts.Required);
            }
        }

        if (from is { } first && to is { } last && last.DayNumber - first.DayNumber >= MostDays)
        {
            errors.Add("to", BookTexts.SpanOfDays, MostDays);
        }

        var sums = request.Query["sums"].ToString();
        if (sums is not ("" or "true" or "false"))
        {
            errors.Add("sums", Texts.OneOf, "true, false");
        }

        errors.ThrowIfAny();
        // An outage is told while there is still a status to tell it by.
        var attempts = ended.ReadEndedAsync(from!.Value, to!.Value, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var hasAny = await attempts.MoveNextAsync();
        ForeignContent.Protect(request.HttpContext.Response, $"settlements-{from:yyyy-MM-dd}-{to:yyyy-MM-dd}.csv");
        return new StreamedAnswer(
            "text/csv; charset=utf-8",
            null,
            (answer, token) => SettlementCsv.WriteAsync(All(), sums == "true", answer, token)
        );

        async IAsyncEnumerable<Settlement> All()
        {
            await using (attempts)
            {
                while (hasAny)
                {
                    yield return attempts.Current;
                    hasAny = await attempts.MoveNextAsync();
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => places.Dispose();

    private static async Task<(byte[] File, ReconciliationRequest Request)> ReadAsync(
        HttpRequest request,
        CancellationToken cancellationToken
    )
    {
        byte[]? file = null;
        var errors = new FieldErrors();
        var fields = await MultipartBody.ReadAsync(
            request,
            ["code_column", "total_column", "date_column", "total_unit", "from", "to"],
            async (content, _, token) => file = await ReadWholeAsync(content, token),
            errors,
            cancellationToken
        );
        if (file is null && !errors.Has("file"))
        {
            errors.Add("file", Texts.Required);
        }

        var choice = new StatementChoice(Name("code_column"), Name("total_column"), Name("date_column"));
        var unit = fields.GetValueOrDefault("total_unit")?.Trim().ToLowerInvariant();
        if (unit is not (null or "" or "toman" or "rial"))
        {
            errors.Add("total_unit", Texts.OneOf, "toman, rial");
        }

        var (from, to) = Days.ReadSpan(fields, errors);
        errors.ThrowIfAny();
        return (
            file!,
            new(
                choice,
                unit switch
                {
                    "toman" => AmountUnit.Toman,
                    "rial" => AmountUnit.Rial,
                    _ => null,
                },
                from,
                to
            )
        );

        string? Name(string field)
        {
            var name = fields.GetValueOrDefault(field);
            if (name?.Length > LongestName)
            {
                errors.Add(field, Texts.TooLong, LongestName);
            }

            return string.IsNullOrWhiteSpace(name) ? null : name;
        }
    }

    private static async Task<byte[]> ReadWholeAsync(Stream content, CancellationToken cancellationToken)
    {
        using var whole = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            if (whole.Length + read > FileStore.SizeLimit)
            {
                throw new FileTooLargeException();
            }

            await whole.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        return whole.ToArray();
    }

    private static FieldErrors FaultOf(StatementException fault)
    {
        var errors = new FieldErrors();
        var text = BookTexts.TextOf(fault.Fault);
        if (fault.Fault is StatementFault.NotATable or StatementFault.OldWorkbook)
        {
            errors.AddUnsupportedFile(fault.Field, text);
        }
        else
        {
            errors.Add(fault.Field, text, [.. fault.Details, fault.Field]);
        }

        return errors;
    }
}
