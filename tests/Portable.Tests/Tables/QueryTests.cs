using System.Globalization;
using Azure;
using Azure.Data.Tables;

namespace Portable.Tests.Tables;

public sealed class QueryTests(AzuriteFixture azurite) : TableTests(azurite)
{
    private static readonly Guid Id = Guid.Parse("3b1f1d5e-8f0a-4a6b-9d0c-1234567890ab");
    private static readonly DateTimeOffset Noon = new(2024, 3, 20, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Filters => new(
        TableClient.CreateQueryFilter($"PartitionKey eq {"p"} and RowKey eq {"hit"}"),
        TableClient.CreateQueryFilter($"Text eq {"O'Neill"}"),
        TableClient.CreateQueryFilter($"Text eq {"O'Neill"} and Flag eq {true}"),
        TableClient.CreateQueryFilter($"Number ge {5} and Number lt {6}"),
        TableClient.CreateQueryFilter($"Total eq {long.MaxValue}"),
        TableClient.CreateQueryFilter($"Rate gt {1.25} and Rate lt {1.75}"),
        TableClient.CreateQueryFilter($"Id eq {Id}"),
        TableClient.CreateQueryFilter($"At eq {Noon}"),
        TableClient.CreateQueryFilter($"At gt {Noon.AddMilliseconds(-1)} and At lt {Noon.UtcDateTime.AddMilliseconds(1)}"),
        TableClient.CreateQueryFilter($"not (Flag eq {false}) and RowKey eq {"hit"}"));

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task A_filter_finds_the_rows_that_it_means(string filter)
    {
        await Table.AddEntityAsync(
            new TableEntity("p", "hit")
            {
                ["Text"] = "O'Neill",
                ["Flag"] = true,
                ["Number"] = 5,
                ["Total"] = long.MaxValue,
                ["Rate"] = 1.5,
                ["Id"] = Id,
                ["At"] = Noon,
            },
            Cancellation);
        await Table.AddEntityAsync(
            new TableEntity("p", "miss")
            {
                ["Text"] = "Neill",
                ["Flag"] = false,
                ["Number"] = 6,
                ["Total"] = 1L,
                ["Rate"] = 2.5,
                ["Id"] = Guid.Empty,
                ["At"] = Noon.AddDays(1),
            },
            Cancellation);

        (await Rows(filter)).Select(row => row.RowKey).ShouldBe(["hit"]);
    }

    [Fact]
    public void A_filter_quotes_each_value_as_its_type()
    {
        TableClient.CreateQueryFilter($"A eq {"it's"} or A eq {'c'} or A eq {"x' or '1' eq '1"}")
            .ShouldBe("A eq 'it''s' or A eq 'c' or A eq 'x'' or ''1'' eq ''1'");
        TableClient.CreateQueryFilter($"A eq {1} or A eq {2L} or A eq {1.5} or A eq {true} or A eq {false}")
            .ShouldBe("A eq 1 or A eq 2L or A eq 1.5 or A eq true or A eq false");
        TableClient.CreateQueryFilter($"A eq {Id} or A eq {Noon.AddTicks(10)} or A eq {Noon.ToOffset(TimeSpan.FromHours(3.5))}")
            .ShouldBe("A eq guid'3b1f1d5e-8f0a-4a6b-9d0c-1234567890ab' or A eq datetime'2024-03-20T12:00:00.000001Z' or A eq datetime'2024-03-20T12:00:00Z'");
        TableClient.CreateQueryFilter($"A eq {new byte[] { 10, 255 }}").ShouldBe("A eq X'0AFF'");
        Should.Throw<ArgumentException>(() => TableClient.CreateQueryFilter($"A eq {TimeSpan.Zero}"));
    }

    [Fact]
    public async Task Without_a_filter_all_rows_come_in_the_order_of_their_keys()
    {
        foreach (var (partition, row) in new[] { ("b", "1"), ("a", "2"), ("a", "1") })
        {
            await Table.AddEntityAsync(new TableEntity(partition, row), Cancellation);
        }

        (await Rows()).Select(row => row.PartitionKey + row.RowKey).ShouldBe(["a1", "a2", "b1"]);
    }

    [Fact]
    public async Task A_query_reads_only_the_selected_properties()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = 1, ["B"] = 2L }, Cancellation);

        var row = (await All(Table.QueryAsync<TableEntity>("PartitionKey eq 'p'", select: ["RowKey", "B"], cancellationToken: Cancellation))).ShouldHaveSingleItem();

        row.RowKey.ShouldBe("r");
        row.GetInt64("B").ShouldBe(2);
        row.ContainsKey("A").ShouldBeFalse();
    }

    [Fact]
    public async Task A_query_for_nothing_is_empty()
    {
        (await Rows("PartitionKey eq 'none'")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_filter_that_makes_no_sense_is_refused()
    {
        var refusal = await Should.ThrowAsync<RequestFailedException>(() => Rows("this is not a filter"));
        refusal.Status.ShouldBe(400);
    }

    [Fact]
    public async Task Over_a_thousand_rows_come_over_more_than_one_page()
    {
        await AddRows(1_100);

        var pages = await All(Table.QueryAsync<TableEntity>("PartitionKey eq 'p'", cancellationToken: Cancellation).AsPages());

        pages.Count.ShouldBeGreaterThan(1);
        pages[0].Values.Count.ShouldBe(1_000);
        pages[^1].ContinuationToken.ShouldBeNull();
        pages.SelectMany(page => page.Values).Select(row => row.GetInt32("N")).ShouldBe(Enumerable.Range(0, 1_100).Cast<int?>());
        (await Rows()).Count.ShouldBe(1_100);
    }

    [Fact]
    public async Task A_query_goes_on_where_a_continuation_token_points()
    {
        await AddRows(7, partition: "بخش 'یک'");
        var query = Table.QueryAsync<TableEntity>(maxPerPage: 3, cancellationToken: Cancellation);

        var first = await First(query.AsPages());
        first.Values.Count.ShouldBe(3);
        first.ContinuationToken.ShouldNotBeNullOrEmpty();

        // As another process would that was handed the token.
        var rest = await All(Table.QueryAsync<TableEntity>(cancellationToken: Cancellation).AsPages(first.ContinuationToken, pageSizeHint: 2));
        rest.Select(page => page.Values.Count).ShouldBe([2, 2]);
        rest.SelectMany(page => page.Values).Select(row => row.GetInt32("N")).ShouldBe([3, 4, 5, 6]);

        (await All(query)).Count.ShouldBe(7);
    }

    private static async Task<T> First<T>(IAsyncEnumerable<T> values)
    {
        await using var enumerator = values.GetAsyncEnumerator(Cancellation);
        (await enumerator.MoveNextAsync()).ShouldBeTrue();
        return enumerator.Current;
    }

    private async Task AddRows(int count, string partition = "p")
    {
        foreach (var chunk in Enumerable.Range(0, count).Chunk(100))
        {
            await Table.SubmitTransactionAsync(
                chunk.Select(n => new TableTransactionAction(
                    TableTransactionActionType.Add,
                    new TableEntity(partition, n.ToString("D6", CultureInfo.InvariantCulture)) { ["N"] = n })),
                Cancellation);
        }
    }
}
