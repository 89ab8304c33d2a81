using System.Text.Json;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Core.Telemetry;
using Baloan.Core.Uploads;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Functions;

/// <summary>Takes messages off the queue <c>invoices</c>: settlements to settle and files to upload.</summary>
public sealed class InvoiceFunction(SettlementProcessor settlements, UploadProcessor uploads)
{
    /// <summary>Carries on the row that a message names.</summary>
    /// <exception cref="JsonException">The message is none of this app; it ends in the poison queue, where a person can look at
    /// it.</exception>
    [Function("Invoices")]
    public async Task Run([QueueTrigger(StorageSetup.WorkQueueName)] string message, CancellationToken cancellationToken)
    {
        var work = WorkMessage.Parse(message);
        await Traces.ContinueAsync(
            $"process {work.Kind}",
            StorageSetup.WorkQueueName,
            work.TraceParent,
            () =>
                work.Kind == WorkMessage.Upload ? uploads.ProcessAsync(work.Id, cancellationToken)
                : SettlementMessages.AnswerOf(work) is { } answer ? settlements.RecordKeptAsync(work.Id, answer, cancellationToken)
                : settlements.ProcessAsync(work.Id, cancellationToken)
        );
    }
}
