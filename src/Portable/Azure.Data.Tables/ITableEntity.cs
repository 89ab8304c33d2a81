namespace Azure.Data.Tables;

/// <summary>What every entity of a table has. A class of one's own that implements it is a model: its public properties are stored under their names.</summary>
/// <remarks>
/// <see cref="System.Runtime.Serialization.IgnoreDataMemberAttribute"/> keeps a property out of the table,
/// <see cref="System.Runtime.Serialization.DataMemberAttribute.Name"/> stores it under another name.
/// A property that is null is not sent; enums are stored by name.
/// A model needs a constructor without parameters to be read.
/// </remarks>
public interface ITableEntity
{
    /// <summary>The first part of the key: rows of one partition can be written in one transaction. At most 512 characters, none of <c>/ \ # ?</c> and no control characters.</summary>
    string PartitionKey { get; set; }

    /// <summary>The second part of the key, unique within the partition; the same limits.</summary>
    string RowKey { get; set; }

    /// <summary>When the service last changed the row (UTC). Never sent.</summary>
    DateTimeOffset? Timestamp { get; set; }

    /// <summary>The version of the row when it was read. Never sent with the row; given to an update or a delete as its condition.</summary>
    ETag ETag { get; set; }
}
