namespace Baloan.Functions.Http.Responses;

/// <summary>It was done, and there is nothing more to say.</summary>
public sealed record EmptyResponse;
