using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables.Models;

namespace Azure.Data.Tables;

/// <summary>The requests of the Table service that both clients send. https://learn.microsoft.com/rest/api/storageservices/table-service-rest-api.</summary>
internal sealed class TableService
{
    private const string Json = "application/json;odata=nometadata";
    private const string JsonWithTypes = "application/json;odata=minimalmetadata";
    private static readonly ServiceErrorParser ErrorParser = new();

    private readonly Uri endpoint;
    private readonly HttpPipeline pipeline;
    private readonly string version;

    // A shared access signature is the endpoint's query; then nothing else authorizes a try.
    private TableService(Uri endpoint, HttpPipelinePolicy? authorization, string? accountName, TableClientOptions? options)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        options ??= new TableClientOptions();

        this.endpoint = new UriBuilder(endpoint) { Path = endpoint.AbsolutePath.TrimEnd('/') }.Uri;
        version = options.Version;
        var pipelineOptions = new HttpPipelineOptions(options)
        {
            ResponseClassifier = new ResponseClassifier(),
            RequestFailedDetailsParser = ErrorParser,
        };
        if (authorization is not null)
        {
            pipelineOptions.PerRetryPolicies.Add(authorization);
        }

        pipeline = HttpPipelineBuilder.Build(pipelineOptions);
        Uri = new UriBuilder(this.endpoint) { Query = "" }.Uri;
        AccountName = accountName ?? TableAccount.NameOf(endpoint);
    }

    public Uri Uri { get; }

    public string AccountName { get; }

    public static TableService Connect(string connectionString, TableClientOptions? options)
    {
        var (endpoint, credential) = TableAccount.Parse(connectionString);
        return credential is null ? new(endpoint, null, null, options) : Connect(endpoint, credential, options);
    }

    public static TableService Connect(Uri endpoint, TableSharedKeyCredential credential, TableClientOptions? options)
    {
        ArgumentNullException.ThrowIfNull(credential);
        return new(endpoint, new SharedKeyPolicy(credential), credential.AccountName, options);
    }

    public static TableService Connect(Uri endpoint, TokenCredential credential, TableClientOptions? options)
    {
        ArgumentNullException.ThrowIfNull(credential);
        return new(endpoint, new BearerTokenAuthenticationPolicy(credential, "https://storage.azure.com/.default"), null, options);
    }

    public Response<TableItem> CreateTable(string tableName, bool ifNotExists, CancellationToken cancellationToken)
    {
        using var message = CreateTableMessage(tableName, ifNotExists, cancellationToken);
        pipeline.Send(message, cancellationToken);
        return Created(tableName, message);
    }

    public async Task<Response<TableItem>> CreateTableAsync(string tableName, bool ifNotExists, CancellationToken cancellationToken)
    {
        using var message = CreateTableMessage(tableName, ifNotExists, cancellationToken);
        await pipeline.SendAsync(message, cancellationToken).ConfigureAwait(false);
        return Created(tableName, message);
    }

    public async Task<Response> DeleteTableAsync(string tableName, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tableName);
        using var message = CreateMessage(
            RequestMethod.Delete, $"/Tables('{Uri.EscapeDataString(tableName)}')", cancellationToken, accepted: 404);
        return await SendAsync(message, cancellationToken).ConfigureAwait(false);
    }

    public async Task<Page<TableItem>> QueryTablesAsync(
        string? filter, string? continuationToken, int? pageSize, CancellationToken cancellationToken)
    {
        using var message = CreateMessage(RequestMethod.Get, "/Tables", cancellationToken);
        AddQuery(message, ("$filter", filter), ("$top", Text(pageSize)), ("NextTableName", continuationToken));
        var response = await SendAsync(message, cancellationToken).ConfigureAwait(false);
        return Page<TableItem>.FromValues(
            ReadRows(response, static row => new TableItem(row.GetProperty("TableName").GetString()!)),
            response.Headers.TryGetValue("x-ms-continuation-NextTableName", out var next) ? next : null,
            response);
    }

    public async Task<Response> SendEntityAsync(
        TableTransactionActionType action, string tableName, ITableEntity entity, ETag ifMatch, CancellationToken cancellationToken)
    {
        using var message = CreateMessage(RequestMethod.Post, "", cancellationToken);
        var json = new ArrayBufferWriter<byte>();
        FillEntityRequest(message.Request, action, tableName, entity, ifMatch, json);
        message.Request.Content = RequestContent.Create(json.WrittenMemory);
        return await SendAsync(message, cancellationToken).ConfigureAwait(false);
    }

    public async Task<Response> DeleteEntityAsync(
        string tableName, string partitionKey, string rowKey, ETag ifMatch, CancellationToken cancellationToken)
    {
        using var message = CreateMessage(
            RequestMethod.Delete, EntityPath(tableName, partitionKey, rowKey), cancellationToken, accepted: 404);
        message.Request.Headers.SetValue("If-Match", (ifMatch == default ? ETag.All : ifMatch).ToString());
        return await SendAsync(message, cancellationToken).ConfigureAwait(false);
    }

    public async Task<Response> GetEntityAsync(
        string tableName, string partitionKey, string rowKey, IEnumerable<string>? select, bool ifExists, CancellationToken cancellationToken)
    {
        using var message = CreateMessage(
            RequestMethod.Get, EntityPath(tableName, partitionKey, rowKey), cancellationToken, accepted: ifExists ? 404 : null);
        AddQuery(message, ("$select", Text(select)));
        return await SendAsync(message, cancellationToken).ConfigureAwait(false);
    }

    public async Task<Page<T>> QueryEntitiesAsync<T>(
        string tableName, string? filter, IEnumerable<string>? select, string? continuationToken, int? pageSize, CancellationToken cancellationToken)
        where T : class, ITableEntity
    {
        using var message = CreateMessage(RequestMethod.Get, TablePath(tableName) + "()", cancellationToken);

        // The token is the two keys of the next row, as the service encodes them: there is no space in either.
        var next = continuationToken?.Split(' ') ?? [];
        AddQuery(
            message,
            ("$filter", filter),
            ("$top", Text(pageSize)),
            ("$select", Text(select)),
            ("NextPartitionKey", next.ElementAtOrDefault(0)),
            ("NextRowKey", next.ElementAtOrDefault(1)));

        var response = await SendAsync(message, cancellationToken).ConfigureAwait(false);
        return Page<T>.FromValues(ReadRows(response, EntityReader.Read<T>), Continuation(response), response);
    }

    public async Task<Response<IReadOnlyList<Response>>> SubmitTransactionAsync(
        string tableName, IReadOnlyList<TableTransactionAction> actions, CancellationToken cancellationToken)
    {
        var content = new TransactionContent();
        foreach (var action in actions)
        {
            var request = pipeline.CreateRequest();
            var json = new ArrayBufferWriter<byte>();
            FillEntityRequest(request, action.ActionType, tableName, action.Entity, action.ETag, json);
            content.Add(request, json.WrittenSpan);
        }

        using var message = CreateMessage(RequestMethod.Post, "/$batch", cancellationToken);
        message.Request.Headers.SetValue("Content-Type", content.ContentType);
        message.Request.Content = RequestContent.Create(content.Complete());
        var response = await SendAsync(message, cancellationToken).ConfigureAwait(false);

        var answers = TransactionAnswer.Read(response);
        return answers.FirstOrDefault(answer => answer.IsError) is { } refusal
            ? throw new TableTransactionFailedException(new RequestFailedException(refusal, null, ErrorParser))
            : Response.FromValue(answers, response);
    }

    private static string TablePath(string tableName) => "/" + Uri.EscapeDataString(tableName);

    private static string EntityPath(string tableName, string partitionKey, string rowKey) =>
        $"{TablePath(tableName)}(PartitionKey='{EscapeKey(partitionKey)}',RowKey='{EscapeKey(rowKey)}')";

    private static string EscapeKey(string key) => Uri.EscapeDataString(key.Replace("'", "''", StringComparison.Ordinal));

    private static string? Text(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static string? Text(IEnumerable<string>? names) => names is null ? null : string.Join(',', names);

    private static void AddQuery(HttpMessage message, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        foreach (var (name, value) in parameters)
        {
            if (!string.IsNullOrEmpty(value))
            {
                message.Request.Uri.AppendQuery(name, value, escapeValue: true);
            }
        }
    }

    private static List<T> ReadRows<T>(Response response, Func<JsonElement, T> read)
    {
        using var document = JsonDocument.Parse(response.Content);
        var rows = document.RootElement.GetProperty("value");
        var values = new List<T>(rows.GetArrayLength());
        foreach (var row in rows.EnumerateArray())
        {
            values.Add(read(row));
        }

        return values;
    }

    private static string? Continuation(Response response)
    {
        var partition = response.Headers.TryGetValue("x-ms-continuation-NextPartitionKey", out var partitionKey);
        var row = response.Headers.TryGetValue("x-ms-continuation-NextRowKey", out var rowKey);
        return partition || row ? $"{partitionKey} {rowKey}" : null;
    }

    private static Response<TableItem> Created(string tableName, HttpMessage message)
    {
        // 409 is no error to "if not exists", unless the table of that name is on its way out.
        var response = message.Response;
        if (response.IsError || response.Status == 409)
        {
            var refusal = new RequestFailedException(response);
            if (response.IsError || refusal.ErrorCode == TableErrorCode.TableBeingDeleted)
            {
                throw refusal;
            }
        }

        return Response.FromValue(new TableItem(tableName), response);
    }

    private HttpMessage CreateTableMessage(string tableName, bool ifNotExists, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tableName);
        var message = CreateMessage(RequestMethod.Post, "/Tables", cancellationToken, accepted: ifNotExists ? 409 : null);
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteString("TableName", tableName);
            writer.WriteEndObject();
        }

        message.Request.Headers.SetValue("Prefer", "return-no-content");
        message.Request.Headers.SetValue("Content-Type", Json);
        message.Request.Content = RequestContent.Create(json.WrittenMemory);
        return message;
    }

    private void FillEntityRequest(
        Request request, TableTransactionActionType action, string tableName, ITableEntity entity, ETag ifMatch, ArrayBufferWriter<byte> json)
    {
        var adds = action is TableTransactionActionType.Add;
        Fill(request, Method(action), adds ? TablePath(tableName) : EntityPath(tableName, entity.PartitionKey, entity.RowKey));
        if (adds)
        {
            request.Headers.SetValue("Prefer", "return-no-content");
        }

        if (action is TableTransactionActionType.Delete)
        {
            request.Headers.SetValue("If-Match", (ifMatch == default ? ETag.All : ifMatch).ToString());
            return;
        }

        // Without a condition, the service takes an update for an upsert.
        if (action is TableTransactionActionType.UpdateMerge or TableTransactionActionType.UpdateReplace && ifMatch != default)
        {
            request.Headers.SetValue("If-Match", ifMatch.ToString());
        }

        request.Headers.SetValue("Content-Type", Json);
        EntityWriter.Write(entity, json);
    }

    private static RequestMethod Method(TableTransactionActionType action) => action switch
    {
        TableTransactionActionType.Add => RequestMethod.Post,
        TableTransactionActionType.UpdateMerge or TableTransactionActionType.UpsertMerge => RequestMethod.Patch,
        TableTransactionActionType.UpdateReplace or TableTransactionActionType.UpsertReplace => RequestMethod.Put,
        TableTransactionActionType.Delete => RequestMethod.Delete,
        _ => throw new InvalidOperationException($"A transaction knows no action {action}."),
    };

    // "accepted" is a status that is an answer and not an error, so that logs and traces do not have it as one either.
    private HttpMessage CreateMessage(RequestMethod method, string path, CancellationToken cancellationToken, int? accepted = null)
    {
        var context = new RequestContext { CancellationToken = cancellationToken };
        if (accepted is { } status)
        {
            context.AddClassifier(status, isError: false);
        }

        var message = pipeline.CreateMessage(context, pipeline.ResponseClassifier);
        Fill(message.Request, method, path);
        return message;
    }

    private void Fill(Request request, RequestMethod method, string path)
    {
        request.Method = method;
        request.Uri.Reset(endpoint);
        request.Uri.AppendPath(path, escape: false);
        request.Headers.SetValue("x-ms-version", version);
        request.Headers.SetValue("DataServiceVersion", "3.0");
        request.Headers.SetValue("Accept", JsonWithTypes);
    }

    private async Task<Response> SendAsync(HttpMessage message, CancellationToken cancellationToken)
    {
        await pipeline.SendAsync(message, cancellationToken).ConfigureAwait(false);
        return message.Response.IsError ? throw new RequestFailedException(message.Response) : message.Response;
    }
}
