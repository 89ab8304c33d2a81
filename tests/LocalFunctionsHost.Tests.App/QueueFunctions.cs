using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;

namespace LocalFunctionsHost.Tests.App;

/// <summary>Each queue is named by a setting, so that a test runs the functions it needs and no other.</summary>
public sealed class QueueFunctions(Probe probe, Gate gate)
{
    [Function("Work")]
    public async Task Work([QueueTrigger("%WorkQueue%")] string body, FunctionContext context, CancellationToken cancellationToken)
    {
        probe.Tell($"work began {body}");
        if (body.StartsWith("fail", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("This message is to fail.");
        }

        if (body.StartsWith("hold", StringComparison.Ordinal))
        {
            await gate.WaitAsync(context.CancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        probe.Tell($"work ended {body}");
    }

    [Function("WorkMessage")]
    public void WorkMessage([QueueTrigger("%MessageQueue%", Connection = "OtherStorage")] QueueMessage message) =>
        probe.Tell($"message {message.Body} try {message.DequeueCount}");

    [Function("WorkOrder")]
    public Task WorkOrder([QueueTrigger("%OrderQueue%")] Order order)
    {
        probe.Tell($"order {order.Id} {order.Name}");
        return Task.CompletedTask;
    }

    [Function("WorkBytes")]
    public void WorkBytes([QueueTrigger("%BytesQueue%")] byte[] body) => probe.Tell($"bytes {Convert.ToHexString(body)}");

    [Function("WorkData")]
    public void WorkData([QueueTrigger("%DataQueue%")] BinaryData body) => probe.Tell($"data {body}");

    public sealed record Order(int Id, string Name);
}
