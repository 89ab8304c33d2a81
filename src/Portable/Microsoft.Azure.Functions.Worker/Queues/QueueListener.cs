using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker.Hosting;
using Microsoft.Azure.Functions.Worker.Storage;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Queues;

/// <summary>Polls one queue and runs its function.</summary>
internal sealed partial class QueueListener(
    FunctionDescriptor function, QueueClient queue, QueueClient? poisonQueue, QueueSettings settings, FunctionRunner runner, Shutdown shutdown, ILogger logger)
{
    public const string PoisonSuffix = "-poison";

    private static readonly TimeSpan ShortestPollingInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastReceive = TimeSpan.FromSeconds(5);

    /// <summary>Polls until the host stops, and then returns once no message is worked on any more. Never throws.</summary>
    public async Task RunAsync()
    {
        var stopping = shutdown.Stopping;
        var outage = new Outage(logger, function.Name);
        var stopped = Task.Delay(Timeout.Infinite, stopping);
        var working = new List<Task>();
        var idle = ShortestPollingInterval;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var messages = await ReceiveAsync(stopping);
                outage.Over();
                foreach (var message in messages)
                {
                    working.Add(stopping.IsCancellationRequested ? ReleaseAsync(message.MessageId, message.PopReceipt, TimeSpan.Zero) : ProcessAsync(message));
                }

                if (messages.Length == 0)
                {
                    await Task.Delay(idle, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    idle = Longer(idle);
                }
                else
                {
                    idle = ShortestPollingInterval;
                }
            }
            catch (Exception failure)
            {
                if (!stopping.IsCancellationRequested)
                {
                    await Task.Delay(outage.Failed(failure), stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }

            working.RemoveAll(task => task.IsCompleted);
            while (working.Count > settings.NewBatchThreshold && !stopping.IsCancellationRequested)
            {
                await Task.WhenAny([.. working, stopped]);
                working.RemoveAll(task => task.IsCompleted);
            }
        }

        await Task.WhenAll(working);
    }

    // With some chance in it, so that instances do not all ask in the same moment.
    private TimeSpan Longer(TimeSpan idle)
    {
        var next = Math.Min(idle.TotalMilliseconds * 2, settings.MaxPollingInterval.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(Math.Max(ShortestPollingInterval.TotalMilliseconds, next * (0.9 + (Random.Shared.NextDouble() * 0.1))));
    }

    private async Task<QueueMessage[]> ReceiveAsync(CancellationToken stopping)
    {
        // Not cancelled at once: messages that were handed out but not seen would stay hidden for their whole lease.
        using var last = new CancellationTokenSource();
        using var registration = stopping.Register(() => last.CancelAfter(LastReceive));
        try
        {
            return await queue.ReceiveMessagesAsync(settings.BatchSize, settings.Lease, last.Token);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            try
            {
                await queue.CreateIfNotExistsAsync(cancellationToken: last.Token);
            }
            catch (RequestFailedException forbidden) when (forbidden.Status == 403)
            {
                Log.MayNotCreate(logger, queue.Name);
            }

            return [];
        }
    }

    private async Task ProcessAsync(QueueMessage received)
    {
        try
        {
            var message = settings.Base64 ? QueueMessageBinding.Decode(received) : received;
            if (message is null)
            {
                Log.NotBase64(logger, queue.Name, received.MessageId);
                await PoisonAsync(received, received.PopReceipt);
                return;
            }

            // More tries than allowed: the process died during the last one.
            if (received.DequeueCount > settings.MaxDequeueCount && poisonQueue is not null)
            {
                await PoisonAsync(received, received.PopReceipt);
                return;
            }

            bool succeeded;
            var lease = new MessageLease(queue, received, settings.Lease, logger);
            await using (lease)
            {
                succeeded = await runner.RunAsync(function, parameter => QueueMessageBinding.Bind(message, parameter.ParameterType));
            }

            if (lease.Lost)
            {
                return;
            }

            if (succeeded)
            {
                await queue.DeleteMessageAsync(received.MessageId, lease.PopReceipt);
            }
            else if (shutdown.LimitReached.IsCancellationRequested)
            {
                await ReleaseAsync(received.MessageId, lease.PopReceipt, TimeSpan.Zero);
            }
            else if (received.DequeueCount >= settings.MaxDequeueCount && poisonQueue is not null)
            {
                await PoisonAsync(received, lease.PopReceipt);
            }
            else
            {
                await ReleaseAsync(received.MessageId, lease.PopReceipt, settings.VisibilityTimeout);
            }
        }
        catch (RequestFailedException gone) when (gone.Status == 404 || gone.ErrorCode == QueueErrorCode.PopReceiptMismatch)
        {
            Log.Gone(logger, queue.Name, received.MessageId);
        }
        catch (Exception failure)
        {
            Log.NotSettled(logger, queue.Name, received.MessageId, Outage.Describe(failure));
        }
    }

    private async Task ReleaseAsync(string messageId, string popReceipt, TimeSpan visibilityTimeout)
    {
        try
        {
            await queue.UpdateMessageAsync(messageId, popReceipt, visibilityTimeout: visibilityTimeout);
        }
        catch (Exception failure)
        {
            Log.NotSettled(logger, queue.Name, messageId, Outage.Describe(failure));
        }
    }

    private async Task PoisonAsync(QueueMessage message, string popReceipt)
    {
        if (poisonQueue is null)
        {
            await ReleaseAsync(message.MessageId, popReceipt, settings.VisibilityTimeout);
            return;
        }

        try
        {
            await poisonQueue.SendMessageAsync(message.Body);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            await poisonQueue.CreateIfNotExistsAsync();
            await poisonQueue.SendMessageAsync(message.Body);
        }

        Log.Poisoned(logger, queue.Name, message.MessageId, message.DequeueCount, poisonQueue.Name);
        await queue.DeleteMessageAsync(message.MessageId, popReceipt);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Message {MessageId} of queue {Queue} went to {PoisonQueue} after {Tries} tries.")]
        public static partial void Poisoned(ILogger logger, string queue, string messageId, long tries, string poisonQueue);

        [LoggerMessage(Level = LogLevel.Error, Message = "Message {MessageId} of queue {Queue} is not base64.")]
        public static partial void NotBase64(ILogger logger, string queue, string messageId);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Message {MessageId} of queue {Queue} was taken by another before it could be deleted here.")]
        public static partial void Gone(ILogger logger, string queue, string messageId);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Message {MessageId} of queue {Queue} could not be deleted or put back and will come again: {Reason}")]
        public static partial void NotSettled(ILogger logger, string queue, string messageId, string reason);

        [LoggerMessage(Level = LogLevel.Debug, Message = "Queue {Queue} is missing, and this identity may not create it.")]
        public static partial void MayNotCreate(ILogger logger, string queue);
    }
}
