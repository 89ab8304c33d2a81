using System.Text.Json;
using Baloan.Core.Loans;
using Baloan.Core.Storage;
using Baloan.Core.Telemetry;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Functions;

/// <summary>Takes messages off the queue <c>loans</c>: callbacks and openings that could not be recorded at once.</summary>
public sealed class RecordLoansFunction(LoanRecorder recorder)
{
    /// <summary>Records what a message says.</summary>
    /// <exception cref="JsonException">The message is none of this app; it ends in the poison queue, where a person can look at
    /// it.</exception>
    [Function("RecordLoans")]
    public async Task Run([QueueTrigger(StorageSetup.LoanQueueName)] string message, CancellationToken cancellationToken)
    {
        var work = LoanMessage.Parse(message);
        await Traces.ContinueAsync(
            "record loan",
            StorageSetup.LoanQueueName,
            work.TraceParent,
            () => recorder.MakeGoodAsync(work, cancellationToken)
        );
    }
}
