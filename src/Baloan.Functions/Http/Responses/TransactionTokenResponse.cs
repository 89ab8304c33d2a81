namespace Baloan.Functions.Http.Responses;

/// <summary>Version 2's transaction token, for one settlement.</summary>
/// <param name="Token">To be sent with the settlement.</param>
public sealed record TransactionTokenResponse(string Token);
