using System.Globalization;

namespace Azure.Data.Tables;

/// <summary>The service refused one action of a transaction, and so did none of them.</summary>
public class TableTransactionFailedException : RequestFailedException
{
    /// <summary>Under this key of <see cref="Exception.Data"/> the index stands until it is read.</summary>
    internal const string FailedEntityIndex = nameof(FailedEntityIndex);

    /// <summary>Takes over the status, the error code and the message of a refusal.</summary>
    /// <param name="requestFailedException">The refusal of the action.</param>
    public TableTransactionFailedException(RequestFailedException requestFailedException)
        : base(
            requestFailedException.Status,
            requestFailedException.Message,
            requestFailedException.ErrorCode,
            requestFailedException.InnerException)
    {
        foreach (System.Collections.DictionaryEntry entry in requestFailedException.Data)
        {
            Data[entry.Key] = entry.Value;
        }

        if (Data[FailedEntityIndex] is string text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            FailedTransactionActionIndex = index;
        }
    }

    /// <summary>Which action was refused, counted from 0; null where the service did not say.</summary>
    public int? FailedTransactionActionIndex { get; }
}
