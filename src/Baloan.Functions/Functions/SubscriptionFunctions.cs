using Azure;
using Baloan.Core.Events;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Requests;
using Baloan.Functions.Http.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Functions;

/// <summary>Subscriptions over HTTP, as the HTTP Webhook trigger of Logic Apps makes and ends them.</summary>
public sealed class SubscriptionFunctions(
    SubscriptionRequestReader reader,
    SubscriptionStore store,
    EventBacklog backlog,
    EventDelivery delivery,
    WebhookUrlPolicy policy,
    SubscriptionOptions options
)
{
    // An id made here has 43 characters.
    private const int LongestId = 64;

    /// <summary><c>POST /api/subscriptions</c>: from now on events are sent to the callback URL.</summary>
    [Function("Subscribe")]
    public async Task<IResult> Subscribe([HttpTrigger(AuthorizationLevel.Function, "post", Route = "subscriptions")] HttpRequest request)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var subscription = await reader.ReadAsync(request, cancellationToken);
        // A share for each key would protect nothing: with any function key, others' subscriptions can be ended.
        var others = (await store.ReadAllAsync(cancellationToken)).Where(one => one.RowKey != subscription.RowKey);
        if (others.Count() >= options.Most)
        {
            throw new ProblemException(409, "too_many_subscriptions", language => Texts.TooManySubscriptions.In(language, options.Most));
        }

        await store.SaveAsync(subscription, CancellationToken.None);
        request.HttpContext.Response.Headers.Location = Links.To(request, $"subscriptions/{subscription.RowKey}");
        return ApiJson.Respond(new SubscriptionResponse(subscription.RowKey), ApiJson.Responses.SubscriptionResponse, statusCode: 201);
    }

    /// <summary><c>DELETE /api/subscriptions/{id}</c>: 204, also where there is none of that id.</summary>
    [Function("Unsubscribe")]
    public async Task<IResult> Unsubscribe(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "subscriptions/{id}")] HttpRequest request,
        string id
    )
    {
        if (IsId(id))
        {
            await EndAsync(id);
        }

        return Results.NoContent();
    }

    /// <summary>
    /// <c>POST /api/subscriptions/unsubscribe</c>: 204; ends every subscription that sends to a callback URL, also where there is none.
    /// </summary>
    /// <remarks>
    /// The unsubscribe request of the HTTP Webhook trigger knows its callback URL, and nothing of the answer to its subscribing.
    /// </remarks>
    [Function("UnsubscribeUrl")]
    public async Task<IResult> UnsubscribeUrl(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "subscriptions/unsubscribe")] HttpRequest request
    )
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var url = await SubscriptionRequestReader.ReadUrlAsync(request, cancellationToken);
        foreach (var subscription in (await store.ReadAllAsync(cancellationToken)).Where(one => one.CallbackUrl == url))
        {
            await EndAsync(subscription.RowKey);
        }

        return Results.NoContent();
    }

    /// <summary><c>GET /api/subscriptions</c>: all of them, with what they have not taken.</summary>
    [Function("ListSubscriptions")]
    public async Task<IResult> List([HttpTrigger(AuthorizationLevel.Function, "get", Route = "subscriptions")] HttpRequest request)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var items = new List<SubscriptionDetails>();
        var rows = await store.ReadAllAsync(cancellationToken);
        foreach (var row in rows.OrderBy(row => row.CreatedAt).ThenBy(row => row.RowKey, StringComparer.Ordinal))
        {
            var (waiting, failed) = await backlog.CountAsync(row.RowKey, cancellationToken);
            items.Add(SubscriptionDetails.Of(row, policy.Check(row.CallbackUrl, out var _) is not null, waiting, failed));
        }

        return ApiJson.Respond(new SubscriptionList(items), ApiJson.Responses.SubscriptionList);
    }

    /// <summary><c>POST /api/subscriptions/{id}/redeliver</c>: 202; what failed for good is tried again.</summary>
    [Function("RedeliverEvents")]
    public async Task<IResult> Redeliver(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "subscriptions/{id}/redeliver")] HttpRequest request,
        string id
    )
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        if (!IsId(id) || await store.FindAsync(id, cancellationToken) is null)
        {
            throw new ProblemException(404, "not_found", Texts.NoSubscription);
        }

        await delivery.RedeliverAsync(id, CancellationToken.None);
        return ApiJson.Respond(new EmptyResponse(), ApiJson.Responses.EmptyResponse, statusCode: 202);
    }

    private static bool IsId(string id) => id.Length <= LongestId && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private async Task EndAsync(string id)
    {
        await store.RemoveAsync(id, ETag.All, CancellationToken.None);
        await backlog.ClearAsync(id, CancellationToken.None);
    }
}
