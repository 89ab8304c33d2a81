using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace Portable.Tests.Tables;

public sealed class EntityTests(AzuriteFixture azurite) : TableTests(azurite)
{
    /// <summary>What Azure's rules for keys leave over: everything but <c>/ \ # ?</c> and control characters.</summary>
    public static TheoryData<string> OddKeys => new(
        "with space",
        " at the ends ",
        "O'Neill's",
        "''",
        "50%",
        "a%20b",
        "a+b&c=d;e,f:g@h!i$j*k(l)m~n",
        "{brace} [bracket] <angle> |pipe| ^`",
        "\"quoted\"",
        "تسویه ۱۴۰۳",
        "naïve Straße",
        "😀",
        "..",
        new string('k', 500));

    [Fact]
    public async Task A_row_is_added_and_read()
    {
        var added = await Table.AddEntityAsync(new TableEntity("p", "r") { ["Total"] = 12_000_000L }, Cancellation);
        added.Status.ShouldBe(204);

        var read = await Table.GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancellation);

        read.Value.PartitionKey.ShouldBe("p");
        read.Value.RowKey.ShouldBe("r");
        read.Value.GetInt64("Total").ShouldBe(12_000_000);
        read.Value.ETag.ShouldBe(added.Headers.ETag!.Value);
        read.Value.Timestamp!.Value.ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task Adding_a_row_twice_is_a_conflict()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["By"] = "first" }, Cancellation);

        var refusal = await Should.ThrowAsync<RequestFailedException>(
            () => Table.AddEntityAsync(new TableEntity("p", "r") { ["By"] = "second" }, Cancellation));

        refusal.Status.ShouldBe(409);
        refusal.ErrorCode.ShouldBe(TableErrorCode.EntityAlreadyExists.ToString());
        (await Read("p", "r")).GetString("By").ShouldBe("first");
    }

    [Fact]
    public async Task A_row_that_is_not_there_is_not_found()
    {
        var refusal = await Should.ThrowAsync<RequestFailedException>(() => Read("p", "none"));
        refusal.Status.ShouldBe(404);
        refusal.ErrorCode.ShouldBe("ResourceNotFound");

        var missing = await Table.GetEntityIfExistsAsync<TableEntity>("p", "none", cancellationToken: Cancellation);
        missing.HasValue.ShouldBeFalse();
        missing.GetRawResponse().Status.ShouldBe(404);
        Should.Throw<InvalidOperationException>(() => missing.Value);
    }

    [Fact]
    public async Task A_row_that_is_there_is_read_if_it_exists()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = 1, ["B"] = 2 }, Cancellation);

        var found = await Table.GetEntityIfExistsAsync<TableEntity>("p", "r", ["A"], Cancellation);

        found.HasValue.ShouldBeTrue();
        found.Value!.GetInt32("A").ShouldBe(1);
        found.Value.ContainsKey("B").ShouldBeFalse();
    }

    [Fact]
    public async Task Only_the_selected_properties_are_read()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = 1, ["B"] = "two" }, Cancellation);

        var read = (await Table.GetEntityAsync<TableEntity>("p", "r", ["B", "PartitionKey"], Cancellation)).Value;

        read.GetString("B").ShouldBe("two");
        read.PartitionKey.ShouldBe("p");
        read.ContainsKey("A").ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(OddKeys))]
    public async Task A_key_may_have_odd_characters(string key)
    {
        var added = await Table.AddEntityAsync(new TableEntity(key, key) { ["N"] = 1 }, Cancellation);

        var read = await Read(key, key);
        (read.PartitionKey, read.RowKey).ShouldBe((key, key));

        var updated = await Table.UpdateEntityAsync(new TableEntity(key, key) { ["N"] = 2 }, added.Headers.ETag!.Value, cancellationToken: Cancellation);
        await Table.UpsertEntityAsync(new TableEntity(key, key) { ["N"] = 3 }, TableUpdateMode.Replace, Cancellation);
        updated.Headers.ETag.ShouldNotBeNull();

        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {key} and RowKey eq {key}");
        (await Rows(filter)).ShouldHaveSingleItem().GetInt32("N").ShouldBe(3);

        (await Table.DeleteEntityAsync(key, key, cancellationToken: Cancellation)).Status.ShouldBe(204);
        (await Table.GetEntityIfExistsAsync<TableEntity>(key, key, cancellationToken: Cancellation)).HasValue.ShouldBeFalse();
    }

    [Fact]
    public async Task An_update_changes_only_the_version_that_was_read()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["State"] = "new" }, Cancellation);
        var (mine, theirs) = (await Read("p", "r"), await Read("p", "r"));

        mine["State"] = "submitting";
        var won = await Table.UpdateEntityAsync(mine, mine.ETag, TableUpdateMode.Replace, Cancellation);
        theirs["State"] = "other";
        var lost = await Should.ThrowAsync<RequestFailedException>(
            () => Table.UpdateEntityAsync(theirs, theirs.ETag, TableUpdateMode.Replace, Cancellation));

        lost.Status.ShouldBe(412);
        lost.ErrorCode.ShouldBe("UpdateConditionNotSatisfied");
        var now = await Read("p", "r");
        now.GetString("State").ShouldBe("submitting");
        now.ETag.ShouldBe(won.Headers.ETag!.Value);
    }

    [Fact]
    public async Task Of_many_updates_at_once_one_wins()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r"), Cancellation);
        var read = await Read("p", "r");

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(async number =>
        {
            try
            {
                await Table.UpdateEntityAsync(new TableEntity("p", "r") { ["By"] = number }, read.ETag, cancellationToken: Cancellation);
                return 204;
            }
            catch (RequestFailedException refusal)
            {
                return refusal.Status;
            }
        }));

        outcomes.Count(status => status == 204).ShouldBe(1);
        outcomes.Count(status => status == 412).ShouldBe(9);
    }

    [Fact]
    public async Task A_merge_keeps_the_other_properties_and_a_replacement_drops_them()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = 1, ["B"] = 2 }, Cancellation);

        await Table.UpdateEntityAsync(new TableEntity("p", "r") { ["B"] = 3, ["A"] = null }, ETag.All, cancellationToken: Cancellation);
        var merged = await Read("p", "r");
        (merged.GetInt32("A"), merged.GetInt32("B")).ShouldBe((1, 3));

        await Table.UpdateEntityAsync(new TableEntity("p", "r") { ["B"] = 4 }, ETag.All, TableUpdateMode.Replace, Cancellation);
        var replaced = await Read("p", "r");
        (replaced.GetInt32("A"), replaced.GetInt32("B")).ShouldBe((null, 4));
    }

    [Fact]
    public async Task An_update_of_a_row_that_is_not_there_is_not_found()
    {
        var refusal = await Should.ThrowAsync<RequestFailedException>(
            () => Table.UpdateEntityAsync(new TableEntity("p", "none"), ETag.All, cancellationToken: Cancellation));
        refusal.Status.ShouldBe(404);
    }

    [Fact]
    public async Task An_update_needs_a_version()
    {
        await Should.ThrowAsync<ArgumentException>(
            () => Table.UpdateEntityAsync(new TableEntity("p", "r"), default, cancellationToken: Cancellation));
    }

    [Theory]
    [InlineData(TableUpdateMode.Merge, 1)]
    [InlineData(TableUpdateMode.Replace, null)]
    public async Task An_upsert_adds_and_changes(TableUpdateMode mode, int? kept)
    {
        var added = await Table.UpsertEntityAsync(new TableEntity("p", "r") { ["A"] = 1 }, mode, Cancellation);
        (await Read("p", "r")).ETag.ShouldBe(added.Headers.ETag!.Value);

        await Table.UpsertEntityAsync(new TableEntity("p", "r") { ["B"] = 2 }, mode, Cancellation);

        var read = await Read("p", "r");
        read.GetInt32("A").ShouldBe(kept);
        read.GetInt32("B").ShouldBe(2);
    }

    [Fact]
    public async Task A_delete_takes_only_the_version_that_was_read()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r"), Cancellation);
        var old = await Read("p", "r");
        await Table.UpsertEntityAsync(new TableEntity("p", "r") { ["A"] = 1 }, cancellationToken: Cancellation);

        var refusal = await Should.ThrowAsync<RequestFailedException>(() => Table.DeleteEntityAsync("p", "r", old.ETag, Cancellation));
        refusal.Status.ShouldBe(412);
        refusal.ErrorCode.ShouldBe("UpdateConditionNotSatisfied");
        await Should.ThrowAsync<RequestFailedException>(() => Table.DeleteEntityAsync(old, old.ETag, Cancellation));

        var now = await Read("p", "r");
        (await Table.DeleteEntityAsync(now, now.ETag, Cancellation)).Status.ShouldBe(204);
    }

    [Fact]
    public async Task A_delete_without_a_version_takes_any_and_a_missing_row_is_no_error()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r"), Cancellation);
        var old = await Read("p", "r");
        await Table.UpsertEntityAsync(new TableEntity("p", "r") { ["A"] = 1 }, cancellationToken: Cancellation);

        (await Table.DeleteEntityAsync(old, cancellationToken: Cancellation)).Status.ShouldBe(204);
        (await Table.DeleteEntityAsync("p", "r", cancellationToken: Cancellation)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task What_cannot_be_sent_is_refused_before_it_is()
    {
        await Should.ThrowAsync<ArgumentNullException>(() => Table.AddEntityAsync<TableEntity>(null!, Cancellation));
        await Should.ThrowAsync<ArgumentNullException>(() => Table.AddEntityAsync(new TableEntity(), Cancellation));
        await Should.ThrowAsync<ArgumentNullException>(() => Table.UpsertEntityAsync(new TableEntity { PartitionKey = "p" }, cancellationToken: Cancellation));
        await Should.ThrowAsync<ArgumentNullException>(() => Table.DeleteEntityAsync(null!, "r", cancellationToken: Cancellation));
        await Should.ThrowAsync<NotSupportedException>(
            () => Table.AddEntityAsync(new TableEntity("p", "r") { ["Local"] = new DateTime(2024, 3, 20, 0, 0, 0, DateTimeKind.Local) }, Cancellation));
    }

    [Fact]
    public async Task A_refusal_says_what_the_service_says()
    {
        var refusal = await Should.ThrowAsync<RequestFailedException>(
            () => Table.AddEntityAsync(new TableEntity("p", "r") { ["Text"] = new string('x', 40_000) }, Cancellation));

        refusal.Status.ShouldBe(400);
        refusal.ErrorCode.ShouldBe("PropertyValueTooLarge");
        refusal.GetRawResponse()!.Status.ShouldBe(400);
    }

    private async Task<TableEntity> Read(string partitionKey, string rowKey) =>
        await Table.GetEntityAsync<TableEntity>(partitionKey, rowKey, cancellationToken: Cancellation);
}
