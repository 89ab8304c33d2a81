using Microsoft.OpenApi;

namespace Baloan.Functions.ApiDescription.Operations;

/// <summary>Subscriptions to events.</summary>
internal static class SubscriptionOperations
{
    public const string Tag = "Subscriptions";
    public const string Path = "/subscriptions";
    private const string Url = "https://prod-01.northeurope.logic.azure.com/workflows/x/triggers/manual/paths/invoke?sig=x";

    public static IEnumerable<ApiOperation> All()
    {
        var subscribe = new ApiOperation(HttpMethod.Post, Path, "Subscribe", Tag,
            "Subscribe to events",
            "From now on each event is sent to the callback URL, at least once, and tried again for a day. DELETE on Location ends it. The same request again is the same subscription.")
            .Keyed().Speaking()
            .WithBody(Schemas.SubscriptionRequest, $$"""{"callback_url":"{{Url}}","events":["loan_state"],"states":["loan_paid"]}""")
            .Answers(201, "It is made.", Schemas.Subscription, """{"id":"5wKQ0mGv1dN2bH3cJ4eL6fM7gP8hR9iS0jT1kU2lV3m"}""")
            .WithLocation(201, "The subscription, to be deleted.")
            .Fails(ApiProblem.Body).Fails(ApiProblem.Storage);
        subscribe.Operation.Callbacks = new Dictionary<string, IOpenApiCallback> { ["event"] = Delivery() };
        return
        [
            subscribe,

            new ApiOperation(HttpMethod.Delete, Path + "/{id}", "Unsubscribe", Tag, "End a subscription", "204, also where it is gone.")
                .Keyed().Speaking().WithPath("id", "The id of the subscription.", "5wKQ0mGv1dN2bH3cJ4eL6fM7gP8hR9iS0jT1kU2lV3m")
                .Answers(204, "It is ended.")
                .Fails(ApiProblem.Storage),

            new ApiOperation(HttpMethod.Post, Path + "/unsubscribe", "UnsubscribeUrl", Tag,
                "End the subscriptions of a callback URL", "Ends every subscription that sends to the URL. 204, also where there is none.")
                .Keyed().Speaking().WithBody(Schemas.CallbackUrl, $$"""{"callback_url":"{{Url}}"}""")
                .Answers(204, "They are ended.")
                .Fails(ApiProblem.Body).Fails(ApiProblem.Storage),
        ];
    }

    private static OpenApiCallback Delivery()
    {
        var delivery = new OpenApiOperation
        {
            OperationId = "ReceiveEvent",
            Summary = "An event, as the subscriber gets it",
            RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/json"] = new()
                    {
                        Schema = new OpenApiSchema { OneOf = [Shape.Of(Schemas.LoanStateEvent), Shape.Of(Schemas.SettlementEvent)] },
                    },
                },
            },
            Responses = new()
            {
                ["200"] = new OpenApiResponse { Description = "Any 2xx: it has arrived." },
                ["410"] = new OpenApiResponse { Description = "The subscription ends." },
            },
        };
        var callback = new OpenApiCallback();
        callback.AddPathItem(
            RuntimeExpression.Build("{$request.body#/callback_url}"),
            new OpenApiPathItem { Operations = new Dictionary<HttpMethod, OpenApiOperation> { [HttpMethod.Post] = delivery } });
        return callback;
    }
}
