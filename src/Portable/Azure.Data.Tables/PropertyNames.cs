namespace Azure.Data.Tables;

/// <summary>The properties that have a meaning of their own, and OData's annotations.</summary>
internal static class PropertyNames
{
    public const string PartitionKey = nameof(ITableEntity.PartitionKey);
    public const string RowKey = nameof(ITableEntity.RowKey);
    public const string Timestamp = nameof(ITableEntity.Timestamp);
    public const string ETag = nameof(ITableEntity.ETag);
    public const string ODataETag = "odata.etag";
    public const string ODataMetadata = "odata.metadata";
    public const string TypeSuffix = "@odata.type";
}
