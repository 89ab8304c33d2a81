using System.Diagnostics;
using Azure;
using Baloan.Core.Storage;
using Baloan.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace Baloan.Core.Loans;

/// <summary>Records what is known of loans: in Table storage, and where that does not answer, on a queue that makes it good.</summary>
public sealed partial class LoanRecorder(
    LoanStore store,
    LoanOpeningStore openings,
    StorageClients storage,
    StorageSetup setup,
    TimeProvider time,
    ILogger<LoanRecorder> logger
)
{
    // Baloan waits for the answer to a callback, nobody knows how long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(10),
        TimeSpan.FromSeconds(30),
        TimeSpan.FromMinutes(1),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(15),
    ];

    private readonly MessageQueue queue = new(storage, setup, StorageSetup.LoanQueueName);

    /// <summary>Records a callback before it returns, in the table or on the queue, also when whoever sent it hangs up.</summary>
    /// <exception cref="NotRecordedException">Neither was possible, and Baloan has to send it again.</exception>
    public async Task RecordAsync(LoanCallback callback)
    {
        Traces.Tag(Traces.LoanUuid, callback.Uuid);
        try
        {
            await InTimeAsync(limit => store.RecordAsync(callback, limit));
        }
        catch (Exception fault)
        {
            // Also where it is no outage: the queue keeps what the table would not take, and its poison queue raises the alarm.
            Log.CallbackPutOff(logger, callback.Uuid, fault);
            try
            {
                await InTimeAsync(limit => PutOffAsync(new LoanMessage(callback, null, 1, Activity.Current?.Id), limit));
            }
            catch (Exception second)
            {
                Log.QueueAway(logger, second);
                Log.CallbackNotRecorded(logger, callback.Uuid);
                throw new NotRecordedException(Waits[0]);
            }
        }
    }

    /// <summary>
    /// Records a loan that Baloan has opened. Never throws: that it was opened is true all the same, and the caller has to learn it.
    /// </summary>
    public async Task RecordAsync(LoanOpening opening)
    {
        Traces.Tag(Traces.LoanUuid, opening.Uuid);
        try
        {
            await InTimeAsync(limit => RecordAsync(opening, limit));
        }
        catch (Exception fault)
        {
            Log.OpeningPutOff(logger, opening.Uuid, fault);
            try
            {
                await InTimeAsync(limit => PutOffAsync(new LoanMessage(null, opening, 1, Activity.Current?.Id), limit));
            }
            catch (Exception second)
            {
                Log.QueueAway(logger, second);
                Log.OpeningNotRecorded(logger, opening.Uuid);
            }
        }
    }

    /// <summary>Makes good what a message of the queue says.</summary>
    /// <exception cref="RequestFailedException">Neither the table nor the queue answers; the message has to come again.</exception>
    public async Task MakeGoodAsync(LoanMessage message, CancellationToken cancellationToken)
    {
        Traces.Tag(Traces.LoanUuid, message.Callback?.Uuid ?? message.Opening!.Uuid);
        try
        {
            await (
                message.Callback is { } callback
                    ? store.RecordAsync(callback, mayBeRecorded: true, cancellationToken)
                    : RecordAsync(message.Opening!, cancellationToken)
            );
        }
        catch (Exception outage) when (StorageOutage.IsCauseOf(outage))
        {
            // A message that fails a few times ends in the poison queue, and an outage may last longer than that.
            await PutOffAsync(message with { Attempt = message.Attempt + 1 }, cancellationToken);
        }
    }

    /// <summary>
    /// Records the loan that an opening has opened, also where that was done already, and takes the opening out of the list.
    /// </summary>
    /// <exception cref="RequestFailedException">The table does not answer.</exception>
    public async Task CompleteAsync(LoanOpeningRow row, LoanOpening opened, CancellationToken cancellationToken)
    {
        await store.RecordAsync(opened, cancellationToken);
        await openings.CompleteAsync(row, cancellationToken);
    }

    private async Task RecordAsync(LoanOpening opening, CancellationToken cancellationToken)
    {
        if (opening.End is { } end)
        {
            // First: until it is there, the same key gets no answer.
            var (row, changed) = await openings.ChangeAsync(
                end.Id,
                row => LoanOpeningRules.AfterYes(row, end.SendingId, opening.Uuid, end.Answer, time.GetUtcNow()),
                cancellationToken
            );
            if (row?.Uuid != opening.Uuid || (changed && row.ResolvedAs is not null))
            {
                Log.DecidedOtherwise(logger, opening.Uuid, end.Id);
            }
            else
            {
                await CompleteAsync(row, opening, cancellationToken);
                return;
            }
        }

        await store.RecordAsync(opening, cancellationToken);
    }

    private Task PutOffAsync(LoanMessage message, CancellationToken cancellationToken) =>
        queue.SendAsync(message.ToText(), Waits[Math.Min(message.Attempt, Waits.Length) - 1], cancellationToken);

    private async Task InTimeAsync(Func<CancellationToken, Task> work)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        await work(limit.Token);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A callback for loan {Uuid} could not be recorded at once and is put on the queue.")]
        public static partial void CallbackPutOff(ILogger logger, string uuid, Exception exception);

        [LoggerMessage(
            2,
            LogLevel.Error,
            "A callback for loan {Uuid} could not be recorded at all and is answered 503; Baloan has to send it again."
        )]
        public static partial void CallbackNotRecorded(ILogger logger, string uuid);

        [LoggerMessage(3, LogLevel.Warning, "Loan {Uuid} was opened and could not be recorded at once; it is put on the queue.")]
        public static partial void OpeningPutOff(ILogger logger, string uuid, Exception exception);

        [LoggerMessage(
            4,
            LogLevel.Critical,
            "Loan {Uuid} was opened and could not be recorded. Its callbacks will be recorded; amount, due and store will be missing."
        )]
        public static partial void OpeningNotRecorded(ILogger logger, string uuid);

        [LoggerMessage(
            6,
            LogLevel.Critical,
            "Baloan opened loan {Uuid} for opening {Id}, of which something else is recorded. Ask Baloan whether the customer has two "
                + "loans."
        )]
        public static partial void DecidedOtherwise(ILogger logger, string uuid, string id);

        // On its own line: with an exception, the texts above would not reach the alerts that wait for them.
        [LoggerMessage(5, LogLevel.Warning, "The queue of loans does not answer either.")]
        public static partial void QueueAway(ILogger logger, Exception exception);
    }
}
