namespace Baloan.Client;

/// <summary>The version of Baloan's merchant API that the merchant's contract is for.</summary>
public enum MerchantApiVersion
{
    /// <summary>Form fields; the settlement carries the OTP itself.</summary>
    V1 = 1,

    /// <summary>JSON; the OTP is validated first and the settlement carries a transaction token.</summary>
    V2 = 2,
}
