using Azure;
using Baloan.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Subscriptions;

/// <summary>Subscriptions over HTTP, as the HTTP Webhook trigger of Logic Apps makes and ends them.</summary>
public sealed class SubscriptionFunctions(SubscriptionRequestReader reader, SubscriptionStore store, Problems problems)
{
    // An id made here has 43 characters.
    private const int LongestId = 64;

    /// <summary><c>POST /api/subscriptions</c>: from now on events are sent to the callback URL.</summary>
    [Function("Subscribe")]
    public Task<IResult> Subscribe(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "subscriptions")] HttpRequest request) =>
        problems.CatchAsync(request, async (_, cancellationToken) =>
        {
            var subscription = await reader.ReadAsync(request, cancellationToken);
            await store.SaveAsync(subscription, CancellationToken.None);
            request.HttpContext.Response.Headers.Location = Links.To(request, $"subscriptions/{subscription.RowKey}");
            return ApiJson.Answer(new SubscriptionAnswer(subscription.RowKey), ApiJson.Answers.SubscriptionAnswer, statusCode: 201);
        });

    /// <summary><c>DELETE /api/subscriptions/{id}</c>: 204, also where there is none of that id.</summary>
    [Function("Unsubscribe")]
    public Task<IResult> Unsubscribe(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "subscriptions/{id}")] HttpRequest request,
        string id) => problems.CatchAsync(request, async (_, _) =>
        {
            if (id.Length <= LongestId && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            {
                await store.RemoveAsync(id, ETag.All, CancellationToken.None);
            }

            return Results.NoContent();
        });

    /// <summary>
    /// <c>POST /api/subscriptions/unsubscribe</c>: 204; ends every subscription that sends to a callback URL, also where there is none.
    /// </summary>
    /// <remarks>The unsubscribe request of the HTTP Webhook trigger knows its callback URL, and nothing of the answer to its subscribing.</remarks>
    [Function("UnsubscribeUrl")]
    public Task<IResult> UnsubscribeUrl(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "subscriptions/unsubscribe")] HttpRequest request) =>
        problems.CatchAsync(request, async (_, cancellationToken) =>
        {
            var url = await SubscriptionRequestReader.ReadUrlAsync(request, cancellationToken);
            foreach (var subscription in (await store.ReadAllAsync(cancellationToken)).Where(one => one.CallbackUrl == url))
            {
                await store.RemoveAsync(subscription.RowKey, ETag.All, CancellationToken.None);
            }

            return Results.NoContent();
        });
}
