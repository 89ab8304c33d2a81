using System.Text.Json;
using Azure.Storage.Queues.Models;

namespace Microsoft.Azure.Functions.Worker.Queues;

/// <summary>Turns a message into what a function's parameter asks for.</summary>
internal static class QueueMessageBinding
{
    // As the worker's own serializer reads.
    private static readonly JsonSerializerOptions Json = new() { PropertyNameCaseInsensitive = true };

    public static object? Bind(QueueMessage message, Type type) =>
        type == typeof(QueueMessage) ? message
        : type == typeof(BinaryData) ? message.Body
        : type == typeof(string) ? message.Body.ToString()
        : type == typeof(byte[]) ? message.Body.ToArray()
        : JsonSerializer.Deserialize(message.Body.ToMemory().Span, type, Json);

    /// <summary>The same message with its body decoded from base64; null where the body is not that.</summary>
    public static QueueMessage? Decode(QueueMessage message)
    {
        var text = message.Body.ToMemory().Span;
        var body = new byte[System.Buffers.Text.Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return System.Buffers.Text.Base64.DecodeFromUtf8(text, body, out _, out var written) == System.Buffers.OperationStatus.Done
            ? WithBody(message, new BinaryData(body.AsMemory(0, written)))
            : null;
    }

    /// <summary>A message that never was in a queue.</summary>
    public static QueueMessage FromText(string body) => QueuesModelFactory.QueueMessage(
        Guid.NewGuid().ToString(), popReceipt: "", new BinaryData(body), dequeueCount: 1, insertedOn: DateTimeOffset.UtcNow);

    private static QueueMessage WithBody(QueueMessage message, BinaryData body) => QueuesModelFactory.QueueMessage(
        message.MessageId, message.PopReceipt, body, message.DequeueCount, message.NextVisibleOn, message.InsertedOn, message.ExpiresOn);
}
