using System.Runtime.Serialization;
using Azure;
using Azure.Data.Tables;

namespace Portable.Tests.Tables;

public sealed class PropertyTypeTests(AzuriteFixture azurite) : TableTests(azurite)
{
    public enum State
    {
        Accepted,
        Settled,
    }

    public static TheoryData<object> Values =>
    [
        "",
        "مبلغ ۱۲٬۰۰۰٬۰۰۰ تومان \"نقل\" \\ / ' & < 😀 \r\n\t end",
        true,
        false,
        0,
        int.MinValue,
        int.MaxValue,
        0L,
        long.MinValue,
        long.MaxValue,
        0.1,
        -1.5e300,
        double.Epsilon,
        double.MaxValue,
        Guid.Empty,
        Guid.Parse("3b1f1d5e-8f0a-4a6b-9d0c-1234567890ab"),
    ];

    public static TheoryData<DateTimeOffset> Times => new(
        new DateTimeOffset(1601, 1, 1, 0, 0, 0, TimeSpan.Zero),
        new DateTimeOffset(2024, 3, 20, 6, 36, 26, TimeSpan.FromHours(3.5)),
        DateTimeOffset.UnixEpoch.AddTicks(1_234_567),
        DateTimeOffset.MaxValue);

    [Theory]
    [MemberData(nameof(Values))]
    public async Task A_value_comes_back_as_it_went(object value)
    {
        var read = await RoundTrip(new TableEntity("p", "r") { ["Value"] = value });

        read["Value"].ShouldBe(value);
        read["Value"]!.GetType().ShouldBe(value.GetType());
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(-0.0)]
    [InlineData(1e15)]
    public async Task A_whole_double_stays_a_double(double value)
    {
        (await RoundTrip(new TableEntity("p", "r") { ["Value"] = value })).GetDouble("Value").ShouldBe(value);
    }

    [Theory]
    [MemberData(nameof(Times))]
    public async Task A_time_comes_back_as_the_same_instant(DateTimeOffset time)
    {
        var read = await RoundTrip(new TableEntity("p", "r") { ["Offset"] = time, ["Utc"] = time.UtcDateTime });

        read.GetDateTimeOffset("Offset").ShouldBe(time);
        read.GetDateTimeOffset("Utc").ShouldBe(time);
        read.GetDateTime("Utc").ShouldBe(time.UtcDateTime);
        read.GetDateTime("Offset")!.Value.Kind.ShouldBe(DateTimeKind.Utc);
        read["Utc"].ShouldBeOfType<DateTimeOffset>();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    public async Task Bytes_come_back_as_they_went(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);

        var read = await RoundTrip(new TableEntity("p", "r") { ["Bytes"] = bytes, ["Data"] = BinaryData.FromBytes(bytes) });

        read.GetBinary("Bytes").ShouldBe(bytes);
        read.GetBinary("Data").ShouldBe(bytes);
        read.GetBinaryData("Bytes")!.ToArray().ShouldBe(bytes);
    }

    [Fact]
    public async Task Null_is_not_stored()
    {
        var read = await RoundTrip(new TableEntity("p", "r") { ["Text"] = null, ["Number"] = 1 });

        read.ContainsKey("Text").ShouldBeFalse();
        read.GetString("Text").ShouldBeNull();
        read["Text"].ShouldBeNull();
    }

    [Fact]
    public async Task A_getter_of_another_type_is_refused_and_of_a_missing_property_is_null()
    {
        var read = await RoundTrip(new TableEntity("p", "r") { ["Number"] = 1 });

        Should.Throw<InvalidOperationException>(() => read.GetString("Number"));
        Should.Throw<InvalidOperationException>(() => read.GetInt64("Number"));
        read.GetInt32("None").ShouldBeNull();
        read.GetInt64("None").ShouldBeNull();
        read.GetBoolean("None").ShouldBeNull();
        read.GetDouble("None").ShouldBeNull();
        read.GetGuid("None").ShouldBeNull();
        read.GetDateTime("None").ShouldBeNull();
        read.GetDateTimeOffset("None").ShouldBeNull();
        read.GetBinary("None").ShouldBeNull();
        read.GetBinaryData("None").ShouldBeNull();
    }

    [Fact]
    public void A_number_takes_on_the_wider_type_that_stands_there()
    {
        var entity = new TableEntity("p", "r") { ["Long"] = 1L, ["Double"] = 1.0, ["Text"] = "a" };

        entity["Long"] = 2;
        entity["Double"] = 2;
        entity["Text"] = 3;

        entity.GetInt64("Long").ShouldBe(2);
        entity.GetDouble("Double").ShouldBe(2);
        entity.GetInt32("Text").ShouldBe(3);
    }

    [Fact]
    public void An_entity_is_a_dictionary()
    {
        var entity = new TableEntity(new Dictionary<string, object?> { ["PartitionKey"] = "p", ["RowKey"] = "r", ["A"] = 1 });
        IDictionary<string, object?> dictionary = entity;

        (entity.PartitionKey, entity.RowKey, entity.Count).ShouldBe(("p", "r", 3));
        entity.Add("B", 2);
        entity.TryGetValue("B", out var b).ShouldBeTrue();
        b.ShouldBe(2);
        entity.Remove("A").ShouldBeTrue();
        entity.ContainsKey("A").ShouldBeFalse();
        entity.Keys.ShouldBe(["PartitionKey", "RowKey", "B"], ignoreOrder: true);
        dictionary.Values.ShouldBe(["p", "r", 2], ignoreOrder: true);
        dictionary.ToDictionary(pair => pair.Key, pair => pair.Value)["B"].ShouldBe(2);
        dictionary.IsReadOnly.ShouldBeFalse();
        entity.Clear();
        entity.Count.ShouldBe(0);
        entity.PartitionKey.ShouldBeNull();
        entity.ETag.ShouldBe(default);
    }

    [Fact]
    public async Task A_class_comes_back_as_it_went()
    {
        var settlement = new Settlement
        {
            PartitionKey = "p",
            RowKey = "r",
            Text = "متن",
            Number = -7,
            Total = long.MaxValue,
            Rate = 2,
            Flag = true,
            Id = Guid.NewGuid(),
            At = new DateTimeOffset(2024, 3, 20, 6, 36, 26, TimeSpan.FromHours(3.5)),
            Day = new DateTime(2024, 3, 20, 0, 0, 0, DateTimeKind.Utc),
            Bytes = [1, 2, 3],
            Data = BinaryData.FromBytes(new byte[] { 4, 5 }),
            State = State.Settled,
            MaybeNumber = 8,
            MaybeTotal = 9,
            MaybeRate = 0.5,
            MaybeFlag = false,
            MaybeId = Guid.Empty,
            MaybeAt = DateTimeOffset.UnixEpoch,
            MaybeDay = DateTime.UnixEpoch,
            MaybeState = State.Accepted,
            Renamed = "renamed",
            Ignored = "ignored",
        };
        var added = await Table.AddEntityAsync(settlement, Cancellation);

        var read = (await Table.GetEntityAsync<Settlement>("p", "r", cancellationToken: Cancellation)).Value;

        read.ShouldSatisfyAllConditions(
            () => read.Text.ShouldBe(settlement.Text),
            () => read.Number.ShouldBe(settlement.Number),
            () => read.Total.ShouldBe(settlement.Total),
            () => read.Rate.ShouldBe(settlement.Rate),
            () => read.Flag.ShouldBe(settlement.Flag),
            () => read.Id.ShouldBe(settlement.Id),
            () => read.At.ShouldBe(settlement.At),
            () => read.Day.ShouldBe(settlement.Day),
            () => read.Day.Kind.ShouldBe(DateTimeKind.Utc),
            () => read.Bytes.ShouldBe(settlement.Bytes),
            () => read.Data!.ToArray().ShouldBe(settlement.Data.ToArray()),
            () => read.State.ShouldBe(settlement.State),
            () => read.MaybeNumber.ShouldBe(settlement.MaybeNumber),
            () => read.MaybeTotal.ShouldBe(settlement.MaybeTotal),
            () => read.MaybeRate.ShouldBe(settlement.MaybeRate),
            () => read.MaybeFlag.ShouldBe(settlement.MaybeFlag),
            () => read.MaybeId.ShouldBe(settlement.MaybeId),
            () => read.MaybeAt.ShouldBe(settlement.MaybeAt),
            () => read.MaybeDay.ShouldBe(settlement.MaybeDay),
            () => read.MaybeState.ShouldBe(settlement.MaybeState),
            () => read.Renamed.ShouldBe(settlement.Renamed),
            () => read.Ignored.ShouldBeNull(),
            () => read.ETag.ShouldBe(added.Headers.ETag!.Value),
            () => read.Timestamp.ShouldNotBeNull());

        var row = (await Table.GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancellation)).Value;
        row.GetString("State").ShouldBe("Settled");
        row.GetString("stored_as").ShouldBe("renamed");
        row.Keys.ShouldNotContain("Renamed");
        row.Keys.ShouldNotContain("Ignored");
        row.Keys.ShouldNotContain("ETag");
        row.GetInt64("Twice").ShouldBe(long.MaxValue);
    }

    [Fact]
    public async Task A_class_with_nothing_but_nulls_comes_back_with_nulls()
    {
        await Table.AddEntityAsync(new Settlement { PartitionKey = "p", RowKey = "r" }, Cancellation);

        var read = (await Table.GetEntityAsync<Settlement>("p", "r", cancellationToken: Cancellation)).Value;

        read.Text.ShouldBeNull();
        read.Bytes.ShouldBeNull();
        read.Data.ShouldBeNull();
        read.MaybeNumber.ShouldBeNull();
        read.MaybeAt.ShouldBeNull();
        read.MaybeState.ShouldBeNull();
        (await Table.GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancellation)).Value.Keys.ShouldNotContain("MaybeNumber");
    }

    [Fact]
    public async Task A_row_without_a_property_leaves_the_class_its_own_default()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r"), Cancellation);
        (await Table.GetEntityAsync<Defaults>("p", "r", cancellationToken: Cancellation)).Value.Text.ShouldBe("default");
    }

    [Fact]
    public async Task A_class_may_implement_the_interface_explicitly()
    {
        await Table.AddEntityAsync<ITableEntity>(new Explicit("p", "r") { Text = "kept" }, Cancellation);

        var read = (await Table.GetEntityAsync<Explicit>("p", "r", cancellationToken: Cancellation)).Value;

        read.Text.ShouldBe("kept");
        ((ITableEntity)read).PartitionKey.ShouldBe("p");
        ((ITableEntity)read).RowKey.ShouldBe("r");
        ((ITableEntity)read).ETag.ToString().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task An_enum_has_no_place_in_a_dictionary()
    {
        await Should.ThrowAsync<NotSupportedException>(
            () => Table.AddEntityAsync(new TableEntity("p", "r") { ["State"] = State.Settled }, Cancellation));
    }

    private async Task<TableEntity> RoundTrip(TableEntity entity)
    {
        await Table.AddEntityAsync(entity, Cancellation);
        return await Table.GetEntityAsync<TableEntity>(entity.PartitionKey, entity.RowKey, cancellationToken: Cancellation);
    }

    private sealed class Settlement : ITableEntity
    {
        public string PartitionKey { get; set; } = "";

        public string RowKey { get; set; } = "";

        public DateTimeOffset? Timestamp { get; set; }

        public ETag ETag { get; set; }

        public string? Text { get; set; }

        public int Number { get; set; }

        public long Total { get; set; }

        public long Twice => Total;

        public double Rate { get; init; }

        public bool Flag { get; set; }

        public Guid Id { get; set; }

        public DateTimeOffset At { get; set; } = DateTimeOffset.UnixEpoch;

        public DateTime Day { get; set; } = DateTime.UnixEpoch;

        public byte[]? Bytes { get; set; }

        public BinaryData? Data { get; set; }

        public State State { get; set; }

        public int? MaybeNumber { get; set; }

        public long? MaybeTotal { get; set; }

        public double? MaybeRate { get; set; }

        public bool? MaybeFlag { get; set; }

        public Guid? MaybeId { get; set; }

        public DateTimeOffset? MaybeAt { get; set; }

        public DateTime? MaybeDay { get; set; }

        public State? MaybeState { get; set; }

        [DataMember(Name = "stored_as")]
        public string? Renamed { get; set; }

        [IgnoreDataMember]
        public string? Ignored { get; set; }
    }

    private sealed class Defaults : ITableEntity
    {
        public string PartitionKey { get; set; } = "";

        public string RowKey { get; set; } = "";

        public DateTimeOffset? Timestamp { get; set; }

        public ETag ETag { get; set; }

        public string Text { get; set; } = "default";
    }

    private sealed class Explicit : ITableEntity
    {
        private string partitionKey = "";
        private string rowKey = "";

        public Explicit()
        {
        }

        public Explicit(string partitionKey, string rowKey) => (this.partitionKey, this.rowKey) = (partitionKey, rowKey);

        public string? Text { get; set; }

        string ITableEntity.PartitionKey
        {
            get => partitionKey;
            set => partitionKey = value;
        }

        string ITableEntity.RowKey
        {
            get => rowKey;
            set => rowKey = value;
        }

        DateTimeOffset? ITableEntity.Timestamp { get; set; }

        ETag ITableEntity.ETag { get; set; }
    }
}
