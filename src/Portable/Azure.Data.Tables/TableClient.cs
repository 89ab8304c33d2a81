using System.Text.Json;
using Azure.Core;
using Azure.Data.Tables.Models;

namespace Azure.Data.Tables;

/// <summary>One table: its rows are added, read, changed and deleted here.</summary>
/// <remarks>
/// Safe for use by many threads. Each method that speaks to the service throws <see cref="RequestFailedException"/> with the service's
/// status and error code (see <see cref="TableErrorCode"/>), and <see cref="AggregateException"/> where every try failed on the way.
/// Requests are repeated as <see cref="ClientOptions.Retry"/> says, writes among them: an add whose answer was lost may so end with 409.
/// </remarks>
public class TableClient
{
    private readonly TableService service;

    /// <summary>A table of the account that a connection string names.</summary>
    /// <param name="connectionString">See <see cref="TableServiceClient(string, TableClientOptions)"/>.</param>
    /// <param name="tableName">The table's name.</param>
    /// <param name="options">Null for the defaults.</param>
    public TableClient(string connectionString, string tableName, TableClientOptions? options = null)
        : this(TableService.Connect(connectionString, options), tableName)
    {
    }

    /// <summary>A table of an account, opened with the account's key.</summary>
    /// <param name="endpoint">The account's Table service.</param>
    /// <param name="tableName">The table's name.</param>
    /// <param name="credential">The account's key.</param>
    /// <param name="options">Null for the defaults.</param>
    public TableClient(Uri endpoint, string tableName, TableSharedKeyCredential credential, TableClientOptions? options = null)
        : this(TableService.Connect(endpoint, credential, options), tableName)
    {
    }

    /// <summary>A table of an account, opened with an identity.</summary>
    /// <param name="endpoint">The account's Table service; https only.</param>
    /// <param name="tableName">The table's name.</param>
    /// <param name="tokenCredential">The identity.</param>
    /// <param name="options">Null for the defaults.</param>
    public TableClient(Uri endpoint, string tableName, TokenCredential tokenCredential, TableClientOptions? options = null)
        : this(TableService.Connect(endpoint, tokenCredential, options), tableName)
    {
    }

    /// <summary>For a stand-in in a test.</summary>
    protected TableClient() => (service, Name) = (null!, null!);

    internal TableClient(TableService service, string tableName)
    {
        ArgumentException.ThrowIfNullOrEmpty(tableName);
        this.service = service;
        Name = tableName;
    }

    /// <summary>The table's name.</summary>
    public virtual string Name { get; }

    /// <summary>The name of the account that the table is in.</summary>
    public virtual string AccountName => service.AccountName;

    /// <summary>The table's address, without a signature.</summary>
    public virtual Uri Uri => new($"{service.Uri.AbsoluteUri.TrimEnd('/')}/{Name}");

    /// <summary>Makes an OData filter of an interpolated string: its values are quoted and escaped, so that none can change the filter's meaning.</summary>
    /// <param name="filter">For example <c>$"PartitionKey eq {day} and Total gt {total}"</c>.</param>
    /// <exception cref="ArgumentException">A value is of a type that has no OData literal.</exception>
    public static string CreateQueryFilter(FormattableString filter) => QueryFilter.Create(filter);

    /// <summary>Creates the table.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RequestFailedException">409 <c>TableAlreadyExists</c>, or another refusal.</exception>
    public virtual Task<Response<TableItem>> CreateAsync(CancellationToken cancellationToken = default) =>
        service.CreateTableAsync(Name, ifNotExists: false, cancellationToken);

    /// <summary>Creates the table unless it exists; the answer's status is then 409.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public virtual Response<TableItem> CreateIfNotExists(CancellationToken cancellationToken = default) =>
        service.CreateTable(Name, ifNotExists: true, cancellationToken);

    /// <summary>Creates the table unless it exists; the answer's status is then 409.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public virtual Task<Response<TableItem>> CreateIfNotExistsAsync(CancellationToken cancellationToken = default) =>
        service.CreateTableAsync(Name, ifNotExists: true, cancellationToken);

    /// <summary>Deletes the table with its rows. A table that is not there is no error; the answer's status is then 404.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public virtual Task<Response> DeleteAsync(CancellationToken cancellationToken = default) =>
        service.DeleteTableAsync(Name, cancellationToken);

    /// <summary>Adds a row.</summary>
    /// <param name="entity">The row.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The answer, with the row's version in its headers.</returns>
    /// <exception cref="RequestFailedException">409 <c>EntityAlreadyExists</c>, or another refusal.</exception>
    public virtual Task<Response> AddEntityAsync<T>(T entity, CancellationToken cancellationToken = default)
        where T : ITableEntity =>
        service.SendEntityAsync(TableTransactionActionType.Add, Name, Checked(entity), default, cancellationToken);

    /// <summary>Reads a row.</summary>
    /// <param name="partitionKey">The first part of its key.</param>
    /// <param name="rowKey">The second part.</param>
    /// <param name="select">The properties to read; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RequestFailedException">404 <c>ResourceNotFound</c>, or another refusal.</exception>
    public virtual async Task<Response<T>> GetEntityAsync<T>(
        string partitionKey, string rowKey, IEnumerable<string>? select = null, CancellationToken cancellationToken = default)
        where T : class, ITableEntity
    {
        ArgumentNullException.ThrowIfNull(partitionKey);
        ArgumentNullException.ThrowIfNull(rowKey);
        var response = await service.GetEntityAsync(Name, partitionKey, rowKey, select, ifExists: false, cancellationToken)
            .ConfigureAwait(false);
        return Response.FromValue(ReadEntity<T>(response), response);
    }

    /// <summary>Reads a row that may not be there.</summary>
    /// <param name="partitionKey">The first part of its key.</param>
    /// <param name="rowKey">The second part.</param>
    /// <param name="select">The properties to read; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>An answer without a value where the row or the table is missing.</returns>
    public virtual async Task<NullableResponse<T>> GetEntityIfExistsAsync<T>(
        string partitionKey, string rowKey, IEnumerable<string>? select = null, CancellationToken cancellationToken = default)
        where T : class, ITableEntity
    {
        ArgumentNullException.ThrowIfNull(partitionKey);
        ArgumentNullException.ThrowIfNull(rowKey);
        var response = await service.GetEntityAsync(Name, partitionKey, rowKey, select, ifExists: true, cancellationToken)
            .ConfigureAwait(false);
        return response.Status == 404
            ? new MissingEntity<T>(response)
            : Response.FromValue(ReadEntity<T>(response), response);
    }

    /// <summary>Adds a row, or changes it.</summary>
    /// <param name="entity">The row.</param>
    /// <param name="mode">What becomes of the properties that <paramref name="entity"/> does not name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The answer, with the row's new version in its headers.</returns>
    public virtual Task<Response> UpsertEntityAsync<T>(
        T entity, TableUpdateMode mode = TableUpdateMode.Merge, CancellationToken cancellationToken = default)
        where T : ITableEntity =>
        service.SendEntityAsync(
            mode is TableUpdateMode.Replace ? TableTransactionActionType.UpsertReplace : TableTransactionActionType.UpsertMerge,
            Name,
            Checked(entity),
            default,
            cancellationToken);

    /// <summary>Changes a row that is still of the given version.</summary>
    /// <param name="entity">The row.</param>
    /// <param name="ifMatch">The version that it was read with; <see cref="ETag.All"/> for any.</param>
    /// <param name="mode">What becomes of the properties that <paramref name="entity"/> does not name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The answer, with the row's new version in its headers.</returns>
    /// <exception cref="ArgumentException"><paramref name="ifMatch"/> is default.</exception>
    /// <exception cref="RequestFailedException">412 <c>UpdateConditionNotSatisfied</c>, 404 <c>ResourceNotFound</c>, or another refusal.</exception>
    public virtual Task<Response> UpdateEntityAsync<T>(
        T entity, ETag ifMatch, TableUpdateMode mode = TableUpdateMode.Merge, CancellationToken cancellationToken = default)
        where T : ITableEntity =>
        service.SendEntityAsync(
            mode is TableUpdateMode.Replace ? TableTransactionActionType.UpdateReplace : TableTransactionActionType.UpdateMerge,
            Name,
            Checked(entity),
            ifMatch != default ? ifMatch : throw new ArgumentException("An update needs a version, or ETag.All.", nameof(ifMatch)),
            cancellationToken);

    /// <summary>Deletes a row. A row that is not there is no error; the answer's status is then 404.</summary>
    /// <param name="partitionKey">The first part of its key.</param>
    /// <param name="rowKey">The second part.</param>
    /// <param name="ifMatch">The version that the row must have; default for any.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RequestFailedException">412 <c>UpdateConditionNotSatisfied</c>, or another refusal.</exception>
    public virtual Task<Response> DeleteEntityAsync(
        string partitionKey, string rowKey, ETag ifMatch = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(partitionKey);
        ArgumentNullException.ThrowIfNull(rowKey);
        return service.DeleteEntityAsync(Name, partitionKey, rowKey, ifMatch, cancellationToken);
    }

    /// <summary>Deletes a row. A row that is not there is no error; the answer's status is then 404.</summary>
    /// <param name="entity">The row; its own <see cref="ITableEntity.ETag"/> is no condition.</param>
    /// <param name="ifMatch">The version that the row must have; default for any.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RequestFailedException">412 <c>UpdateConditionNotSatisfied</c>, or another refusal.</exception>
    public virtual Task<Response> DeleteEntityAsync(
        ITableEntity entity, ETag ifMatch = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entity);
        return DeleteEntityAsync(entity.PartitionKey, entity.RowKey, ifMatch, cancellationToken);
    }

    /// <summary>Reads rows, page by page as they are enumerated, ordered by partition key and row key.</summary>
    /// <param name="filter">An OData filter, best made with <see cref="CreateQueryFilter(FormattableString)"/>; null for all rows.</param>
    /// <param name="maxPerPage">The most rows of a page, up to 1000; it does not limit the whole.</param>
    /// <param name="select">The properties to read; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public virtual AsyncPageable<T> QueryAsync<T>(
        string? filter = null, int? maxPerPage = null, IEnumerable<string>? select = null, CancellationToken cancellationToken = default)
        where T : class, ITableEntity =>
        new PagedQuery<T>(
            (continuation, size, cancellation) => service.QueryEntitiesAsync<T>(Name, filter, select, continuation, size, cancellation),
            maxPerPage,
            cancellationToken);

    /// <summary>Does all of the actions or none, on up to 100 rows of one partition and 4 MiB.</summary>
    /// <param name="transactionActions">The actions; each row at most once.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>An answer to each action, in their order.</returns>
    /// <exception cref="InvalidOperationException">There are no actions.</exception>
    /// <exception cref="TableTransactionFailedException">An action was refused; it says which.</exception>
    public virtual Task<Response<IReadOnlyList<Response>>> SubmitTransactionAsync(
        IEnumerable<TableTransactionAction> transactionActions, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transactionActions);
        var actions = transactionActions.ToList();
        return actions.Count > 0
            ? service.SubmitTransactionAsync(Name, actions, cancellationToken)
            : throw new InvalidOperationException("A transaction needs at least one action.");
    }

    private static T ReadEntity<T>(Response response)
        where T : class, ITableEntity
    {
        using var document = JsonDocument.Parse(response.Content);
        return EntityReader.Read<T>(document.RootElement);
    }

    private static ITableEntity Checked(ITableEntity? entity)
    {
        ArgumentNullException.ThrowIfNull(entity);
        ArgumentNullException.ThrowIfNull(entity.PartitionKey);
        ArgumentNullException.ThrowIfNull(entity.RowKey);
        return entity;
    }
}
