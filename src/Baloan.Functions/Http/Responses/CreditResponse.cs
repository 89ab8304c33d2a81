namespace Baloan.Functions.Http.Responses;

/// <summary>A customer's credit, for both of Baloan's versions.</summary>
/// <param name="NationalIdentifier">As the caller gave it, in ASCII digits.</param>
/// <param name="UserCredit">Toman.</param>
public sealed record CreditResponse(string NationalIdentifier, long UserCredit);
