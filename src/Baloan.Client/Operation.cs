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
/// <param name="AnswerDocumented">
/// Whether Baloan's documents say what a yes looks like. Where they do not, it is a yes to answer with success and nothing, or
/// with JSON that is no refusal.
/// </param>
internal sealed record Operation(
    string Name,
    Gateway Gateway,
    bool Acts = false,
    bool CarriesFile = false,
    bool Authorized = true,
    bool Enveloped = true,
    bool AnswerDocumented = true)
{
    public static Operation MerchantToken { get; } = new("merchant_token", Gateway.Merchant, Authorized: false, Enveloped: false);

    public static Operation PartnershipToken { get; } = new("partnership_token", Gateway.Partnership, Authorized: false, Enveloped: false);

    public static Operation CheckCredit { get; } = new("check_credit", Gateway.Merchant);

    public static Operation Upload { get; } = new("upload", Gateway.Merchant, CarriesFile: true);

    public static Operation SendOtp { get; } = new("send_otp", Gateway.Merchant, Acts: true);

    public static Operation ValidateOtp { get; } = new("validate_otp", Gateway.Merchant, Acts: true);

    public static Operation Settle { get; } = new("settle", Gateway.Merchant, Acts: true, CarriesFile: true);

    public static Operation LoanPolicies { get; } = new("loan_policies", Gateway.Partnership, Enveloped: false);

    public static Operation OpenLoan { get; } = new("open_loan", Gateway.Partnership, Acts: true, Enveloped: false);

    public static Operation GetContract { get; } = new("get_contract", Gateway.Partnership, Enveloped: false);

    public static Operation SendContractOtp { get; } =
        new("send_contract_otp", Gateway.Partnership, Acts: true, Enveloped: false, AnswerDocumented: false);

    public static Operation SignContract { get; } =
        new("sign_contract", Gateway.Partnership, Acts: true, Enveloped: false, AnswerDocumented: false);

    public static Operation CancelLoan { get; } =
        new("cancel_loan", Gateway.Partnership, Acts: true, Enveloped: false, AnswerDocumented: false);
}
