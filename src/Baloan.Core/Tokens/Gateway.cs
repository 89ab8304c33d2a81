namespace Baloan.Core.Tokens;

/// <summary>One of Baloan's two contracts, each with credentials and tokens of its own.</summary>
/// <param name="Name">The name that secrets and answers use.</param>
public sealed record Gateway(string Name)
{
    /// <summary>Settlements and uploads.</summary>
    public static readonly Gateway Merchant = new("merchant");

    /// <summary>Loans.</summary>
    public static readonly Gateway Partnership = new("partnership");

    /// <summary>The secret with the user name; for version 2 of the merchant API this is the store's uuid.</summary>
    public string UsernameSecret => $"baloan-{Name}-username";

    /// <summary>The secret with the password.</summary>
    public string PasswordSecret => $"baloan-{Name}-password";

    /// <summary>The secret in which the app keeps the tokens.</summary>
    public string TokenSecret => $"baloan-{Name}-token";
}
