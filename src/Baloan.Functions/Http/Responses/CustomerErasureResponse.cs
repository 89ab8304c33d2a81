using System.Text.Json;
using Baloan.Client;
using Baloan.Core.Retention;

namespace Baloan.Functions.Http.Responses;

/// <summary>What was erased of a customer, and what was not.</summary>
/// <param name="Settlements">The codes of which an attempt was erased.</param>
/// <param name="Attempts">How many attempts were erased, each with its invoice.</param>
/// <param name="LoanOpenings">How many openings of loans were erased.</param>
/// <param name="Loans">The uuids of the loans that were erased.</param>
/// <param name="Kept">What was kept, and why.</param>
/// <param name="Remains">What remains of what was erased, and what this app cannot erase.</param>
/// <param name="Complete">Whether all was looked at; else the same call goes on.</param>
public sealed record CustomerErasureResponse(
    IReadOnlyList<string> Settlements,
    int Attempts,
    int LoanOpenings,
    IReadOnlyList<string> Loans,
    IReadOnlyList<KeptResponse> Kept,
    IReadOnlyList<string> Remains,
    bool Complete
)
{
    /// <summary>What a caller sees of it.</summary>
    public static CustomerErasureResponse Of(CustomerErasure erasure, Language language)
    {
        Text[] remains =
        [
            .. erasure.IsComplete ? (Text[])[] : [ErasureTexts.GoOn],
            ErasureTexts.SettlementRemains,
            ErasureTexts.LoanRemains,
            ErasureTexts.Elsewhere,
        ];
        return new(
            erasure.Settlements,
            erasure.Attempts,
            erasure.LoanOpenings,
            erasure.Loans,
            [
                .. erasure.Kept.Select(kept => new KeptResponse(
                    kept.IsSettlement ? KeptResponse.Settlement : KeptResponse.LoanOpening,
                    kept.Id,
                    JsonNamingPolicy.SnakeCaseLower.ConvertName(kept.Why.ToString()),
                    ErasureTexts.TextOf(kept.Why).In(language),
                    kept.NotBefore
                )),
            ],
            [.. remains.Select(text => text.In(language))],
            erasure.IsComplete
        );
    }
}

/// <summary>Something that was not erased.</summary>
/// <param name="Kind"><c>settlement</c> or <c>loan_opening</c>.</param>
/// <param name="Id">The settlement's code, or the opening's id.</param>
/// <param name="Reason">Why, for programs.</param>
/// <param name="Message">Why, for people.</param>
/// <param name="NotBefore">From when on it can be erased (UTC); null where that is not known.</param>
public sealed record KeptResponse(string Kind, string Id, string Reason, string Message, DateTimeOffset? NotBefore)
{
    /// <summary>The kind of an attempt at a settlement.</summary>
    public const string Settlement = "settlement";

    /// <summary>The kind of the opening of a loan.</summary>
    public const string LoanOpening = "loan_opening";
}
