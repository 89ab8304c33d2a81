using Azure;
using Azure.Identity;

namespace Baloan.Core.Storage;

/// <summary>Tells an outage of Azure Storage from all else that can go wrong.</summary>
public static class StorageOutage
{
    /// <summary>Whether a failure says that Azure Storage did not answer, rather than that it refused.</summary>
    public static bool IsCauseOf(Exception failure) =>
        failure switch
        {
            RequestFailedException { Status: 0 or >= 500 or 408 or 429 } => true,
            // No token for storage. The vault's own failures have a type of their own.
            AuthenticationFailedException => true,
            // Azure.Core throws these when its retries are used up.
            AggregateException many => many.InnerExceptions.All(one => IsCauseOf(one) || one is OperationCanceledException or IOException),
            _ => false,
        };
}
