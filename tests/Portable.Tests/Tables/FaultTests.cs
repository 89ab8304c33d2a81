using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.AspNetCore.Http;

namespace Portable.Tests.Tables;

/// <summary>What the service does at its worst, and what Azurite does otherwise than the service.</summary>
public sealed class FaultTests
{
    private const string Key = "c2VjcmV0IGtleQ==";
    private const string NextKey = "bmV4dCBrZXk=";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(503)]
    [InlineData(500)]
    [InlineData(429)]
    public async Task A_request_is_repeated_and_each_try_is_signed_anew(int status)
    {
        var tries = 0;
        var credential = new TableSharedKeyCredential("shop", Key);
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            // A try that took over the signature of the one before would have that of the old key.
            credential.SetAccountKey(NextKey);
            context.Response.StatusCode = Interlocked.Increment(ref tries) <= 2 ? status : 204;
            context.Response.Headers.ETag = "W/\"datetime'2024'\"";
            return Task.CompletedTask;
        });

        var client = new TableClient(server.Account, "table", credential, Options());
        var response = await client.UpsertEntityAsync(new TableEntity("بخش 1", "r'"), cancellationToken: Cancellation);

        response.Headers.ETag!.Value.ToString().ShouldBe("W/\"datetime'2024'\"");
        server.Requests.Count.ShouldBe(3);
        foreach (var ((_, _, _, headers), key) in server.Requests.Zip([Key, NextKey, NextKey]))
        {
            headers["x-ms-version"].ToString().ShouldBe("2020-12-06");
            var date = headers["x-ms-date"].ToString();
            DateTimeOffset.ParseExact(date, "r", CultureInfo.InvariantCulture).ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));

            // https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key: the path as it was sent, after the account.
            var signature = Sign(key, $"{date}\n/shop/shop/table(PartitionKey='%D8%A8%D8%AE%D8%B4%201',RowKey='r%27%27')");
            headers.Authorization.ToString().ShouldBe($"SharedKeyLite shop:{signature}");
        }
    }

    [Fact]
    public async Task A_service_that_stays_unavailable_is_reported_after_the_last_try()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.StatusCode = 503;
            return context.Response.WriteAsync("""{"odata.error":{"code":"ServerBusy","message":{"lang":"en-US","value":"The server is busy."}}}""");
        });

        var failure = await Should.ThrowAsync<RequestFailedException>(
            () => Client(server).GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancellation));

        failure.Status.ShouldBe(503);
        failure.ErrorCode.ShouldBe("ServerBusy");
        server.Requests.Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_refusal_is_not_repeated()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.StatusCode = 412;
            return Task.CompletedTask;
        });

        var failure = await Should.ThrowAsync<RequestFailedException>(
            () => Client(server).UpdateEntityAsync(new TableEntity("p", "r"), new ETag("\"1\""), cancellationToken: Cancellation));

        failure.Status.ShouldBe(412);
        server.Requests.ShouldHaveSingleItem().Headers.IfMatch.ToString().ShouldBe("\"1\"");
    }

    [Fact]
    public async Task An_answer_that_is_not_the_services_is_still_reported()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.StatusCode = 403;
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<html>No entry</html>");
        });

        (await Should.ThrowAsync<RequestFailedException>(() => Client(server).AddEntityAsync(new TableEntity("p", "r"), Cancellation)))
            .Status.ShouldBe(403);
    }

    [Fact]
    public async Task A_service_that_is_down_is_reported()
    {
        var nobody = new Uri($"http://127.0.0.1:{FreePort()}/shop");
        var once = new TableClient(ConnectionString(nobody), "table", Options(maxRetries: 0));
        var often = new TableClient(ConnectionString(nobody), "table", Options(maxRetries: 2));

        (await Should.ThrowAsync<RequestFailedException>(() => once.AddEntityAsync(new TableEntity("p", "r"), Cancellation)))
            .Status.ShouldBe(0);

        var all = await Should.ThrowAsync<AggregateException>(() => often.AddEntityAsync(new TableEntity("p", "r"), Cancellation));
        all.InnerExceptions.Count.ShouldBe(3);
        all.InnerExceptions.ShouldAllBe(failure => failure is RequestFailedException);
    }

    [Fact]
    public async Task A_request_that_is_not_answered_can_be_given_up()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            arrived.TrySetResult();
            return Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        var request = Client(server).GetEntityIfExistsAsync<TableEntity>("p", "r", cancellationToken: giveUp.Token);
        await arrived.Task.WaitAsync(Cancellation);
        await giveUp.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => request);
        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_query_can_be_given_up_between_its_pages()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.Headers["x-ms-continuation-NextPartitionKey"] = "1!8!cA--";
            return context.Response.WriteAsync("""{"value":[{"PartitionKey":"p","RowKey":"r"}]}""");
        });
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Client(server).QueryAsync<TableEntity>(cancellationToken: giveUp.Token))
            {
                await giveUp.CancelAsync();
            }
        });
        server.Requests.Count.ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task An_empty_page_is_not_the_last_one()
    {
        // The service ends a page at a partition server's border or after five seconds, with rows or without.
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            switch (context.Request.Query["NextPartitionKey"].ToString())
            {
                case "":
                    context.Response.Headers["x-ms-continuation-NextPartitionKey"] = "1!8!cA--";
                    context.Response.Headers["x-ms-continuation-NextRowKey"] = "1!8!cg--";
                    return context.Response.WriteAsync("""{"odata.metadata":"m","value":[]}""");
                case "1!8!cA--" when context.Request.Query["NextRowKey"] == "1!8!cg--":
                    context.Response.Headers["x-ms-continuation-NextPartitionKey"] = "1!8!cQ--";
                    return context.Response.WriteAsync("""{"odata.metadata":"m","value":[{"PartitionKey":"p","RowKey":"r"}]}""");
                case "1!8!cQ--" when !context.Request.Query.ContainsKey("NextRowKey"):
                    return context.Response.WriteAsync("""{"odata.metadata":"m","value":[{"PartitionKey":"q","RowKey":"r"}]}""");
                default:
                    context.Response.StatusCode = 400;
                    return Task.CompletedTask;
            }
        });

        var partitions = new List<string>();
        await foreach (var row in Client(server).QueryAsync<TableEntity>("N gt 1", 10, ["PartitionKey"], Cancellation))
        {
            partitions.Add(row.PartitionKey);
        }

        partitions.ShouldBe(["p", "q"]);
        foreach (var request in server.Requests)
        {
            var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(request.Query);
            (query["$filter"].ToString(), query["$top"].ToString(), query["$select"].ToString()).ShouldBe(("N gt 1", "10", "PartitionKey"));
        }
    }

    [Fact]
    public async Task Values_that_the_service_types_are_read_whatever_their_order()
    {
        await using var server = await ScriptedServer.StartAsync(context => context.Response.WriteAsync(
            """
            {
              "odata.metadata":"https://shop.table.core.windows.net/$metadata#table/@Element",
              "odata.etag":"W/\"datetime'2024-03-20T06%3A36%3A26.1234567Z'\"",
              "PartitionKey":"p","RowKey":"r","Timestamp":"2024-03-20T06:36:26.1234567Z",
              "Before@odata.type":"Edm.Int64","Before":"1","After":"2","After@odata.type":"Edm.Int64",
              "Nan@odata.type":"Edm.Double","Nan":"NaN","Infinite@odata.type":"Edm.Double","Infinite":"-Infinity",
              "Fraction":1.5,"Whole":1.0,"Number":1,"Null":null
            }
            """));

        var row = (await Client(server).GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancellation)).Value;

        row.ETag.ToString().ShouldBe("W/\"datetime'2024-03-20T06%3A36%3A26.1234567Z'\"");
        row.Timestamp.ShouldBe(new DateTimeOffset(2024, 3, 20, 6, 36, 26, TimeSpan.Zero).AddTicks(1_234_567));
        row.GetInt64("Before").ShouldBe(1);
        row.GetInt64("After").ShouldBe(2);
        row.GetDouble("Nan").ShouldBe(double.NaN);
        row.GetDouble("Infinite").ShouldBe(double.NegativeInfinity);
        row.GetDouble("Fraction").ShouldBe(1.5);
        row.GetDouble("Whole").ShouldBe(1);
        row.GetInt32("Number").ShouldBe(1);
        row["Null"].ShouldBeNull();
    }

    [Fact]
    public async Task A_transaction_over_two_partitions_is_refused_as_the_service_refuses_it()
    {
        // Azurite lets it pass.
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.StatusCode = 202;
            context.Response.ContentType = "multipart/mixed; boundary=batchresponse_1";
            return context.Response.WriteAsync(
                """
                --batchresponse_1
                Content-Type: multipart/mixed; boundary=changesetresponse_2

                --changesetresponse_2
                Content-Type: application/http
                Content-Transfer-Encoding: binary

                HTTP/1.1 400 Bad Request
                X-Content-Type-Options: nosniff
                Cache-Control: no-cache
                DataServiceVersion: 3.0;
                Content-Type: application/json;odata=minimalmetadata;streaming=true;charset=utf-8

                {"odata.error":{"code":"CommandsInBatchActOnDifferentPartitions","message":{"lang":"en-US","value":"1:All commands in a batch must operate on same entity group.\nRequestId:3\nTime:2024-03-20T06:36:26.1234567Z"}}}
                --changesetresponse_2--
                --batchresponse_1--

                """.ReplaceLineEndings("\r\n"));
        });

        var refusal = await Should.ThrowAsync<TableTransactionFailedException>(() => Client(server).SubmitTransactionAsync(
            [
                new(TableTransactionActionType.Add, new TableEntity("p", "r")),
                new(TableTransactionActionType.Add, new TableEntity("q", "r")),
            ],
            Cancellation));

        refusal.Status.ShouldBe(400);
        refusal.ErrorCode.ShouldBe("CommandsInBatchActOnDifferentPartitions");
        refusal.FailedTransactionActionIndex.ShouldBe(1);
        refusal.Message.ShouldContain("same entity group");
    }

    [Fact]
    public async Task A_table_that_is_being_deleted_does_not_count_as_existing()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.StatusCode = 409;
            context.Response.ContentType = "application/json;odata=minimalmetadata";
            return context.Response.WriteAsync("""{"odata.error":{"code":"TableBeingDeleted","message":{"lang":"en-US","value":"The specified table is being deleted."}}}""");
        });

        var refusal = await Should.ThrowAsync<RequestFailedException>(() => Client(server).CreateIfNotExistsAsync(Cancellation));
        refusal.ErrorCode.ShouldBe("TableBeingDeleted");
    }

    [Fact]
    public async Task An_identity_is_sent_as_a_token_for_storage_over_tls()
    {
        await using var server = await ScriptedServer.StartAsync(
            context =>
            {
                context.Response.StatusCode = 204;
                return Task.CompletedTask;
            },
            tls: true);
        using var handler = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = (_, certificate, _, _) => certificate?.Thumbprint == server.Thumbprint,
        };
        using var http = new HttpClient(handler);
        var options = Options(maxRetries: 0);
        options.Transport = new HttpClientTransport(http);
        var identity = new FixedIdentity();

        var service = new TableServiceClient(server.Account, identity, options);
        await service.CreateTableIfNotExistsAsync("table", Cancellation);
        await new TableClient(server.Account, "table", identity, options).AddEntityAsync(new TableEntity("p", "r"), Cancellation);

        server.Requests.Select(request => request.Headers.Authorization.ToString()).ShouldBe(["Bearer the-token", "Bearer the-token"]);
        server.Requests.ShouldAllBe(request => request.Headers["x-ms-version"] == "2020-12-06");
        identity.Scopes.ShouldAllBe(scope => scope == "https://storage.azure.com/.default");
    }

    [Fact]
    public async Task A_token_is_not_sent_without_tls()
    {
        await using var server = await ScriptedServer.StartAsync(_ => Task.CompletedTask);
        var client = new TableClient(server.Account, "table", new FixedIdentity(), Options(maxRetries: 0));

        await Should.ThrowAsync<InvalidOperationException>(() => client.AddEntityAsync(new TableEntity("p", "r"), Cancellation));
        server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_shared_access_signature_goes_with_each_request()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });
        var client = new TableClient($"TableEndpoint={server.Account};SharedAccessSignature=sv=2020-12-06&sig=a%2Bb%3D", "table", Options());

        await client.UpsertEntityAsync(new TableEntity("p", "r"), cancellationToken: Cancellation);

        var request = server.Requests.ShouldHaveSingleItem();
        request.Query.ShouldContain("sv=2020-12-06&sig=a%2Bb%3D");
        request.Headers.Authorization.ShouldBeEmpty();
        client.Uri.Query.ShouldBeEmpty();
    }

    private static TableClient Client(ScriptedServer server) => new(ConnectionString(server.Account), "table", Options());

    private static TableClientOptions Options(int maxRetries = 3) => new()
    {
        Retry = { MaxRetries = maxRetries, Delay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(1) },
    };

    private static string ConnectionString(Uri endpoint) => $"AccountName=shop;AccountKey={Key};TableEndpoint={endpoint}";

    private static string Sign(string key, string text) =>
        Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.UTF8.GetBytes(text)));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class FixedIdentity : TokenCredential
    {
        public List<string> Scopes { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scopes.AddRange(requestContext.Scopes);
            return new AccessToken("the-token", DateTimeOffset.UtcNow.AddHours(1));
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
