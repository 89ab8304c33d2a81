using System.Reflection;
using System.Runtime.Serialization;
using Azure;
using Azure.Data.Tables;

namespace Baloan.Core.Storage;

/// <summary>Reads rows, also those that an older or a broken version has left: what can be read of them, and what cannot.</summary>
/// <remarks>
/// One such row must not keep a list, a sweep or an event from the others. The SDK leaves null where a text is no text. A time that is
/// missing or cannot be read is the one at which the service wrote the row: tables take no time before 1601, so that the row could not
/// be written again.
/// </remarks>
public static class TolerantReads
{
    /// <summary>Reads one row.</summary>
    /// <returns>The row, null where there is none; and the columns that are of another type than they should be, which are as in a new
    /// row.</returns>
    public static async Task<(T? Row, IReadOnlyList<string> Unreadable)> FindAsync<T>(
        this TableClient table,
        string partitionKey,
        string rowKey,
        CancellationToken cancellationToken
    )
        where T : class, ITableEntity, new()
    {
        try
        {
            var found = await table.GetEntityIfExistsAsync<T>(partitionKey, rowKey, cancellationToken: cancellationToken);
            return (found.HasValue ? Repaired(found.Value!) : null, []);
        }
        catch (Exception fault) when (IsUnreadable(fault))
        {
            var found = await table.GetEntityIfExistsAsync<TableEntity>(partitionKey, rowKey, cancellationToken: cancellationToken);
            return found.HasValue ? Read<T>(found.Value!) : (null, []);
        }
    }

    /// <summary>Reads the rows of a query, at most <paramref name="most"/>; columns that cannot be read are as in a new row.</summary>
    public static async Task<List<T>> ReadAsync<T>(
        this TableClient table,
        string filter,
        int most,
        IEnumerable<string>? select,
        CancellationToken cancellationToken
    )
        where T : class, ITableEntity, new()
    {
        // What a storage call brings at the most.
        var page = Math.Min(most, 1_000);
        try
        {
            return await table
                .QueryAsync<T>(filter, page, select, cancellationToken)
                .Take(most)
                .Select(Repaired)
                .ToListAsync(cancellationToken);
        }
        catch (Exception fault) when (IsUnreadable(fault))
        {
            return await table
                .QueryAsync<TableEntity>(filter, page, select, cancellationToken)
                .Take(most)
                .Select(raw => Read<T>(raw).Row)
                .ToListAsync(cancellationToken);
        }
    }

    // Which exception the SDK throws depends on the two types that do not fit. All that is no matter of the row comes again.
    private static bool IsUnreadable(Exception fault) =>
        fault is not (RequestFailedException or AggregateException or OperationCanceledException);

    private static (T Row, IReadOnlyList<string> Unreadable) Read<T>(TableEntity raw)
        where T : class, ITableEntity, new()
    {
        var row = new T
        {
            PartitionKey = raw.PartitionKey,
            RowKey = raw.RowKey,
            Timestamp = raw.Timestamp,
            ETag = raw.ETag,
        };
        var unreadable = new List<string>();
        foreach (var column in Columns<T>.All)
        {
            if (raw[Columns<T>.NameOf(column)] is not { } value)
            {
                continue;
            }

            var type = Nullable.GetUnderlyingType(column.PropertyType) ?? column.PropertyType;
            if (type.IsEnum && value is string name && Enum.TryParse(type, name, out var known))
            {
                value = known;
            }

            if (type.IsInstanceOfType(value))
            {
                column.SetValue(row, value);
            }
            else
            {
                unreadable.Add(column.Name);
            }
        }

        return (Repaired(row), unreadable);
    }

    private static T Repaired<T>(T row)
        where T : class, ITableEntity, new()
    {
        foreach (var (column, value) in Columns<T>.NeverNull)
        {
            if (column.GetValue(row) is null)
            {
                column.SetValue(row, value);
            }
            else if (value is DateTimeOffset && (DateTimeOffset)column.GetValue(row)! == default)
            {
                column.SetValue(row, row.Timestamp ?? default);
            }
        }

        return row;
    }

    private static class Columns<T>
        where T : class, ITableEntity, new()
    {
        public static readonly PropertyInfo[] All =
        [
            .. typeof(T)
                .GetProperties()
                .Where(column =>
                    column.CanWrite
                    && !column.IsDefined(typeof(IgnoreDataMemberAttribute))
                    && column.Name
                        is not (
                            nameof(ITableEntity.PartitionKey)
                            or nameof(ITableEntity.RowKey)
                            or nameof(ITableEntity.Timestamp)
                            or nameof(ITableEntity.ETag)
                        )
                ),
        ];

        public static string NameOf(PropertyInfo column) => column.GetCustomAttribute<DataMemberAttribute>()?.Name ?? column.Name;

        // What a new row has in them says so.
        public static readonly (PropertyInfo Column, object Value)[] NeverNull =
        [
            .. from column in All
            let value = column.GetValue(new T())
            where value is string or byte[] or DateTimeOffset
            select (column, value),
        ];
    }
}
