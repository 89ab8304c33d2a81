using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Baloan.Model.Tests.Storage;

/// <summary>
/// Queue storage: messages that are seen after a while. The part of the Functions host, which takes them off, is a method here.
/// </summary>
internal sealed class MemoryQueues(Func<DateTimeOffset> now)
{
    private readonly Dictionary<string, List<Message>> queues = [];
    private int messages;

    public StorageAnswer Answer(StorageRequest request)
    {
        var parts = request.Path.Split('/');
        var name = parts[1];
        if (parts.Length == 2)
        {
            return new StorageAnswer(queues.TryAdd(name, []) ? 201 : 204);
        }

        if (!queues.TryGetValue(name, out var queue))
        {
            return StorageAnswer.Error(404, "QueueNotFound");
        }

        if (request.Method != "POST" || parts[2] != "messages")
        {
            throw new NotSupportedException(request.ToString());
        }

        var text = XElement.Load(new MemoryStream(request.Body)).Element("MessageText")!.Value;
        var wait = request.Query.TryGetValue("visibilitytimeout", out var seconds) ? int.Parse(seconds, CultureInfo.InvariantCulture) : 0;
        var message = new Message($"m{++messages}", Encoding.UTF8.GetString(Convert.FromBase64String(text)))
        {
            VisibleAt = now() + TimeSpan.FromSeconds(wait),
        };
        queue.Add(message);
        var time = message.VisibleAt.ToString("R", CultureInfo.InvariantCulture);
        return new StorageAnswer(
            201,
            Encoding.UTF8.GetBytes(
                $"<?xml version=\"1.0\" encoding=\"utf-8\"?><QueueMessagesList><QueueMessage><MessageId>{message.Id}</MessageId>"
                    + $"<InsertionTime>{time}</InsertionTime>"
                    + $"<ExpirationTime>{time}</ExpirationTime>"
                    + $"<PopReceipt>{message.Id}</PopReceipt><TimeNextVisible>{time}</TimeNextVisible>"
                    + "</QueueMessage></QueueMessagesList>"
            )
        ).With("Content-Type", "application/xml");
    }

    /// <summary>All messages of a queue, hidden ones included, oldest first.</summary>
    public List<Message> Of(string queue) => queues.TryGetValue(queue, out var all) ? all : [];

    /// <summary>A message.</summary>
    internal sealed class Message(string id, string text)
    {
        public string Id => id;

        public string Text => text;

        public DateTimeOffset VisibleAt { get; set; }

        public int Tries { get; set; }

        /// <summary>How often it was taken. Only who took it last can remove it.</summary>
        public int Receipts { get; set; }
    }
}
