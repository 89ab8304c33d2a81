using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker.Storage;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Queues;

/// <summary>Keeps a message hidden from others while its function runs, and knows the receipt that it is let go with.</summary>
internal sealed partial class MessageLease : IAsyncDisposable
{
    private readonly QueueClient queue;
    private readonly string messageId;
    private readonly TimeSpan duration;
    private readonly ILogger logger;
    private readonly CancellationTokenSource ended = new();
    private readonly Task renewing;

    public MessageLease(QueueClient queue, QueueMessage message, TimeSpan duration, ILogger logger)
    {
        (this.queue, messageId, PopReceipt, this.duration, this.logger) = (queue, message.MessageId, message.PopReceipt, duration, logger);
        renewing = RenewAsync();
    }

    /// <summary>The latest receipt. To be read once renewing has ended.</summary>
    public string PopReceipt { get; private set; }

    /// <summary>Whether somebody else has the message now.</summary>
    public bool Lost { get; private set; }

    /// <summary>Ends renewing; a renewal under way is waited for, since it changes the receipt.</summary>
    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await renewing;
        ended.Dispose();
    }

    private async Task RenewAsync()
    {
        var wait = duration / 2;
        while (true)
        {
            await Task.Delay(wait, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ended.IsCancellationRequested)
            {
                return;
            }

            try
            {
                UpdateReceipt receipt = await queue.UpdateMessageAsync(messageId, PopReceipt, visibilityTimeout: duration);
                PopReceipt = receipt.PopReceipt;
                wait = duration / 2;
            }
            catch (RequestFailedException gone) when (gone.Status is 404 or 400 or 409)
            {
                Lost = true;
                Log.LeaseLost(logger, queue.Name, messageId);
                return;
            }
            catch (Exception failure)
            {
                // The receipt stays good for as long as nobody else got the message, even past the lease.
                Log.NotRenewed(logger, queue.Name, messageId, Outage.Describe(failure));
                wait = duration / 6;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Message {MessageId} of queue {Queue} is no longer held here; another may work on it too.")]
        public static partial void LeaseLost(ILogger logger, string queue, string messageId);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Message {MessageId} of queue {Queue} could not be kept hidden, trying again: {Reason}")]
        public static partial void NotRenewed(ILogger logger, string queue, string messageId, string reason);
    }
}
