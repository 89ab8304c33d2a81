using Azure.Core;
using Azure.Core.Pipeline;
using Baloan.Model.Tests.Storage;

namespace Baloan.Model.Tests.World;

/// <summary>What the Azure clients of one instance send through.</summary>
internal sealed class StorageNetwork(Instance instance) : HttpPipelineTransport
{
    public override Request CreateRequest() => Requests.CreateRequest();

    public override void Process(HttpMessage message) => throw new NotSupportedException("The app calls storage asynchronously.");

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        var answer = await instance
            .World.CallAsync(instance, StorageRequest.Of(message.Request), message.CancellationToken)
            .ConfigureAwait(false);
        message.Response = answer.Copy();
    }

    // Only its requests are used; it never sends.
    private static readonly HttpClientTransport Requests = new(new HttpClient(new SocketsHttpHandler()));
}
