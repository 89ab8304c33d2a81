namespace Azure.Data.Tables;

/// <summary>One action of a transaction.</summary>
public class TableTransactionAction
{
    /// <summary>An action without a condition.</summary>
    /// <param name="actionType">What is done.</param>
    /// <param name="entity">The row.</param>
    public TableTransactionAction(TableTransactionActionType actionType, ITableEntity entity)
        : this(actionType, entity, default)
    {
    }

    /// <summary>An action that is done only when the row still has the given version.</summary>
    /// <param name="actionType">What is done.</param>
    /// <param name="entity">The row.</param>
    /// <param name="etag">
    /// The version that the row must have, for an update or a delete. Without one, a delete is unconditional and an update is an upsert.
    /// </param>
    public TableTransactionAction(TableTransactionActionType actionType, ITableEntity entity, ETag etag = default)
    {
        ActionType = actionType;
        Entity = entity;
        ETag = etag;
    }

    /// <summary>What is done.</summary>
    public TableTransactionActionType ActionType { get; }

    /// <summary>The row.</summary>
    public ITableEntity Entity { get; }

    /// <summary>The version that the row must have; default for any.</summary>
    public ETag ETag { get; }
}
