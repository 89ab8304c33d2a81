using System.Text.Json;
using Baloan.Core.Storage;
using Baloan.Functions.Http.Responses;
using Microsoft.OpenApi;
using static Baloan.Functions.OpenApi.Shape;

namespace Baloan.Functions.OpenApi;

/// <summary>Whose data are erased, and what came of it.</summary>
internal static class ErasureSchemas
{
    public static OpenApiSchema Request(OpenApiSchema nationalIdentifier, OpenApiSchema phoneNumber) =>
        Object(
            "Whose data are erased: by the national identifier, the phone number or both.",
            ("national_identifier?", nationalIdentifier),
            ("phone_number?", phoneNumber)
        );

    public static OpenApiSchema Erasure() =>
        Object(
            "What was erased of a customer, and what was not.",
            ("settlements", ListOf("The codes of the settlements of which an attempt was erased.", Text("A code."))),
            ("attempts", Number("How many attempts at settlements were erased, each with its invoice.")),
            ("loan_openings", Number("How many openings of loans were erased.")),
            ("loans", ListOf("The loans that were erased.", Text("A uuid.", "uuid"))),
            (
                "kept",
                ListOf(
                    "What was kept.",
                    Object(
                        "An attempt at a settlement or the opening of a loan.",
                        ("kind", OneOf("What it is.", [KeptResponse.Settlement, KeptResponse.LoanOpening])),
                        ("id", Text("The settlement’s code, or the opening’s id.")),
                        (
                            "reason",
                            OneOf("Why it was kept.", Enum.GetNames<ErasureHindrance>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName))
                        ),
                        ("message", Text("The same for people, in the caller’s language.")),
                        ("not_before", Time("From when on it can be erased; null where that is not known.").OrNull())
                    )
                )
            ),
            ("remains", ListOf("What remains of what was erased, and what is not the app’s to erase.", Text("A sentence."))),
            ("complete", Flag("Whether all was looked at; else the same call goes on."))
        );
}
