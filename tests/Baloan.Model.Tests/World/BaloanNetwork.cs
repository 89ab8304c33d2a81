using System.Text;

namespace Baloan.Model.Tests.World;

/// <summary>What an instance's Baloan client sends through.</summary>
internal sealed class BaloanNetwork(Instance instance) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri!.AbsolutePath.EndsWith("/token/", StringComparison.Ordinal))
        {
            return Json(200, instance.World.Baloan.NewToken());
        }

        if (instance.IsDead)
        {
            await new TaskCompletionSource().Task;
        }

        var call = new BaloanCall(instance, request, instance.World.Clock.Now);
        instance.World.Hold(call);
        using var canceled = cancellationToken.Register(() =>
        {
            if (!instance.IsDead)
            {
                instance.World.Say($"{call} is no longer waited for");
                call.Cancel(cancellationToken);
            }
        });
        return await call.Outcome.ConfigureAwait(false);
    }

    public static HttpResponseMessage Json(int status, string json) =>
        new((System.Net.HttpStatusCode)status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
}
