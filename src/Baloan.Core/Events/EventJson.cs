using System.Text.Json;
using System.Text.Json.Serialization;
using Baloan.Core.Storage;

namespace Baloan.Core.Events;

/// <summary>How events are written, to the queue and to their receivers.</summary>
[JsonSerializable(typeof(EventMessage))]
[JsonSerializable(typeof(RetryMessage))]
[JsonSerializable(typeof(DeliveredEvent))]
internal sealed partial class EventJson : JsonSerializerContext
{
    // Not escaped: a message has room for 48 KB, and Persian would take three times as much of it.
    public static readonly EventJson Readable = new(ReadableJson.NewOptions());
}
