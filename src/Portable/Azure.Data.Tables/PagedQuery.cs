using System.Runtime.CompilerServices;

namespace Azure.Data.Tables;

/// <summary>A query that asks for a page when it is enumerated so far.</summary>
/// <param name="getPage">Gets the page at a continuation token, of a size if one is given.</param>
/// <param name="maxPerPage">The size of a page where the enumeration names none.</param>
/// <param name="cancellationToken">Stops the query.</param>
internal sealed class PagedQuery<T>(
    Func<string?, int?, CancellationToken, Task<Page<T>>> getPage, int? maxPerPage, CancellationToken cancellationToken)
    : AsyncPageable<T>(cancellationToken)
    where T : notnull
{
    public override IAsyncEnumerable<Page<T>> AsPages(string? continuationToken = null, int? pageSizeHint = null) =>
        Pages(continuationToken, pageSizeHint ?? maxPerPage, CancellationToken);

    public override async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken, cancellationToken);
        await foreach (var page in Pages(null, maxPerPage, either.Token).ConfigureAwait(false))
        {
            foreach (var value in page.Values)
            {
                yield return value;
            }
        }
    }

    private async IAsyncEnumerable<Page<T>> Pages(
        string? continuationToken, int? pageSize, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do
        {
            var page = await getPage(continuationToken, pageSize, cancellationToken).ConfigureAwait(false);
            yield return page;
            continuationToken = page.ContinuationToken;
        }
        while (!string.IsNullOrEmpty(continuationToken));
    }
}
