namespace Baloan.Functions.OpenApi.Operations;

/// <summary>What a customer may ask for.</summary>
internal static class CustomerOperations
{
    public static IEnumerable<ApiOperation> All() =>
        [
            new ApiOperation(
                HttpMethod.Post,
                "/customers/erasures",
                "EraseCustomer",
                AppOperations.Tag,
                "Erase a customer",
                "Erases what tells of one customer from settlements, loan openings and loans that ended more than eight days ago, with the "
                    + "invoices, and says what has to stay and why. Calling it again goes on. Takes the admin key in the place of a "
                    + "function key."
            )
                .Admin()
                .Speaking()
                .WithBody(Schemas.CustomerToErase, """{"national_identifier":"0012345678","phone_number":"09121234567"}""")
                .Answers(
                    200,
                    "What was erased, and what was not.",
                    Schemas.CustomerErasure,
                    """
                    {"settlements":["TLC-111111"],"attempts":2,"loan_openings":1,"loans":["d4c22af9-3676-4c6e-ab72-2a7b5b22afc5"],
                    "kept":[{"kind":"settlement","id":"TLC-111112","reason":"ended_lately","message":"It ended less than eight days ago: until then, an answer of Baloan’s may still wait in a queue.","not_before":"2026-12-01T01:51:50Z"}],
                    "remains":["Of each settlement, the code, the total, the outcome, its error code and the times stay."],"complete":true}
                    """
                )
                .Fails(ApiProblem.Body)
                .Fails(ApiProblem.Vault)
                .Fails(ApiProblem.Storage),
        ];
}
