using static Baloan.Client.RequestJson;

namespace Baloan.Client;

/// <summary>
/// Baloan's merchant API, both versions. Safe for concurrent use; make one and keep it. National identifiers and OTPs are
/// sent as they are given: turn them into ASCII digits before. All amounts are whole Toman.
/// </summary>
/// <remarks>
/// Each call throws <see cref="BaloanException"/> where Baloan refuses or does not answer; its remarks say what else a call
/// can throw. Credit check and upload are repeated where a failure may pass. Send OTP, validate OTP and settle are
/// sent once, and again only where they certainly did not take effect: no byte of the body was begun, or Baloan said 401 or 429 in
/// JSON as its framework writes them. Only answers that Baloan's documents know are taken for answers there: all others, a 503 too,
/// leave the outcome unknown.
/// </remarks>
/// <param name="http">From <see cref="BaloanHttpClient.Create"/>, with a source of merchant access tokens.</param>
/// <param name="version">The version that the merchant's contract is for.</param>
public sealed class MerchantClient(HttpClient http, MerchantApiVersion version)
{
    private static readonly object Nothing = new();

    private readonly string root = version switch
    {
        MerchantApiVersion.V1 => "api/v1/merchant/",
        MerchantApiVersion.V2 => "api/v2/merchant/",
        _ => throw new ArgumentOutOfRangeException(nameof(version)),
    };

    /// <summary>The version of Baloan's merchant API that is spoken.</summary>
    public MerchantApiVersion Version => version;

    /// <summary>What a customer can spend, in whole Toman. Changes nothing and may be repeated.</summary>
    /// <param name="nationalIdentifier">The customer's national identifier.</param>
    /// <param name="language">The language of Baloan's message, should it refuse.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="BaloanException">Baloan refuses or does not answer.</exception>
    public Task<Credit> CheckCreditAsync(string nationalIdentifier, Language language, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(nationalIdentifier);
        var amount = version == MerchantApiVersion.V1 ? "amount" : "user_credit";
        var call = new Call<Credit>(
            Operation.CheckCredit,
            data => data.WholeNumber(amount) is { } credit ? new Credit(nationalIdentifier, credit) : null,
            nationalIdentifier
        );
        return call.SendAsync(
            http,
            HttpMethod.Post,
            root + "check-credit/",
            Content(call, Of(nationalIdentifier)),
            language,
            cancellationToken
        );
    }

    /// <summary>Has an OTP sent to the customer's phone. Acts: never sent again where it may have taken effect.</summary>
    /// <param name="nationalIdentifier">The customer's national identifier.</param>
    /// <param name="language">The language of Baloan's message, should it refuse.</param>
    /// <param name="cancellationToken">Stops the call; the OTP may have been sent then.</param>
    /// <exception cref="BaloanException">Baloan refuses or does not answer.</exception>
    public Task SendOtpAsync(string nationalIdentifier, Language language, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(nationalIdentifier);
        var call = new Call<object>(Operation.SendOtp, _ => Nothing, nationalIdentifier);
        return call.SendAsync(
            http,
            HttpMethod.Post,
            root + "send-credit-otp/",
            Content(call, Of(nationalIdentifier)),
            language,
            cancellationToken
        );
    }

    /// <summary>
    /// Changes the customer's OTP into the transaction token that a settlement needs. Version 2 only. Acts: never sent again
    /// where it may have taken effect.
    /// </summary>
    /// <param name="nationalIdentifier">The customer's national identifier.</param>
    /// <param name="otp">The one-time password from the customer's phone.</param>
    /// <param name="language">The language of Baloan's message, should it refuse.</param>
    /// <param name="cancellationToken">Stops the call; the OTP may be used up then.</param>
    /// <returns>The transaction token, a secret.</returns>
    /// <exception cref="NotSupportedException">The merchant has version 1.</exception>
    /// <exception cref="BaloanException">Baloan refuses or does not answer.</exception>
    public Task<string> ValidateOtpAsync(string nationalIdentifier, string otp, Language language, CancellationToken cancellationToken)
    {
        if (version == MerchantApiVersion.V1)
        {
            throw new NotSupportedException("Version 1 of Baloan's merchant API validates the OTP with the settlement.");
        }

        ArgumentException.ThrowIfNullOrEmpty(nationalIdentifier);
        ArgumentException.ThrowIfNullOrEmpty(otp);
        var call = new Call<string>(Operation.ValidateOtp, data => data.Text("token"), nationalIdentifier, otp);
        var body = Requests.Json(new CustomerOtp(nationalIdentifier, otp), Default.CustomerOtp);
        return call.SendAsync(http, HttpMethod.Post, root + "validate-credit-otp/", Content(call, body), language, cancellationToken);
    }

    /// <summary>
    /// Moves the total of an invoice from the customer's credit to the merchant. Acts: never sent again where it may have
    /// taken effect. Ends within <see cref="BaloanOptions.FileTimeout"/>.
    /// </summary>
    /// <param name="request">What is settled. <see cref="SettleRequest.Otp"/> for version 1, <see cref="SettleRequest.TransactionToken"/>
    /// for version 2.</param>
    /// <param name="language">The language of Baloan's message, should it refuse.</param>
    /// <param name="cancellationToken">Stops the call; the money may have been moved then.</param>
    /// <exception cref="ArgumentException">The request lacks what the version needs. Nothing was sent.</exception>
    /// <exception cref="BaloanException">
    /// Baloan refuses or does not answer. With <see cref="BaloanException.OutcomeKnown"/> false the money may have been moved.
    /// </exception>
    public async Task<SettleReceipt> SettleAsync(SettleRequest request, Language language, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrEmpty(request.NationalIdentifier);
        ArgumentException.ThrowIfNullOrEmpty(request.Code);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(request.Total);
        var proof = version == MerchantApiVersion.V1 ? request.Otp : request.TransactionToken;
        if (string.IsNullOrEmpty(proof))
        {
            throw new ArgumentException(
                version == MerchantApiVersion.V1 ? "Version 1 settles with an OTP." : "Version 2 settles with a transaction token.",
                nameof(request)
            );
        }

        var call = new Call<SettleReceipt>(
            Operation.Settle,
            // What the customer has left is what a yes of version 2 is known by.
            data =>
                data.WholeNumber("user_credit") is var credit && (credit is not null || version == MerchantApiVersion.V1)
                    ? new(credit)
                    : null,
            request.NationalIdentifier,
            proof
        );
        var file = Open(request.Invoice);
        var body = Requests.Multipart();
        body.AddField("national_identifier", request.NationalIdentifier);
        if (version == MerchantApiVersion.V1)
        {
            body.AddField("otp", proof);
        }

        body.AddField(
            "data",
            System.Text.Json.JsonSerializer.Serialize(new InvoiceData(request.Code, new Bill(request.Total)), Default.InvoiceData)
        );
        body.AddFile("file", file);
        if (version == MerchantApiVersion.V2)
        {
            body.AddField("token", proof);
        }

        var content = new OutgoingContent(call.Operation, body, file, request.SendBefore);
        var receipt = await call.SendAsync(http, HttpMethod.Post, root + "settle-confirm/", content, language, cancellationToken);
        return receipt with { Sendings = [.. call.Sendings] };
    }

    /// <summary>
    /// Stores a file with Baloan: pdf, jpg or png, at most 10 MB (documents, "file upload"). Serves both versions. May be
    /// repeated; a repeated upload may leave a second copy that nothing refers to.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="language">The language of Baloan's message, should it refuse.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="BaloanException">Baloan refuses or does not answer.</exception>
    public Task<UploadedFile> UploadAsync(FileSource file, Language language, CancellationToken cancellationToken)
    {
        var call = new Call<UploadedFile>(
            Operation.Upload,
            data => data.Text("uuid") is { } uuid && data.Text("file") is { } url ? new UploadedFile(uuid, url) : null
        );
        var content = Open(file);
        var body = Requests.Multipart();
        body.AddFile("file", content);
        return call.SendAsync(
            http,
            HttpMethod.Post,
            "api/v1/utility/file-upload/",
            Content(call, body, content),
            language,
            cancellationToken
        );
    }

    private HttpContent Of(string nationalIdentifier) =>
        version == MerchantApiVersion.V1
            ? Requests.Form(("national_identifier", nationalIdentifier))
            : Requests.Json(new Customer(nationalIdentifier), Default.Customer);

    private static OutgoingContent Content(Call call, HttpContent body, FileContent? file = null) => new(call.Operation, body, file);

    private static FileContent Open(FileSource file)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfNegative(file.Length);
        return new FileContent(file);
    }
}
