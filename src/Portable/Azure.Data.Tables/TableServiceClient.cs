using Azure.Core;
using Azure.Data.Tables.Models;

namespace Azure.Data.Tables;

/// <summary>The tables of a storage account.</summary>
/// <remarks>Safe for use by many threads; for errors and retries see <see cref="TableClient"/>.</remarks>
public class TableServiceClient
{
    private readonly TableService service;

    /// <summary>The account that a connection string names.</summary>
    /// <param name="connectionString">
    /// <c>UseDevelopmentStorage=true</c>, or <c>AccountName</c> and <c>AccountKey</c> with <c>EndpointSuffix</c> or <c>TableEndpoint</c>,
    /// or <c>TableEndpoint</c> with <c>SharedAccessSignature</c>.
    /// </param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">The string names no account.</exception>
    /// <exception cref="FormatException">Its key is not base64.</exception>
    /// <exception cref="InvalidOperationException">A part of the string is not of the form <c>Name=Value</c>.</exception>
    public TableServiceClient(string connectionString, TableClientOptions? options = null) =>
        service = TableService.Connect(connectionString, options);

    /// <summary>An account, opened with its key.</summary>
    /// <param name="endpoint">The account's Table service, as <c>https://account.table.core.windows.net</c>.</param>
    /// <param name="credential">The account's key.</param>
    public TableServiceClient(Uri endpoint, TableSharedKeyCredential credential)
        : this(endpoint, credential, null)
    {
    }

    /// <summary>An account, opened with its key.</summary>
    /// <param name="endpoint">The account's Table service, as <c>https://account.table.core.windows.net</c>.</param>
    /// <param name="credential">The account's key.</param>
    /// <param name="options">Null for the defaults.</param>
    public TableServiceClient(Uri endpoint, TableSharedKeyCredential credential, TableClientOptions? options) =>
        service = TableService.Connect(endpoint, credential, options);

    /// <summary>An account, opened with an identity.</summary>
    /// <param name="endpoint">The account's Table service; https only.</param>
    /// <param name="tokenCredential">The identity; its token is asked for with the scope <c>https://storage.azure.com/.default</c>.</param>
    /// <param name="options">Null for the defaults.</param>
    public TableServiceClient(Uri endpoint, TokenCredential tokenCredential, TableClientOptions? options = null) =>
        service = TableService.Connect(endpoint, tokenCredential, options);

    /// <summary>For a stand-in in a test.</summary>
    protected TableServiceClient() => service = null!;

    /// <summary>The account's name.</summary>
    public virtual string AccountName => service.AccountName;

    /// <summary>The address of the account's Table service, without a signature.</summary>
    public virtual Uri Uri => service.Uri;

    /// <summary>A client of one table; nothing is sent.</summary>
    /// <param name="tableName">The table's name.</param>
    public virtual TableClient GetTableClient(string tableName) => new(service, tableName);

    /// <summary>Creates a table.</summary>
    /// <param name="tableName">The table's name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RequestFailedException">409 <c>TableAlreadyExists</c>, or another refusal.</exception>
    public virtual Task<Response<TableItem>> CreateTableAsync(string tableName, CancellationToken cancellationToken = default) =>
        service.CreateTableAsync(tableName, ifNotExists: false, cancellationToken);

    /// <summary>Creates a table unless it exists; the answer's status is then 409.</summary>
    /// <param name="tableName">The table's name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public virtual Response<TableItem> CreateTableIfNotExists(string tableName, CancellationToken cancellationToken = default) =>
        service.CreateTable(tableName, ifNotExists: true, cancellationToken);

    /// <summary>Creates a table unless it exists; the answer's status is then 409.</summary>
    /// <param name="tableName">The table's name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public virtual Task<Response<TableItem>> CreateTableIfNotExistsAsync(string tableName, CancellationToken cancellationToken = default) =>
        service.CreateTableAsync(tableName, ifNotExists: true, cancellationToken);

    /// <summary>Deletes a table with its rows. A table that is not there is no error; the answer's status is then 404.</summary>
    /// <param name="tableName">The table's name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public virtual Task<Response> DeleteTableAsync(string tableName, CancellationToken cancellationToken = default) =>
        service.DeleteTableAsync(tableName, cancellationToken);

    /// <summary>Lists tables, page by page as they are enumerated.</summary>
    /// <param name="filter">An OData filter over <c>TableName</c>; null for all tables.</param>
    /// <param name="maxPerPage">The most tables of a page, up to 1000; it does not limit the whole.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public virtual AsyncPageable<TableItem> QueryAsync(
        string? filter = null, int? maxPerPage = null, CancellationToken cancellationToken = default) =>
        new PagedQuery<TableItem>(
            (continuation, size, cancellation) => service.QueryTablesAsync(filter, continuation, size, cancellation),
            maxPerPage,
            cancellationToken);
}
