using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>
/// Starts a function by a message of a storage queue. The parameter may be <see cref="string"/>, <see cref="BinaryData"/>, an array of
/// bytes, <see cref="global::Azure.Storage.Queues.Models.QueueMessage"/>, or a type that the body is read into as JSON.
/// </summary>
/// <param name="queueName">The queue; may name settings as <c>%Setting%</c>.</param>
public sealed class QueueTriggerAttribute(string queueName) : TriggerBindingAttribute
{
    /// <summary>The queue, as it was given.</summary>
    public string QueueName { get; } = queueName;

    /// <summary>The setting, or the prefix of settings, that says where the storage account is; <c>AzureWebJobsStorage</c> where it is null.</summary>
    public string? Connection { get; set; }
}
