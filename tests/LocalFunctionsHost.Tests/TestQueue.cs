using System.Text;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace LocalFunctionsHost.Tests;

/// <summary>A queue of a test's own, and its poison queue.</summary>
internal sealed class TestQueue(string connectionString)
{
    private readonly string connectionString = connectionString;

    public string Name { get; } = $"q{Guid.NewGuid():N}";

    public QueueClient Client => new(connectionString, Name);

    public QueueClient Poison => new(connectionString, $"{Name}-poison");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static string Base64(string body) => Convert.ToBase64String(Encoding.UTF8.GetBytes(body));

    /// <summary>Sends messages with base64 bodies; makes the queue first.</summary>
    public async Task<SendReceipt[]> SendAsync(params string[] bodies)
    {
        await Client.CreateIfNotExistsAsync(cancellationToken: Cancelled);
        var sent = new List<SendReceipt>();
        foreach (var body in bodies)
        {
            sent.Add(await Client.SendMessageAsync(Base64(body), Cancelled));
        }

        return [.. sent];
    }

    /// <summary>How many messages there are, hidden ones too; none where there is no queue.</summary>
    public static async Task<int> CountAsync(QueueClient queue)
    {
        try
        {
            return (await queue.GetPropertiesAsync(Cancelled)).Value.ApproximateMessagesCount;
        }
        catch (Azure.RequestFailedException missing) when (missing.Status == 404)
        {
            return 0;
        }
    }

    public Task IsEmptyAsync() => Until.TrueAsync(async () => await CountAsync(Client) == 0);
}
