using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Baloan.Model.Tests.Storage;

/// <summary>Table storage: rows by key, ETags, conditions, filters, pages, and entity group transactions.</summary>
internal sealed class MemoryTables(Func<DateTimeOffset> now)
{
    private const int LongestPage = 1000;

    private readonly Dictionary<string, Table> tables = [];
    private long etags;

    /// <summary>Told of each row that is written, in the order of writing.</summary>
    public Action<string, Row>? Written { get; set; }

    public StorageAnswer Answer(StorageRequest request)
    {
        if (request.Path == "/Tables")
        {
            using var json = JsonDocument.Parse(request.Body);
            return tables.TryAdd(json.RootElement.GetProperty("TableName").GetString()!, new())
                ? new StorageAnswer(204)
                : StorageAnswer.TableError(409, "TableAlreadyExists");
        }

        if (request.Path == "/$batch")
        {
            return AnswerBatch(request);
        }

        var changes = new List<Change>();
        var answer = Answer(request.Method, request.Path, request.Query, request.IfMatch, request.Body, changes);
        Commit(changes);
        return answer;
    }

    public IEnumerable<Row> Rows(string table) => tables.TryGetValue(table, out var rows) ? rows.From(default) : [];

    /// <summary>Puts a row there, as somebody outside of the app would.</summary>
    public void Put(string table, string partitionKey, string rowKey, string properties)
    {
        tables.TryAdd(table, new());
        tables[table].Put(new Row(partitionKey, rowKey, Encoding.UTF8.GetBytes(properties), NextETag(), now()));
    }

    private StorageAnswer Answer(
        string method,
        string path,
        IReadOnlyDictionary<string, string> query,
        string? ifMatch,
        byte[] body,
        List<Change> changes
    )
    {
        var open = path.IndexOf('(', StringComparison.Ordinal);
        var name = open < 0 ? path[1..] : path[1..open];
        if (!tables.TryGetValue(name, out var rows))
        {
            return StorageAnswer.TableError(404, "TableNotFound");
        }

        if (open < 0)
        {
            var key = KeyIn(body);
            return Find(rows, key, changes) is null
                ? Write(name, key, body, changes)
                : StorageAnswer.TableError(409, "EntityAlreadyExists");
        }

        if (path.EndsWith("()", StringComparison.Ordinal))
        {
            return Query(rows, query);
        }

        var (partitionKey, rowKey) = KeysIn(Uri.UnescapeDataString(path[open..]));
        var at = new Key(partitionKey, rowKey);
        var row = Find(rows, at, changes);
        switch (method)
        {
            case "GET":
                return row is null
                    ? StorageAnswer.TableError(404, "ResourceNotFound")
                    : new StorageAnswer(200, Encoded(row, Wanted(query)))
                        .With("ETag", row.ETag)
                        .With("Content-Type", "application/json;odata=minimalmetadata");
            case "PUT" when ifMatch is null:
                return Write(name, at, body, changes);
            default:
                if (row is null)
                {
                    return StorageAnswer.TableError(404, "ResourceNotFound");
                }

                if (ifMatch != "*" && ifMatch != row.ETag)
                {
                    return StorageAnswer.TableError(412, "UpdateConditionNotSatisfied");
                }

                if (method == "PUT")
                {
                    return Write(name, at, body, changes);
                }

                if (method != "DELETE")
                {
                    throw new NotSupportedException($"{method} {path}");
                }

                changes.Add(new(name, at, null));
                return new StorageAnswer(204);
        }
    }

    private StorageAnswer AnswerBatch(StorageRequest request)
    {
        var changes = new List<Change>();
        var answers = new List<StorageAnswer>();
        var failed = -1;
        foreach (var part in Parts(Encoding.UTF8.GetString(request.Body)))
        {
            var answer = Answer(part.Method, part.Path, new Dictionary<string, string>(), part.IfMatch, part.Body, changes);
            if (answer.Status >= 400)
            {
                // One that is refused refuses all, and is the only one that is answered.
                failed = answers.Count;
                answers = [answer];
                break;
            }

            answers.Add(answer);
        }

        if (failed < 0)
        {
            Commit(changes);
        }

        var text = new StringBuilder("--batchresponse_1\r\nContent-Type: multipart/mixed; boundary=changesetresponse_1\r\n\r\n");
        foreach (var answer in answers)
        {
            text.Append("--changesetresponse_1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n")
                .Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {answer.Status} Status\r\n");
            if (answer.Header("ETag") is { } etag)
            {
                text.Append(CultureInfo.InvariantCulture, $"ETag: {etag}\r\n");
            }

            text.Append("Content-Type: application/json\r\n\r\n").Append(Encoding.UTF8.GetString(answer.Body)).Append("\r\n");
        }

        text.Append("--changesetresponse_1--\r\n--batchresponse_1--\r\n");
        return new StorageAnswer(202, Encoding.UTF8.GetBytes(text.ToString())).With(
            "Content-Type",
            "multipart/mixed; boundary=batchresponse_1"
        );
    }

    private static IEnumerable<(string Method, string Path, string? IfMatch, byte[] Body)> Parts(string batch)
    {
        foreach (var part in batch.Split("\r\nContent-Type: application/http\r\n").Skip(1))
        {
            // The part's own headers, the request with its headers, the body.
            var sections = part.Split("\r\n\r\n", 3);
            var lines = sections[1].Split("\r\n");
            var request = lines[0].Split(' ');
            var headers = lines
                .Skip(1)
                .Select(line => line.Split(": ", 2))
                .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
            // JSON has no line breaks of its own.
            var body = sections[2][..sections[2].IndexOf("--changeset", StringComparison.Ordinal)].TrimEnd();
            yield return (
                request[0],
                new Uri(request[1]).AbsolutePath,
                headers.GetValueOrDefault("If-Match"),
                Encoding.UTF8.GetBytes(body)
            );
        }
    }

    private static StorageAnswer Query(Table rows, IReadOnlyDictionary<string, string> query)
    {
        var conditions = query["$filter"].Split(" and ").Select(Condition.Parse).ToList();
        var top = query.TryGetValue("$top", out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : LongestPage;
        var first = query.TryGetValue("NextPartitionKey", out var partition)
            ? new Key(partition, query.GetValueOrDefault("NextRowKey", ""))
            : Condition.FirstOf(conditions);
        // Of more partitions than one, those of row keys say nothing of where it ends.
        var ends = conditions.Exists(condition => condition is { OfRowKey: false, Operator: "eq" })
            ? conditions
            : conditions.FindAll(condition => !condition.OfRowKey);
        var wanted = Wanted(query);
        var output = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        writer.WriteStartObject();
        writer.WriteStartArray("value");
        var count = 0;
        Row? next = null;
        foreach (var row in rows.From(first))
        {
            if (ends.Exists(condition => condition.IsBehind(row)))
            {
                break;
            }

            if (!conditions.TrueForAll(condition => condition.Holds(row)))
            {
                continue;
            }

            if (count == Math.Min(top, LongestPage))
            {
                next = row;
                break;
            }

            count++;
            Encode(row, wanted, writer);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        var answer = new StorageAnswer(200, output.WrittenSpan.ToArray()).With("Content-Type", StorageAnswer.JsonType);
        return next is null
            ? answer
            : answer.With("x-ms-continuation-NextPartitionKey", next.PartitionKey).With("x-ms-continuation-NextRowKey", next.RowKey);
    }

    private StorageAnswer Write(string table, Key key, byte[] body, List<Change> changes)
    {
        var row = new Row(key.PartitionKey, key.RowKey, body, NextETag(), now());
        changes.Add(new(table, key, row));
        return new StorageAnswer(204).With("ETag", row.ETag);
    }

    private void Commit(List<Change> changes)
    {
        foreach (var change in changes)
        {
            if (change.Row is null)
            {
                tables[change.Table].Remove(change.Key);
            }
            else
            {
                tables[change.Table].Put(change.Row);
            }
        }

        foreach (var change in changes.Where(change => change.Row is not null))
        {
            Written?.Invoke(change.Table, change.Row!);
        }
    }

    private string NextETag() => string.Create(CultureInfo.InvariantCulture, $"W/\"datetime'{++etags}'\"");

    private static Row? Find(Table rows, Key key, List<Change> changes) =>
        changes.FindLast(change => change.Key == key) is { Row: var changed } && changes.Exists(change => change.Key == key)
            ? changed
            : rows.Find(key);

    private static Key KeyIn(byte[] body)
    {
        using var json = JsonDocument.Parse(body);
        return new(json.RootElement.GetProperty("PartitionKey").GetString()!, json.RootElement.GetProperty("RowKey").GetString()!);
    }

    // (PartitionKey='a',RowKey='b')
    private static (string PartitionKey, string RowKey) KeysIn(string text)
    {
        var middle = text.IndexOf("',RowKey='", StringComparison.Ordinal);
        return (
            text["(PartitionKey='".Length..middle].Replace("''", "'", StringComparison.Ordinal),
            text[(middle + "',RowKey='".Length)..^2].Replace("''", "'", StringComparison.Ordinal)
        );
    }

    /// <summary>The columns that are asked for; null for all.</summary>
    private static HashSet<string>? Wanted(IReadOnlyDictionary<string, string> query) =>
        query.TryGetValue("$select", out var select)
            ? [.. select.Split(',').SelectMany(column => new[] { column, $"{column}@odata.type" })]
            : null;

    private static byte[] Encoded(Row row, HashSet<string>? wanted)
    {
        var output = new ArrayBufferWriter<byte>(row.Json.Length + 100);
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true }))
        {
            Encode(row, wanted, writer);
        }

        return output.WrittenSpan.ToArray();
    }

    private static void Encode(Row row, HashSet<string>? wanted, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("odata.etag", row.ETag);
        if (wanted?.Contains("Timestamp") != false)
        {
            writer.WriteString("Timestamp", row.Timestamp.UtcDateTime);
        }

        foreach (var property in row.Properties.EnumerateObject())
        {
            // What is null was not stored.
            if (property.Value.ValueKind != JsonValueKind.Null && wanted?.Contains(property.Name) != false)
            {
                property.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
    }

    /// <summary>A row.</summary>
    internal sealed class Row(string partitionKey, string rowKey, byte[] json, string etag, DateTimeOffset timestamp)
    {
        private JsonElement? properties;

        public string PartitionKey => partitionKey;

        public string RowKey => rowKey;

        /// <summary>The properties as they were sent, keys included.</summary>
        public byte[] Json => json;

        public string ETag => etag;

        public DateTimeOffset Timestamp => timestamp;

        public JsonElement Properties => properties ??= JsonElement.Parse(json);

        public string? Text(string name) =>
            Properties.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : null;

        public int Number(string name) => Properties.TryGetProperty(name, out var value) ? value.GetInt32() : 0;

        public DateTimeOffset Time(string name) => Properties.GetProperty(name).GetDateTimeOffset();
    }

    /// <summary>Rows in the order of both keys, as the service's one index has them.</summary>
    private sealed class Table
    {
        private readonly Dictionary<Key, Row> rows = [];
        private readonly SortedSet<Key> order = [];

        public Row? Find(Key key) => rows.GetValueOrDefault(key);

        public void Put(Row row)
        {
            var key = new Key(row.PartitionKey, row.RowKey);
            rows[key] = row;
            order.Add(key);
        }

        public void Remove(Key key)
        {
            rows.Remove(key);
            order.Remove(key);
        }

        /// <summary>The rows from a key on.</summary>
        public IEnumerable<Row> From(Key first)
        {
            if (rows.Count == 0 || order.Max.CompareTo(first) < 0)
            {
                return [];
            }

            return order.GetViewBetween(first, order.Max).Select(key => rows[key]);
        }
    }

    private readonly record struct Change(string Table, Key Key, Row? Row);

    private readonly record struct Key(string PartitionKey, string RowKey) : IComparable<Key>
    {
        public int CompareTo(Key other)
        {
            var partition = string.CompareOrdinal(PartitionKey, other.PartitionKey);
            return partition != 0 ? partition : string.CompareOrdinal(RowKey, other.RowKey);
        }
    }

    private readonly record struct Condition(bool OfRowKey, string Operator, string Value)
    {
        public static Condition Parse(string text)
        {
            var words = text.Split(' ', 3);
            return new(words[0] == "RowKey", words[1], words[2][1..^1].Replace("''", "'", StringComparison.Ordinal));
        }

        /// <summary>The first key for which all of some conditions may hold.</summary>
        public static Key FirstOf(IReadOnlyList<Condition> conditions)
        {
            var partition = conditions.FirstOrDefault(condition => !condition.OfRowKey && condition.Operator is "eq" or "ge" or "gt");
            var row = conditions.FirstOrDefault(condition => condition is { OfRowKey: true, Operator: "eq" or "ge" or "gt" });
            return new(partition.Value ?? "", partition.Operator == "eq" ? row.Value ?? "" : "");
        }

        /// <summary>Whether a row is behind all for which it holds.</summary>
        public bool IsBehind(Row row) =>
            Operator is "eq" or "lt" or "le" && Compare(row) is var order && order > (Operator == "lt" ? -1 : 0);

        private int Compare(Row row) => string.CompareOrdinal(OfRowKey ? row.RowKey : row.PartitionKey, Value);

        public bool Holds(Row row)
        {
            var order = Compare(row);
            return Operator switch
            {
                "eq" => order == 0,
                "ne" => order != 0,
                "gt" => order > 0,
                "ge" => order >= 0,
                "lt" => order < 0,
                "le" => order <= 0,
                _ => throw new NotSupportedException(Operator),
            };
        }
    }
}
