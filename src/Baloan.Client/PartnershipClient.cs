using System.Text.Json;
using static Baloan.Client.RequestJson;

namespace Baloan.Client;

/// <summary>
/// Baloan's partnership API: loans. Safe for concurrent use; make one and keep it. Phone numbers, national identifiers and OTPs
/// are sent as they are given: turn them into ASCII digits before.
/// </summary>
/// <remarks>
/// Each call throws <see cref="BaloanException"/> where Baloan refuses or does not answer; its remarks say what else a call
/// can throw. Loan policies and contract are repeated where a failure may pass. The four that act (open, send the contract's
/// OTP, sign, cancel) are sent once, and again only where they certainly did not take effect: no byte of the body was begun, or
/// Baloan said 401 or 429 in JSON as its framework writes them. Only answers that Baloan's documents know are taken for answers
/// there: all others, a 503 or 404 too, leave the outcome unknown. Where the documents show no answer (the contract's OTP, sign,
/// cancel), 200, 201 or 204 with nothing, or with JSON that says nothing else, is a yes. The refusals that the documents name are
/// in <see cref="LoanErrors"/>.
/// </remarks>
/// <param name="http">From <see cref="BaloanHttpClient.Create"/>, with a source of partnership access tokens.</param>
public sealed class PartnershipClient(HttpClient http)
{
    private const string Root = "api/v1/partnership/";

    private static readonly object Nothing = new();

    /// <summary>
    /// What loans can be had, at which stores. Changes nothing and may be repeated. (Documents, "loans that can be granted".)
    /// </summary>
    /// <param name="language">The language of Baloan's message, should it refuse.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>
    /// Baloan's list as it is. A policy's <c>amount</c> is a range in million Toman, half-open as its <c>bounds</c> say, while a
    /// loan's amount is in Toman.
    /// </returns>
    /// <exception cref="BaloanException">Baloan refuses or does not answer.</exception>
    public async Task<JsonElement> GetLoanPoliciesAsync(Language language, CancellationToken cancellationToken)
    {
        var call = new Call<Whole>(Operation.LoanPolicies, data => data.ValueKind == JsonValueKind.Array ? new(data.Clone()) : null);
        // The one path of Baloan's that has no slash at its end.
        return (await call.SendAsync(http, HttpMethod.Get, Root + "loan-policies", null, language, cancellationToken)).Answer;
    }

    /// <summary>
    /// Opens a loan file, which locks the guarantee too. Acts: never sent again where it may have taken effect. (Documents,
    /// "opening a file".)
    /// </summary>
    /// <param name="request">Who wants which loan.</param>
    /// <param name="language">The language of Baloan's message, should it refuse.</param>
    /// <param name="cancellationToken">Stops the call; the loan may have been opened then.</param>
    /// <exception cref="ArgumentException">The request lacks something. Nothing was sent.</exception>
    /// <exception cref="BaloanException">
    /// Baloan refuses or does not answer. With <see cref="BaloanException.OutcomeKnown"/> false the loan may have been opened.
    /// </exception>
    public Task<OpenedLoan> OpenLoanAsync(LoanRequest request, Language language, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrEmpty(request.PhoneNumber);
        ArgumentException.ThrowIfNullOrEmpty(request.NationalIdentifier);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(request.Amount);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(request.LoanDue);
        var call = new Call<OpenedLoan>(
            Operation.OpenLoan,
            data => Guid.TryParse(data.Text("uuid"), out var uuid) ? new(uuid, data.Clone()) : null,
            request.PhoneNumber,
            // Baloan may write it as +98912…
            request.PhoneNumber.TrimStart('0'),
            request.NationalIdentifier,
            request.BirthDate.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)
        );
        return call.SendAsync(
            http,
            HttpMethod.Post,
            Root + "loan/",
            new OutgoingContent(Operation.OpenLoan, Requests.Json(request, Default.LoanRequest), sendBefore: request.SendBefore),
            language,
            cancellationToken
        );
    }

    /// <summary>
    /// The contract of a loan, which exists once the cheque is verified. Changes nothing and may be repeated. (Documents,
    /// "getting the contract".)
    /// </summary>
    /// <param name="loan">Baloan's id of the loan.</param>
    /// <param name="language">The language of Baloan's message, should it refuse.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>
    /// Baloan's object as it is: <c>contract_pdf_file</c> with <c>uuid</c> and <c>file</c>, a URL that is a secret, and
    /// <c>is_agreed_by_user</c>.
    /// </returns>
    /// <exception cref="BaloanException">Baloan refuses or does not answer.</exception>
    public async Task<JsonElement> GetContractAsync(Guid loan, Language language, CancellationToken cancellationToken)
    {
        var call = new Call<Whole>(Operation.GetContract, data => data.ValueKind == JsonValueKind.Object ? new(data.Clone()) : null);
        return (await call.SendAsync(http, HttpMethod.Get, Of(loan, "contract"), null, language, cancellationToken)).Answer;
    }

    /// <summary>
    /// Has the OTP that signs the contract sent to the customer's phone. Acts: never sent again where it may have taken effect.
    /// (Documents, "issuing the OTP"; the answer is not documented.)
    /// </summary>
    /// <param name="loan">Baloan's id of the loan.</param>
    /// <param name="language">The language of Baloan's message, should it refuse.</param>
    /// <param name="cancellationToken">Stops the call; the OTP may have been sent then.</param>
    /// <exception cref="BaloanException">
    /// Baloan refuses or does not answer. With <see cref="BaloanException.OutcomeKnown"/> false the OTP may have been sent.
    /// </exception>
    public Task SendContractOtpAsync(Guid loan, Language language, CancellationToken cancellationToken) =>
        ActAsync(Operation.SendContractOtp, HttpMethod.Post, Of(loan, "contract"), new ByteArrayContent([]), language, cancellationToken);

    /// <summary>
    /// Signs the contract with the customer's OTP. Acts: never sent again where it may have taken effect. (Documents, "sending
    /// the OTP to sign the contract"; the answer is not documented.)
    /// </summary>
    /// <param name="loan">Baloan's id of the loan.</param>
    /// <param name="otp">The one-time password from the customer's phone.</param>
    /// <param name="language">The language of Baloan's message, should it refuse.</param>
    /// <param name="cancellationToken">Stops the call; the contract may be signed then.</param>
    /// <exception cref="BaloanException">
    /// Baloan refuses or does not answer. With <see cref="BaloanException.OutcomeKnown"/> false the contract may be signed:
    /// <c>is_agreed_by_user</c> of <see cref="GetContractAsync"/> tells.
    /// </exception>
    public Task SignContractAsync(Guid loan, string otp, Language language, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(otp);
        var body = Requests.Json(new Signature(otp), Default.Signature);
        return ActAsync(Operation.SignContract, HttpMethod.Patch, Of(loan, "contract"), body, language, cancellationToken, otp);
    }

    /// <summary>
    /// Cancels a loan and frees the guarantee. Acts: never sent again where it may have taken effect. (Documents, "canceling
    /// the loan file"; the answer is not documented.)
    /// </summary>
    /// <param name="loan">Baloan's id of the loan.</param>
    /// <param name="language">The language of Baloan's message, should it refuse.</param>
    /// <param name="cancellationToken">Stops the call; the loan may be canceled then.</param>
    /// <exception cref="BaloanException">
    /// Baloan refuses or does not answer. With <see cref="BaloanException.OutcomeKnown"/> false the loan may be canceled.
    /// </exception>
    public Task CancelLoanAsync(Guid loan, Language language, CancellationToken cancellationToken)
    {
        // The documents announce JSON here, and send none.
        var body = new ByteArrayContent([]) { Headers = { ContentType = new("application/json") } };
        return ActAsync(Operation.CancelLoan, HttpMethod.Post, Of(loan, "cancel"), body, language, cancellationToken);
    }

    private static string Of(Guid loan, string what) => $"{Root}loan/{loan:D}/{what}/";

    private Task ActAsync(
        Operation operation,
        HttpMethod method,
        string path,
        HttpContent body,
        Language language,
        CancellationToken cancellationToken,
        params string[] secrets
    ) =>
        new Call<object>(operation, _ => Nothing, secrets).SendAsync(
            http,
            method,
            path,
            new OutgoingContent(operation, body),
            language,
            cancellationToken
        );

    private sealed record Whole(JsonElement Answer);
}
