using System.Collections;

namespace Azure.Data.Tables;

/// <summary>A row as a dictionary from property names to values.</summary>
/// <remarks>
/// Values are <see cref="string"/>, <see cref="bool"/>, <see cref="int"/>, <see cref="long"/>, <see cref="double"/>,
/// <see cref="Guid"/>, <see cref="DateTimeOffset"/>, <see cref="DateTime"/> (UTC), <see cref="T:byte[]"/> and <see cref="BinaryData"/>.
/// A row that was read has times as <see cref="DateTimeOffset"/> and bytes as <see cref="T:byte[]"/>.
/// </remarks>
public sealed class TableEntity : ITableEntity, IDictionary<string, object?>
{
    private readonly Dictionary<string, object?> properties;

    /// <summary>An empty row.</summary>
    public TableEntity() => properties = [];

    /// <summary>A row with nothing but its keys.</summary>
    /// <param name="partitionKey">See <see cref="ITableEntity.PartitionKey"/>.</param>
    /// <param name="rowKey">See <see cref="ITableEntity.RowKey"/>.</param>
    public TableEntity(string partitionKey, string rowKey)
        : this()
    {
        PartitionKey = partitionKey;
        RowKey = rowKey;
    }

    /// <summary>A row with a copy of the given properties.</summary>
    /// <param name="values">The properties, the keys among them.</param>
    public TableEntity(IDictionary<string, object?> values) => properties = values is null ? [] : new(values);

    /// <inheritdoc/>
    public string PartitionKey
    {
        get => GetString(PropertyNames.PartitionKey)!;
        set => properties[PropertyNames.PartitionKey] = value;
    }

    /// <inheritdoc/>
    public string RowKey
    {
        get => GetString(PropertyNames.RowKey)!;
        set => properties[PropertyNames.RowKey] = value;
    }

    /// <inheritdoc/>
    public DateTimeOffset? Timestamp
    {
        get => GetDateTimeOffset(PropertyNames.Timestamp);
        set => properties[PropertyNames.Timestamp] = value;
    }

    /// <inheritdoc/>
    public ETag ETag
    {
        get => new(GetString(PropertyNames.ODataETag)!);
        set => properties[PropertyNames.ODataETag] = value.ToString();
    }

    /// <inheritdoc/>
    public int Count => properties.Count;

    /// <inheritdoc/>
    public ICollection<string> Keys => properties.Keys;

    /// <inheritdoc/>
    ICollection<object?> IDictionary<string, object?>.Values => properties.Values;

    /// <inheritdoc/>
    bool ICollection<KeyValuePair<string, object?>>.IsReadOnly => false;

    /// <summary>The value of a property; null where there is none.</summary>
    /// <param name="key">The property's name.</param>
    /// <remarks>An <see cref="int"/> that is put where a <see cref="long"/> or a <see cref="double"/> stands takes on that type.</remarks>
    public object? this[string key]
    {
        get => properties.GetValueOrDefault(key);
        set => properties[key] = (properties.GetValueOrDefault(key), value) switch
        {
            (double, int number) => (double)number,
            (long, int number) => (long)number,
            (string, DateTime or DateTimeOffset) => value.ToString(),
            _ => value,
        };
    }

    /// <summary>A text; null where there is none.</summary>
    /// <param name="key">The property's name.</param>
    /// <exception cref="InvalidOperationException">The property has another type.</exception>
    public string? GetString(string key) => Get<string>(key);

    /// <summary>Bytes; null where there are none.</summary>
    /// <param name="key">The property's name.</param>
    /// <exception cref="InvalidOperationException">The property has another type.</exception>
    public byte[]? GetBinary(string key) => Get<byte[]>(key);

    /// <summary>Bytes; null where there are none.</summary>
    /// <param name="key">The property's name.</param>
    /// <exception cref="InvalidOperationException">The property has another type.</exception>
    public BinaryData? GetBinaryData(string key) =>
        this[key] is byte[] bytes ? BinaryData.FromBytes(bytes) : Get<BinaryData>(key);

    /// <summary>A truth value; null where there is none.</summary>
    /// <param name="key">The property's name.</param>
    /// <exception cref="InvalidOperationException">The property has another type.</exception>
    public bool? GetBoolean(string key) => Get<bool?>(key);

    /// <summary>A time in UTC; null where there is none.</summary>
    /// <param name="key">The property's name.</param>
    /// <exception cref="InvalidOperationException">The property has another type.</exception>
    public DateTime? GetDateTime(string key) =>
        this[key] is DateTimeOffset time ? time.UtcDateTime : Get<DateTime?>(key);

    /// <summary>A time; null where there is none.</summary>
    /// <param name="key">The property's name.</param>
    /// <exception cref="InvalidOperationException">The property has another type.</exception>
    public DateTimeOffset? GetDateTimeOffset(string key) =>
        this[key] is DateTime time ? new DateTimeOffset(time) : Get<DateTimeOffset?>(key);

    /// <summary>A floating-point number; null where there is none.</summary>
    /// <param name="key">The property's name.</param>
    /// <exception cref="InvalidOperationException">The property has another type.</exception>
    public double? GetDouble(string key) => Get<double?>(key);

    /// <summary>A GUID; null where there is none.</summary>
    /// <param name="key">The property's name.</param>
    /// <exception cref="InvalidOperationException">The property has another type.</exception>
    public Guid? GetGuid(string key) => Get<Guid?>(key);

    /// <summary>A 32-bit number; null where there is none.</summary>
    /// <param name="key">The property's name.</param>
    /// <exception cref="InvalidOperationException">The property has another type.</exception>
    public int? GetInt32(string key) => Get<int?>(key);

    /// <summary>A 64-bit number; null where there is none.</summary>
    /// <param name="key">The property's name.</param>
    /// <exception cref="InvalidOperationException">The property has another type, a 32-bit number among them.</exception>
    public long? GetInt64(string key) => Get<long?>(key);

    /// <inheritdoc/>
    public void Add(string key, object? value) => this[key] = value;

    /// <inheritdoc/>
    public void Clear() => properties.Clear();

    /// <inheritdoc/>
    public bool ContainsKey(string key) => properties.ContainsKey(key);

    /// <inheritdoc/>
    public bool Remove(string key) => properties.Remove(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, out object? value) => properties.TryGetValue(key, out value);

    /// <inheritdoc/>
    void ICollection<KeyValuePair<string, object?>>.Add(KeyValuePair<string, object?> item) => this[item.Key] = item.Value;

    /// <inheritdoc/>
    bool ICollection<KeyValuePair<string, object?>>.Contains(KeyValuePair<string, object?> item) =>
        ((ICollection<KeyValuePair<string, object?>>)properties).Contains(item);

    /// <inheritdoc/>
    void ICollection<KeyValuePair<string, object?>>.CopyTo(KeyValuePair<string, object?>[] array, int arrayIndex) =>
        ((ICollection<KeyValuePair<string, object?>>)properties).CopyTo(array, arrayIndex);

    /// <inheritdoc/>
    bool ICollection<KeyValuePair<string, object?>>.Remove(KeyValuePair<string, object?> item) =>
        ((ICollection<KeyValuePair<string, object?>>)properties).Remove(item);

    /// <inheritdoc/>
    IEnumerator<KeyValuePair<string, object?>> IEnumerable<KeyValuePair<string, object?>>.GetEnumerator() => properties.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => properties.GetEnumerator();

    private T? Get<T>(string key) => this[key] switch
    {
        null => default,
        T value => value,
        var other => throw new InvalidOperationException($"The property '{key}' is a {other.GetType()}, not a {typeof(T)}."),
    };
}
