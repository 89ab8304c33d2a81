using System.Text.Json.Nodes;
using Baloan.Core.Events;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Requests;
using Microsoft.OpenApi;

namespace Baloan.Functions.OpenApi.Operations;

/// <summary>Subscriptions to events.</summary>
internal static class SubscriptionOperations
{
    public const string Tag = "Subscriptions";
    public const string Path = "/subscriptions";
    private const string Id = "5wKQ0mGv1dN2bH3cJ4eL6fM7gP8hR9iS0jT1kU2lV3m";
    private const string Url = "https://prod-01.northeurope.logic.azure.com/workflows/x/triggers/manual/paths/invoke?sig=x";

    public static IEnumerable<ApiOperation> All()
    {
        var subscribe = new ApiOperation(
            HttpMethod.Post,
            Path,
            "Subscribe",
            Tag,
            "Subscribe to events",
            "From now on each event is sent to the callback URL, at least once, and tried again for a day. DELETE on Location ends it. "
                + "The same request again is the same subscription."
        )
            .Keyed()
            .Speaking()
            .WithBody(Schemas.SubscriptionRequest, $$"""{"callback_url":"{{Url}}","events":["loan_state"],"states":["loan_paid"]}""")
            .Answers(201, "It is made.", Schemas.Subscription, $$"""{"id":"{{Id}}"}""")
            .WithLocation(201, "The subscription, to be deleted.")
            .Fails(ApiProblem.Body)
            .Fails(ApiProblem.Storage)
            .Fails(ApiProblem.Vault)
            .Fails(ApiProblem.Conflict("too_many_subscriptions", Texts.TooManySubscriptions.With(200)));
        subscribe.Operation.Callbacks = new Dictionary<string, IOpenApiCallback> { ["event"] = Delivery() };
        return
        [
            subscribe,
            new ApiOperation(
                HttpMethod.Get,
                Path,
                "ListSubscriptions",
                Tag,
                "List subscriptions",
                "All subscriptions with what they have not taken: never the whole URL, never the secret."
            )
                .Keyed()
                .Speaking()
                .Answers(
                    200,
                    "The subscriptions, oldest first.",
                    Schemas.SubscriptionList,
                    $$"""
                    {"items":[{"id":"{{Id}}","host":"prod-01.northeurope.logic.azure.com","allowed":true,"events":["loan_state"],"states":["loan_paid"],
                    "signed":false,"created_at":"2026-11-22T01:51:48.1234567Z","last_delivery":{"at":"2026-11-22T01:52:08.1234567Z","status":202},
                    "waiting":0,"failed":0}]}
                    """
                )
                .Fails(ApiProblem.Storage),
            new ApiOperation(
                HttpMethod.Post,
                Path + "/{id}/redeliver",
                "RedeliverEvents",
                Tag,
                "Send again what failed for good",
                "Events that were given up are tried again for a day, under the same ids."
            )
                .Keyed()
                .Speaking()
                .WithPath("id", "The id of the subscription.", Id)
                .Answers(202, "They will be tried.", Schemas.Nothing, "{}")
                .Fails(ApiProblem.NotFound(Texts.NoSubscription))
                .Fails(ApiProblem.Storage),
            new ApiOperation(HttpMethod.Delete, Path + "/{id}", "Unsubscribe", Tag, "End a subscription", "204, also where it is gone.")
                .Keyed()
                .Speaking()
                .WithPath("id", "The id of the subscription.", Id)
                .Answers(204, "It is ended.")
                .Fails(ApiProblem.Storage),
            new ApiOperation(
                HttpMethod.Post,
                Path + "/unsubscribe",
                "UnsubscribeUrl",
                Tag,
                "End the subscriptions of a callback URL",
                "Ends every subscription that sends to the URL. 204, also where there is none."
            )
                .Keyed()
                .Speaking()
                .WithBody(Schemas.CallbackUrl, $$"""{"callback_url":"{{Url}}"}""")
                .Answers(204, "They are ended.")
                .Fails(ApiProblem.Body)
                .Fails(ApiProblem.Storage),
        ];
    }

    private static OpenApiExample Example(string summary, string data, string type) =>
        new()
        {
            Summary = summary,
            Value = JsonNode.Parse(
                $$"""{"id":"2f1c6d0e9b8a47c5","type":"{{type}}","occurred_at":"2026-11-22T01:51:50Z","data":{{data}}}"""
            ),
        };

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
                        Examples = new Dictionary<string, IOpenApiExample>
                        {
                            [SubscriberEvent.LoanState] = Example(
                                "A loan has a new state",
                                """
                                {"uuid":"d4c22af9-3676-4c6e-ab72-2a7b5b22afc5","state":"loan_paid","reason":null}
                                """,
                                SubscriberEvent.LoanState
                            ),
                            [SubscriberEvent.Settlement] = Example(
                                "A settlement has ended",
                                SettlementOperations.Settled,
                                SubscriberEvent.Settlement
                            ),
                        },
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
            new OpenApiPathItem { Operations = new Dictionary<HttpMethod, OpenApiOperation> { [HttpMethod.Post] = delivery } }
        );
        return callback;
    }
}
