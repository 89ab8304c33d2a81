namespace Baloan.Client;

internal enum Gateway
{
    Merchant,
    Partnership,
}

/// <summary>What an operation of Baloan's is, and so how it may be sent.</summary>
/// <param name="Name">Its name in logs, traces and metrics.</param>
/// <param name="Gateway">Whose circuit breaker it shares.</param>
/// <param name="Acts">Whether it does something that must not be done twice.</param>
/// <param name="CarriesFile">Whether it takes the time that a file takes.</param>
/// <param name="Authorized">Whether it carries an access token.</param>
/// <param name="Enveloped">Whether the answer is wrapped in <c>{status, message, message_code, data}</c>.</param>
internal sealed record Operation(
    string Name, Gateway Gateway, bool Acts = false, bool CarriesFile = false, bool Authorized = true, bool Enveloped = true)
{
    public static Operation MerchantToken { get; } = new("merchant_token", Gateway.Merchant, Authorized: false, Enveloped: false);

    public static Operation PartnershipToken { get; } = new("partnership_token", Gateway.Partnership, Authorized: false, Enveloped: false);

    public static Operation CheckCredit { get; } = new("check_credit", Gateway.Merchant);

    public static Operation Upload { get; } = new("upload", Gateway.Merchant, CarriesFile: true);

    public static Operation SendOtp { get; } = new("send_otp", Gateway.Merchant, Acts: true);

    public static Operation ValidateOtp { get; } = new("validate_otp", Gateway.Merchant, Acts: true);

    public static Operation Settle { get; } = new("settle", Gateway.Merchant, Acts: true, CarriesFile: true);
}
