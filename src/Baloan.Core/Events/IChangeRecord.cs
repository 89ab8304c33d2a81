namespace Baloan.Core.Events;

/// <summary>Knows whether a change that was announced before it was written has been written since.</summary>
public interface IChangeRecord
{
    /// <summary>Whether the change is there, and is what the event told of.</summary>
    Task<bool> HasChangeAsync(string uuid, string key, string eventId, CancellationToken cancellationToken);
}
