using System.Globalization;
using System.Net;
using Baloan.Benchmarks.Rows;
using Baloan.Core.Storage;
using Baloan.Sandbox;

namespace Baloan.Benchmarks.Surroundings;

/// <summary>Storage with many loans and settlements in it, and the app on it.</summary>
/// <remarks>Its tables have an index of both keys; blobs and queues, which do not grow with them, are the emulator's.</remarks>
internal sealed class FilledStorage : IAsyncDisposable
{
    public const string SettlementState = "settled";

    private FilledStorage(Server tables, Azurite emulator, string connectionString, Server app, SettlementLoad load) =>
        (Tables, Emulator, ConnectionString, App, Settlements) = (tables, emulator, connectionString, app, load);

    public string ConnectionString { get; }

    public Server App { get; }

    public SettlementLoad Settlements { get; }

    private Server Tables { get; }

    private Azurite Emulator { get; }

    /// <param name="stage">What the app needs besides.</param>
    /// <param name="count">How many loans, and how many settlements.</param>
    /// <param name="probed">Whether the app carries the probe.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<FilledStorage> StartAsync(Stage stage, int count, bool probed, CancellationToken cancellationToken)
    {
        var tables = await IndexedTables.StartAsync(cancellationToken);
        var emulator = await Azurite.StartAsync(cancellationToken: cancellationToken);
        var connectionString = emulator.ConnectionString.Replace(
            string.Create(CultureInfo.InvariantCulture, $"TableEndpoint=http://127.0.0.1:{emulator.TablePort}/"),
            $"TableEndpoint={tables.Address}",
            StringComparison.Ordinal
        );
        var load = new SettlementLoad(stage);
        var app = await stage.StartAppAsync(probed, connectionString, load.Hear, cancellationToken);
        var filled = new FilledStorage(tables, emulator, connectionString, app, load);
        try
        {
            var (loan, code) = (Guid.NewGuid().ToString(), await filled.MakeOneOfEachAsync(cancellationToken));
            await CallbackRow.SendAsync(app, loan, CallbackRow.States[0], cancellationToken);
            await Task.Delay(CallbackRow.Tail, cancellationToken);
            using var multiplied = await tables.Http.PostAsync(
                string.Create(CultureInfo.InvariantCulture, $"multiply?loan={loan}&settlement={code}&count={count}"),
                null,
                cancellationToken
            );
            multiplied.EnsureSuccessStatusCode();
            await filled.CheckAsync(count, cancellationToken);
            return filled;
        }
        catch
        {
            await filled.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads what the books are made of page after page, as the app asks for it, and does nothing with it.</summary>
    public async Task ReadEndsAsync(CancellationToken cancellationToken)
    {
        const string Columns =
            "PartitionKey,RowKey,Timestamp,SchemaVersion,Code,Status,MaskedIdentifier,Total,Attempts,AttemptStartedAt,SubmittedAt,"
            + "KnownBy,Inferred,ErrorCode,Note,ResolvedBy,EndedAt,UpdatedAt";
        var filter = Uri.EscapeDataString("PartitionKey eq 'all' and RowKey ge 'ended-' and RowKey lt 'ended-~'");
        var path = $"devstoreaccount1/{StorageSetup.SettlementIndexTable}()?$filter={filter}&$select={Columns}";
        for (string? next = path; next is not null; )
        {
            using var page = await Tables.Http.GetAsync(next, cancellationToken);
            page.EnsureSuccessStatusCode();
            await page.Content.ReadAsByteArrayAsync(cancellationToken);
            next = page.Headers.TryGetValues("x-ms-continuation-NextRowKey", out var key)
                ? $"{path}&NextPartitionKey=all&NextRowKey={Uri.EscapeDataString(key.Single())}"
                : null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Tables.DisposeAsync();
        await Emulator.DisposeAsync();
    }

    private async Task<string> MakeOneOfEachAsync(CancellationToken cancellationToken)
    {
        var orders = await Settlements.PrepareAsync(1, SettlementLoad.InvoiceSize, cancellationToken);
        await Settlements.SettleAsync(App, orders, 1, cancellationToken);

        // What comes after a settlement is settled: its place in the lists.
        while (true)
        {
            var page = await App.Http.GetStringAsync($"api/merchant/settlements?status={SettlementState}", cancellationToken);
            if (page.Contains(orders[0].Code, StringComparison.Ordinal))
            {
                return orders[0].Code;
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    private async Task CheckAsync(int count, CancellationToken cancellationToken)
    {
        foreach (
            var path in new[]
            {
                $"api/loans/{IndexedTables.Loan(1)}",
                $"api/loans/{IndexedTables.Loan(count)}",
                $"api/merchant/settlements/{IndexedTables.Code(1)}",
                $"api/merchant/settlements/{IndexedTables.Code(count)}",
            }
        )
        {
            using var response = await App.Http.GetAsync(path, cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new SandboxException($"Storage was not filled: {path} was answered with {response.StatusCode}.");
            }
        }
    }
}
