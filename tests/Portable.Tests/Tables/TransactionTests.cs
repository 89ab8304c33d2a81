using System.Globalization;
using Azure;
using Azure.Data.Tables;

namespace Portable.Tests.Tables;

public sealed class TransactionTests(AzuriteFixture azurite) : TableTests(azurite)
{
    [Fact]
    public async Task All_actions_of_a_transaction_are_done()
    {
        foreach (var row in new[] { "merge", "replace", "delete", "old" })
        {
            await Table.AddEntityAsync(new TableEntity("p", row) { ["A"] = 1, ["B"] = 1 }, Cancellation);
        }

        var read = await Read("merge");
        var response = await Table.SubmitTransactionAsync(
            [
                new(TableTransactionActionType.Add, new TableEntity("p", "add") { ["A"] = "متن {braces} 'quote'" }),
                new(TableTransactionActionType.UpdateMerge, new TableEntity("p", "merge") { ["A"] = 2 }, read.ETag),
                new(TableTransactionActionType.UpdateReplace, new TableEntity("p", "replace") { ["A"] = 2 }, ETag.All),
                new(TableTransactionActionType.Delete, new TableEntity("p", "delete")),
                new(TableTransactionActionType.UpsertMerge, new TableEntity("p", "old") { ["A"] = 2 }),
                new(TableTransactionActionType.UpsertReplace, new TableEntity("p", "new") { ["A"] = 2L }),
            ],
            Cancellation);

        response.GetRawResponse().Status.ShouldBe(202);
        response.Value.Select(answer => answer.Status).ShouldBe([204, 204, 204, 204, 204, 204]);
        (await Read("add")).GetString("A").ShouldBe("متن {braces} 'quote'");
        (await Read("add")).ETag.ShouldBe(response.Value[0].Headers.ETag!.Value);
        var merged = await Read("merge");
        (merged.GetInt32("A"), merged.GetInt32("B")).ShouldBe((2, 1));
        var replaced = await Read("replace");
        (replaced.GetInt32("A"), replaced.GetInt32("B")).ShouldBe((2, null));
        (await Table.GetEntityIfExistsAsync<TableEntity>("p", "delete", cancellationToken: Cancellation)).HasValue.ShouldBeFalse();
        (await Read("old")).GetInt32("B").ShouldBe(1);
        (await Read("new")).GetInt64("A").ShouldBe(2);
    }

    [Fact]
    public async Task A_refused_action_undoes_the_others_and_is_named()
    {
        await Table.AddEntityAsync(new TableEntity("p", "taken") { ["A"] = 1 }, Cancellation);

        var refusal = await Should.ThrowAsync<TableTransactionFailedException>(() => Table.SubmitTransactionAsync(
            [
                new(TableTransactionActionType.Add, new TableEntity("p", "a")),
                new(TableTransactionActionType.UpsertMerge, new TableEntity("p", "b")),
                new(TableTransactionActionType.Add, new TableEntity("p", "taken") { ["A"] = 2 }),
                new(TableTransactionActionType.Add, new TableEntity("p", "c")),
            ],
            Cancellation));

        refusal.Status.ShouldBe(409);
        refusal.ErrorCode.ShouldBe("EntityAlreadyExists");
        refusal.FailedTransactionActionIndex.ShouldBe(2);
        refusal.ShouldBeAssignableTo<RequestFailedException>();
        (await Rows()).ShouldHaveSingleItem().GetInt32("A").ShouldBe(1);
    }

    [Fact]
    public async Task A_transaction_is_refused_when_a_row_is_no_longer_of_its_version()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = 1 }, Cancellation);
        var old = await Read("r");
        await Table.UpsertEntityAsync(new TableEntity("p", "r") { ["A"] = 2 }, cancellationToken: Cancellation);

        var refusal = await Should.ThrowAsync<TableTransactionFailedException>(() => Table.SubmitTransactionAsync(
            [
                new(TableTransactionActionType.Add, new TableEntity("p", "index")),
                new(TableTransactionActionType.UpdateReplace, old, old.ETag),
            ],
            Cancellation));

        refusal.Status.ShouldBe(412);
        refusal.ErrorCode.ShouldBe("UpdateConditionNotSatisfied");
        refusal.FailedTransactionActionIndex.ShouldBe(1);
        (await Rows()).ShouldHaveSingleItem().GetInt32("A").ShouldBe(2);
    }

    [Fact]
    public async Task A_transaction_that_deletes_a_missing_row_is_refused()
    {
        var refusal = await Should.ThrowAsync<TableTransactionFailedException>(() => Table.SubmitTransactionAsync(
            [
                new(TableTransactionActionType.Add, new TableEntity("p", "a")),
                new(TableTransactionActionType.Delete, new TableEntity("p", "none")),
            ],
            Cancellation));

        refusal.Status.ShouldBe(404);
        refusal.ErrorCode.ShouldBe("ResourceNotFound");
        refusal.FailedTransactionActionIndex.ShouldBe(1);
        (await Rows()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_hundred_actions_are_done_and_more_are_refused()
    {
        IEnumerable<TableTransactionAction> Adds(int from, int count) => Enumerable.Range(from, count).Select(n =>
            new TableTransactionAction(TableTransactionActionType.Add, new TableEntity("p", n.ToString("D4", CultureInfo.InvariantCulture))));

        var response = await Table.SubmitTransactionAsync(Adds(0, 100), Cancellation);
        response.Value.Count.ShouldBe(100);

        var refusal = await Should.ThrowAsync<RequestFailedException>(() => Table.SubmitTransactionAsync(Adds(100, 101), Cancellation));
        refusal.Status.ShouldBe(400);
        refusal.ErrorCode.ShouldBe("InvalidInput");
        (await Rows()).Count.ShouldBe(100);
    }

    [Fact]
    public async Task A_transaction_that_names_a_row_twice_is_refused()
    {
        var refusal = await Should.ThrowAsync<RequestFailedException>(() => Table.SubmitTransactionAsync(
            [
                new(TableTransactionActionType.UpsertMerge, new TableEntity("p", "r")),
                new(TableTransactionActionType.UpsertMerge, new TableEntity("p", "r")),
            ],
            Cancellation));

        refusal.Status.ShouldBe(400);
        refusal.ErrorCode.ShouldBe("InvalidDuplicateRow");
    }

    [Fact]
    public async Task A_transaction_of_nothing_is_refused_before_it_is_sent()
    {
        await Should.ThrowAsync<InvalidOperationException>(() => Table.SubmitTransactionAsync([], Cancellation));
        await Should.ThrowAsync<ArgumentNullException>(() => Table.SubmitTransactionAsync(null!, Cancellation));
    }

    [Theory]
    [InlineData("O'Neill 50% {x}")]
    [InlineData("تسویه ۱۴۰۳ 😀")]
    public async Task Keys_in_a_transaction_may_have_odd_characters(string key)
    {
        await Table.SubmitTransactionAsync([new(TableTransactionActionType.UpsertReplace, new TableEntity(key, key) { ["A"] = 1 })], Cancellation);
        await Table.SubmitTransactionAsync([new(TableTransactionActionType.UpdateMerge, new TableEntity(key, key) { ["A"] = 2 }, ETag.All)], Cancellation);

        var row = (await Rows()).ShouldHaveSingleItem();
        (row.PartitionKey, row.RowKey, row.GetInt32("A")).ShouldBe((key, key, 2));

        await Table.SubmitTransactionAsync([new(TableTransactionActionType.Delete, row, row.ETag)], Cancellation);
        (await Rows()).ShouldBeEmpty();
    }

    private async Task<TableEntity> Read(string rowKey) =>
        await Table.GetEntityAsync<TableEntity>("p", rowKey, cancellationToken: Cancellation);
}
