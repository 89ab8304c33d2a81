using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Baloan.Sandbox;

namespace Baloan.Model.Tests.Storage;

/// <summary>Asks an account of Azurite what the storage in memory was asked, in the same order, and compares the answers.</summary>
internal sealed partial class AzuriteReplay(HttpClient http, Azurite azurite, string account, string key, MemoryStorage memory)
{
    private readonly HashSet<string> made = [];
    private readonly Dictionary<string, string> etags = new() { ["*"] = "*" };
    private readonly Dictionary<string, string> snapshots = [];
    private readonly string signature = Sign(account, key);

    /// <summary>Asks one thing.</summary>
    /// <returns>What was compared: service, method and status.</returns>
    public async Task<string> CompareAsync(StorageRequest request, StorageAnswer expected, CancellationToken cancellationToken)
    {
        await PrepareAsync(request, cancellationToken);
        var isBatch = request.Path == "/$batch";
        using var message = Message(request.Method, request.Service, request.Path, Query(request));
        if (request.IfMatch is { } condition)
        {
            message.Headers.TryAddWithoutValidation("If-Match", etags[condition]);
        }

        if (request.Body.Length > 0 || request.Method is "PUT" or "POST")
        {
            message.Content = new ByteArrayContent(isBatch ? Batch(request.Body) : request.Body);
            if (request.ContentType is { } type)
            {
                message.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            }
        }

        using var answer = await http.SendAsync(message, cancellationToken);
        var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        var status = (int)answer.StatusCode;
        status.ShouldBe(expected.Status, $"{request}\n{Encoding.UTF8.GetString(body)}");
        if (isBatch)
        {
            return $"table batch {CompareBatch(request, expected, body)}";
        }

        if (status < 300)
        {
            Keep(expected.Header("ETag"), answer.Headers.TryGetValues("ETag", out var etag) ? etag.Single() : null, request);
            if (expected.Header("x-ms-snapshot") is { } snapshot)
            {
                snapshots[snapshot] = answer.Headers.GetValues("x-ms-snapshot").Single();
            }

            if (request.Method == "GET" && request.Service == "table")
            {
                CompareRows(request, expected.Body, body);
            }
            else if (request.Method == "GET")
            {
                body.ShouldBe(expected.Body, request.ToString());
            }
        }

        return $"{request.Service} {request.Method} {status}";
    }

    private string CompareBatch(StorageRequest request, StorageAnswer expected, byte[] body)
    {
        var (ours, theirs) = (Encoding.UTF8.GetString(expected.Body), Encoding.UTF8.GetString(body));
        var statuses = Statuses().Matches(ours).Select(match => match.Groups[1].Value).ToList();
        Statuses().Matches(theirs).Select(match => match.Groups[1].Value).ShouldBe(statuses, $"{request}\n{theirs}");
        foreach (var (one, other) in ETags().Matches(ours).Zip(ETags().Matches(theirs)))
        {
            Keep(one.Groups[1].Value.Trim(), other.Groups[1].Value.Trim(), request);
        }

        return statuses[0];
    }

    private void CompareRows(StorageRequest request, byte[] ours, byte[] theirs)
    {
        using var our = JsonDocument.Parse(ours);
        using var their = JsonDocument.Parse(theirs);
        var isList = request.Path.EndsWith("()", StringComparison.Ordinal);
        var (ourRows, theirRows) = isList
            ? (
                our.RootElement.GetProperty("value").EnumerateArray().ToList(),
                their.RootElement.GetProperty("value").EnumerateArray().ToList()
            )
            : ([our.RootElement], [their.RootElement]);
        theirRows.Count.ShouldBe(ourRows.Count, request.ToString());
        foreach (var (one, other) in ourRows.Zip(theirRows))
        {
            Properties(other).ShouldBe(Properties(one), request.ToString());
            Keep(one.GetProperty("odata.etag").GetString(), other.GetProperty("odata.etag").GetString(), request);
        }

        // What the service says of its own, and types that it may leave out where JSON has them.
        static List<string> Properties(JsonElement row) =>
            [
                .. row.EnumerateObject()
                    .Where(property =>
                        !property.Name.StartsWith("odata.", StringComparison.Ordinal)
                        && property.Name is not ("Timestamp" or "Timestamp@odata.type")
                    )
                    .Select(property => $"{property.Name}={property.Value}")
                    .Order(StringComparer.Ordinal),
            ];
    }

    private void Keep(string? ours, string? theirs, StorageRequest request)
    {
        if (ours is not null)
        {
            etags[ours] = theirs.ShouldNotBeNull(request.ToString());
        }
    }

    /// <summary>What was there before the first request, or came from somebody else.</summary>
    private async Task PrepareAsync(StorageRequest request, CancellationToken cancellationToken)
    {
        var path =
            request.Path == "/$batch"
                ? BatchTable().Match(Encoding.UTF8.GetString(request.Body)).Groups[1].Value
                : request.Path.TrimStart('/');
        var name = path.Split('/', '(')[0];
        if (made.Add($"{request.Service} {name}"))
        {
            using var make = request.Service switch
            {
                "table" => Message("POST", "table", "/Tables", ""),
                "queue" => Message("PUT", "queue", $"/{name}", ""),
                _ => Message("PUT", "blob", $"/{name}", "restype=container"),
            };
            make.Content = request.Service == "table" ? Json($"{{\"TableName\":\"{name}\"}}") : new ByteArrayContent([]);
            await ShouldSucceedAsync(make, cancellationToken);
            if (request.Service == "table" && name == "Subscriptions")
            {
                foreach (var row in memory.Tables.Rows(name))
                {
                    using var insert = Message("POST", "table", $"/{name}", "");
                    insert.Content = Json(Encoding.UTF8.GetString(row.Json));
                    await ShouldSucceedAsync(insert, cancellationToken);
                }
            }
        }

        if (request.Query.GetValueOrDefault("comp") == "snapshot")
        {
            using var put = Message("PUT", "blob", request.Path, "");
            put.Content = new ByteArrayContent(memory.Blobs.Find(Uri.UnescapeDataString(request.Path))!);
            await ShouldSucceedAsync(put, cancellationToken);
        }
    }

    private async Task ShouldSucceedAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        using var answer = await http.SendAsync(message, cancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue($"{message.RequestUri} {answer.StatusCode}");
    }

    private HttpRequestMessage Message(string method, string service, string path, string query)
    {
        var message = new HttpRequestMessage(
            new HttpMethod(method),
            new Uri($"{Base(service)}{path}?{query}{(query.Length > 0 ? "&" : "")}{signature}")
        );
        message.Headers.Add("x-ms-version", service == "table" ? "2019-02-02" : "2021-06-08");
        message.Headers.Add("DataServiceVersion", "3.0");
        message.Headers.TryAddWithoutValidation(
            "Accept",
            service == "table" ? "application/json;odata=minimalmetadata" : "application/xml"
        );
        message.Headers.TryAddWithoutValidation("Prefer", "return-no-content");
        if (service == "blob" && method == "PUT" && query.Length == 0)
        {
            message.Headers.Add("x-ms-blob-type", "BlockBlob");
        }

        return message;
    }

    private string Base(string service)
    {
        var port = service switch
        {
            "blob" => azurite.BlobPort,
            "queue" => azurite.QueuePort,
            _ => azurite.TablePort,
        };
        return string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/{account}");
    }

    private string Query(StorageRequest request) =>
        string.Join(
            '&',
            request
                .Query.Where(pair => pair.Key != "sig")
                .Select(pair =>
                    $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Key == "snapshot" ? snapshots[pair.Value] : pair.Value)}"
                )
        );

    private byte[] Batch(byte[] body)
    {
        var text = Encoding
            .UTF8.GetString(body)
            .Replace("http://table.model", Base("table"), StringComparison.Ordinal)
            .Replace("?sig=model", "", StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(Conditions().Replace(text, match => $"If-Match: {etags[match.Groups[1].Value]}\r\n"));
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    /// <summary>A shared access signature of the account for everything.</summary>
    private static string Sign(string account, string key)
    {
        const string Expiry = "2100-01-01T00:00:00Z";
        var text = $"{account}\nrwdlacup\nbqt\nsco\n\n{Expiry}\n\n\n2019-02-02\n";
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.UTF8.GetBytes(text)));
        return $"sv=2019-02-02&ss=bqt&srt=sco&sp=rwdlacup&se={Uri.EscapeDataString(Expiry)}&sig={Uri.EscapeDataString(signature)}";
    }

    [GeneratedRegex("HTTP/1\\.1 ([0-9]{3})")]
    private static partial Regex Statuses();

    [GeneratedRegex("(?im)^ETag: *(.+)$")]
    private static partial Regex ETags();

    [GeneratedRegex("If-Match: (.+)\r\n")]
    private static partial Regex Conditions();

    [GeneratedRegex("http://table\\.model/([A-Za-z]+)")]
    private static partial Regex BatchTable();
}
