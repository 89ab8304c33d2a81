using Azure.Data.Tables;

namespace Portable.Tests.Tables;

/// <summary>A table of the test's own on Azurite. What is tested is Microsoft's public API alone, so these tests pass against its package too.</summary>
public abstract class TableTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly string name = "t" + Guid.NewGuid().ToString("N");

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected AzuriteFixture Azurite => azurite;

    protected TableServiceClient Service { get; } = new(azurite.ConnectionString);

    protected TableClient Table => Service.GetTableClient(name);

    public virtual async ValueTask InitializeAsync() => await Table.CreateAsync(Cancellation);

    public virtual async ValueTask DisposeAsync()
    {
        await Table.DeleteAsync(CancellationToken.None);
        GC.SuppressFinalize(this);
    }

    protected Task<List<TableEntity>> Rows(string? filter = null) =>
        All(Table.QueryAsync<TableEntity>(filter, cancellationToken: Cancellation));

    protected static async Task<List<T>> All<T>(IAsyncEnumerable<T> values)
    {
        var list = new List<T>();
        await foreach (var value in values.WithCancellation(Cancellation))
        {
            list.Add(value);
        }

        return list;
    }
}
