using System.Net;

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
/// Whether Baloan's documents say what a yes looks like. Where they do not, it is a yes to answer with nothing, or with JSON that
/// is no refusal and no other word than <c>ok</c>.
/// </param>
internal sealed record Operation(
    string Name,
    Gateway Gateway,
    bool Acts = false,
    bool CarriesFile = false,
    bool Authorized = true,
    bool Enveloped = true,
    bool AnswerDocumented = true
)
{
    public static Operation MerchantToken { get; } = new("merchant_token", Gateway.Merchant, Authorized: false, Enveloped: false);

    public static Operation PartnershipToken { get; } = new("partnership_token", Gateway.Partnership, Authorized: false, Enveloped: false);

    public static Operation CheckCredit { get; } = new("check_credit", Gateway.Merchant);

    public static Operation Upload { get; } = new("upload", Gateway.Merchant, CarriesFile: true);

    public static Operation SendOtp { get; } = new("send_otp", Gateway.Merchant, Acts: true) { Fields = ["national_identifier"] };

    public static Operation ValidateOtp { get; } =
        new("validate_otp", Gateway.Merchant, Acts: true) { Fields = ["national_identifier", "otp"] };

    public static Operation Settle { get; } =
        new("settle", Gateway.Merchant, Acts: true, CarriesFile: true)
        {
            Fields = ["national_identifier", "otp", "token", "data", "file", "code", "bill", "total"],
        };

    public static Operation LoanPolicies { get; } = new("loan_policies", Gateway.Partnership, Enveloped: false);

    public static Operation OpenLoan { get; } =
        new("open_loan", Gateway.Partnership, Acts: true, Enveloped: false)
        {
            // The framework's own status for what was made.
            Successes = [HttpStatusCode.OK, HttpStatusCode.Created],
            Words = ["created", "cheque_verified", "send_loan_to_bank", "loan_paid", "blocked", "canceled"],
            Fields = ["phone_number", "national_identifier", "birth_date", "amount", "loan_due", "store"],
        };

    public static Operation GetContract { get; } = new("get_contract", Gateway.Partnership, Enveloped: false);

    public static Operation SendContractOtp { get; } = Undocumented("send_contract_otp");

    public static Operation SignContract { get; } = Undocumented("sign_contract") with { Fields = ["otp"] };

    public static Operation CancelLoan { get; } = Undocumented("cancel_loan") with { Words = ["canceled", "canceld", "cancelled"] };

    /// <summary>The name of the span of a call.</summary>
    public string SpanName { get; } = $"baloan {Name}";

    /// <summary>The HTTP statuses that can be a yes, where it acts.</summary>
    public HttpStatusCode[] Successes { get; private init; } = [HttpStatusCode.OK];

    /// <summary>
    /// What the <c>status</c> of a yes may be besides <c>ok</c>, where it acts and its answer has no envelope: states of a loan.
    /// </summary>
    public string[] Words { get; private init; } = [];

    /// <summary>The fields that are sent, where it acts: a refusal may name one.</summary>
    public string[] Fields { get; private init; } = [];

    // 201 and 204 are the framework's for what was made and what has nothing to say. 202 says that it is still to come.
    private static Operation Undocumented(string name) =>
        new(name, Gateway.Partnership, Acts: true, Enveloped: false, AnswerDocumented: false)
        {
            Successes = [HttpStatusCode.OK, HttpStatusCode.Created, HttpStatusCode.NoContent],
        };
}
