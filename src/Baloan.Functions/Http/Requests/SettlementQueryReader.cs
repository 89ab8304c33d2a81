using Baloan.Core.Calendar;
using Baloan.Core.Settlements;
using Baloan.Core.Tokens;
using Microsoft.AspNetCore.Http;

namespace Baloan.Functions.Http.Requests;

/// <summary>Reads which settlements a list is asked for.</summary>
public sealed class SettlementQueryReader(QueryKey key, CustomerHasher hasher)
{
    /// <summary>Reads all of it; every fault is told at once.</summary>
    /// <exception cref="ProblemException">A parameter is not what it should be.</exception>
    /// <exception cref="KeyVaultUnavailableException">A customer is asked for, and the key of their hashes cannot be read.</exception>
    public async Task<(SettlementQuery Query, int Top, string? After)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var (from, to) = Days.ReadSpan(request, errors);
        var (status, code) = (ReadStatus(request, errors), ReadBeginning(request, errors));
        var customer = NationalIdentifier.Read(request, "customer", errors);
        var (top, after) = (Paging.ReadTop(request, errors), Paging.ReadContinuation(request, errors));
        errors.ThrowIfAny();
        var query = new SettlementQuery
        {
            Status = status,
            From = from is { } first ? TehranDays.BeginningOf(first) : null,
            To = to is { } last ? TehranDays.EndOf(last) : null,
            CustomerHash = customer is null ? null : await hasher.HashAsync(customer, cancellationToken),
            Code = code,
        };
        return (query, top, after);
    }

    private string? ReadBeginning(HttpRequest request, FieldErrors errors)
    {
        var text = SettlementCodes.Normalize(Marks.Strip(string.Join(',', key.OthersIn(request)))).TrimStart();
        if (text.Length == 0)
        {
            return null;
        }

        if (SettlementCodes.CanBegin(text))
        {
            return text;
        }

        errors.Add("code", Texts.BeginningOfCode, SettlementCodes.Longest);
        return null;
    }

    private static SettlementStatus? ReadStatus(HttpRequest request, FieldErrors errors)
    {
        var text = request.Query["status"].ToString();
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
}
