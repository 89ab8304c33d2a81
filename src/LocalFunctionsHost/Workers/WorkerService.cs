using Grpc.Core;
using LocalFunctionsHost.Protocol;

namespace LocalFunctionsHost.Workers;

/// <summary>The protocol's one method.</summary>
internal sealed class WorkerService(Worker worker) : FunctionRpc.FunctionRpcBase
{
    public override Task EventStream(
        IAsyncStreamReader<StreamingMessage> requestStream,
        IServerStreamWriter<StreamingMessage> responseStream,
        ServerCallContext context
    ) => worker.ConnectAsync(requestStream, responseStream, context.CancellationToken);
}
