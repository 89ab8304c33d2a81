namespace Baloan.Client;

/// <summary>A username and password of one of Baloan's gateways.</summary>
/// <param name="Username">Merchant, version 1: the store's name. Version 2: the store's uuid. Partner: the partner's username.</param>
/// <param name="Password">The password. A secret.</param>
public sealed record BaloanCredentials(string Username, string Password)
{
    /// <summary>Shows no secret.</summary>
    public override string ToString() => $"BaloanCredentials {{ Username = {Username} }}";
}

/// <summary>What <see cref="BaloanClientServices.AddBaloanClient"/> puts together. At least one of the two contracts is needed.</summary>
public sealed class BaloanClientOptions
{
    /// <summary>Where Baloan is, and how long it is waited for.</summary>
    public BaloanOptions Baloan { get; set; } = new();

    /// <summary>The merchant's contract; null for none, and then there is no <see cref="MerchantClient"/>.</summary>
    public BaloanCredentials? Merchant { get; set; }

    /// <summary>The version that the merchant's contract is for.</summary>
    public MerchantApiVersion MerchantVersion { get; set; } = MerchantApiVersion.V2;

    /// <summary>The partner's contract; null for none, and then there is no <see cref="PartnershipClient"/>.</summary>
    public BaloanCredentials? Partnership { get; set; }
}
