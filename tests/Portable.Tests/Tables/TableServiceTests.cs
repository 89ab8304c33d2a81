using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace Portable.Tests.Tables;

public sealed class TableServiceTests(AzuriteFixture azurite)
{
    private const string EmulatorKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly TableServiceClient service = new(azurite.ConnectionString);
    private readonly string name = "t" + Guid.NewGuid().ToString("N");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_table_is_created_listed_and_deleted()
    {
        (await service.CreateTableAsync(name, Cancellation)).Value.Name.ShouldBe(name);
        (await Names($"TableName eq '{name}'")).ShouldBe([name]);

        (await service.DeleteTableAsync(name, Cancellation)).Status.ShouldBe(204);
        (await Names($"TableName eq '{name}'")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Creating_a_table_twice_is_a_conflict()
    {
        var table = service.GetTableClient(name);
        (await table.CreateAsync(Cancellation)).Value.Name.ShouldBe(name);

        var refusal = await Should.ThrowAsync<RequestFailedException>(() => table.CreateAsync(Cancellation));

        refusal.Status.ShouldBe(409);
        refusal.ErrorCode.ShouldBe("TableAlreadyExists");
        (refusal.ErrorCode == TableErrorCode.TableAlreadyExists).ShouldBeTrue();
    }

    [Fact]
    public async Task Creating_a_table_if_it_does_not_exist_may_be_done_again()
    {
        var table = service.GetTableClient(name);

        (await table.CreateIfNotExistsAsync(Cancellation)).GetRawResponse().Status.ShouldBe(204);
        var again = await table.CreateIfNotExistsAsync(Cancellation);
        again.Value.Name.ShouldBe(name);
        again.GetRawResponse().Status.ShouldBe(409);

        (await service.CreateTableIfNotExistsAsync(name, Cancellation)).Value.Name.ShouldBe(name);
        service.CreateTableIfNotExists(name, Cancellation).Value.Name.ShouldBe(name);
        table.CreateIfNotExists(Cancellation).Value.Name.ShouldBe(name);
    }

    [Fact]
    public async Task Deleting_a_table_that_is_not_there_is_no_error()
    {
        (await service.DeleteTableAsync(name, Cancellation)).Status.ShouldBe(404);
        (await service.GetTableClient(name).DeleteAsync(Cancellation)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Tables_are_listed_in_pages()
    {
        string[] names = [name + "a", name + "b", name + "c"];
        foreach (var table in names)
        {
            await service.CreateTableAsync(table, Cancellation);
        }

        var filter = TableClient.CreateQueryFilter($"TableName ge {name} and TableName lt {name + "z"}");
        var pages = new List<Page<TableItem>>();
        await foreach (var page in service.QueryAsync(filter, maxPerPage: 2, cancellationToken: Cancellation).AsPages())
        {
            pages.Add(page);
        }

        pages.SelectMany(page => page.Values).Select(table => table.Name).ShouldBe(names);
        pages.ShouldAllBe(page => page.Values.Count <= 2);
    }

    [Fact]
    public async Task A_table_that_is_not_there_is_not_found()
    {
        var table = service.GetTableClient(name);

        var add = await Should.ThrowAsync<RequestFailedException>(() => table.AddEntityAsync(new TableEntity("p", "r"), Cancellation));
        add.Status.ShouldBe(404);
        add.ErrorCode.ShouldBe("TableNotFound");

        var query = await Should.ThrowAsync<RequestFailedException>(
            async () => await table.QueryAsync<TableEntity>(cancellationToken: Cancellation).GetAsyncEnumerator(Cancellation).MoveNextAsync());
        query.Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_name_that_no_table_may_have_is_refused()
    {
        var refusal = await Should.ThrowAsync<RequestFailedException>(() => service.CreateTableAsync("no-dashes", Cancellation));

        // The service's code is InvalidResourceName; Azurite sends none.
        refusal.Status.ShouldBe(400);
    }

    [Fact]
    public void A_client_knows_its_table_its_account_and_its_address()
    {
        service.AccountName.ShouldBe("devstoreaccount1");
        service.GetTableClient(name).Name.ShouldBe(name);
        service.GetTableClient(name).AccountName.ShouldBe("devstoreaccount1");
        service.GetTableClient(name).Uri.ToString().ShouldBe($"http://127.0.0.1:{azurite.TablePort}/devstoreaccount1/{name}");
    }

    [Theory]
    [InlineData("UseDevelopmentStorage=true", "http://127.0.0.1:10002/devstoreaccount1", "devstoreaccount1")]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net", "https://shop.table.core.windows.net/", "shop")]
    [InlineData("accountname=shop;ACCOUNTKEY=c2VjcmV0Cg==;EndpointSuffix=core.chinacloudapi.cn;", "https://shop.table.core.chinacloudapi.cn/", "shop")]
    [InlineData("DefaultEndpointsProtocol=http;AccountName=shop;AccountKey=c2VjcmV0;TableEndpoint=http://127.0.0.1:7/shop", "http://127.0.0.1:7/shop", "shop")]
    [InlineData("TableEndpoint=https://shop.table.core.windows.net/;SharedAccessSignature=sv=2020-12-06&sig=c2VjcmV0%3D", "https://shop.table.core.windows.net/", "shop")]
    public void A_connection_string_says_where_the_account_is(string connectionString, string address, string account)
    {
        var client = new TableServiceClient(connectionString);

        client.Uri.ToString().TrimEnd('/').ShouldBe(address.TrimEnd('/'));
        client.AccountName.ShouldBe(account);
    }

    [Theory]
    [InlineData("AccountName=shop;AccountKey=c2VjcmV0")]
    [InlineData("AccountName=shop;EndpointSuffix=core.windows.net")]
    [InlineData("TableEndpoint=https://shop.table.core.windows.net/")]
    public void A_connection_string_without_an_account_is_refused_and_not_repeated(string connectionString)
    {
        var refusal = Should.Throw<ArgumentException>(() => new TableServiceClient(connectionString));
        refusal.Message.ShouldNotContain("c2VjcmV0");
    }

    [Fact]
    public async Task An_account_may_be_opened_with_its_key()
    {
        var endpoint = new Uri($"http://127.0.0.1:{azurite.TablePort}/devstoreaccount1");
        var credential = new TableSharedKeyCredential("devstoreaccount1", EmulatorKey);
        credential.AccountName.ShouldBe("devstoreaccount1");

        await new TableServiceClient(endpoint, credential).CreateTableAsync(name, Cancellation);
        await new TableServiceClient(endpoint, credential, new TableClientOptions()).GetTableClient(name)
            .AddEntityAsync(new TableEntity("p", "r"), Cancellation);
        (await new TableClient(endpoint, name, credential).GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancellation))
            .Value.RowKey.ShouldBe("r");
        (await new TableClient(azurite.ConnectionString, name).GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancellation))
            .Value.RowKey.ShouldBe("r");
    }

    [Fact]
    public async Task A_wrong_key_is_refused_until_the_right_one_is_set()
    {
        var credential = new TableSharedKeyCredential("devstoreaccount1", Convert.ToBase64String("wrong"u8));
        var client = new TableServiceClient(new Uri($"http://127.0.0.1:{azurite.TablePort}/devstoreaccount1"), credential);

        var refusal = await Should.ThrowAsync<RequestFailedException>(() => client.CreateTableAsync(name, Cancellation));
        refusal.Status.ShouldBe(403);

        credential.SetAccountKey(EmulatorKey);
        (await client.CreateTableAsync(name, Cancellation)).Value.Name.ShouldBe(name);
    }

    private async Task<List<string>> Names(string filter)
    {
        var names = new List<string>();
        await foreach (var table in service.QueryAsync(filter, cancellationToken: Cancellation))
        {
            names.Add(table.Name);
        }

        return names;
    }
}
