using Baloan.Client;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Requests;
using Baloan.Functions.Http.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Functions;

/// <summary>What a shop asks Baloan at the counter: a customer's credit, and the OTP. Each goes to Baloan while the caller waits.</summary>
public sealed class MerchantFunctions(MerchantClient baloan)
{
    /// <summary><c>POST /api/merchant/credit-check</c>: what the customer can spend.</summary>
    [Function("CheckCredit")]
    public async Task<IResult> CheckCredit(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "merchant/credit-check")] HttpRequest request
    )
    {
        var language = RequestLanguage.Of(request);
        var cancellationToken = request.HttpContext.RequestAborted;
        var identifier = await ReadIdentifierAsync(request, cancellationToken);
        var credit = await baloan.CheckCreditAsync(identifier, language, cancellationToken);
        return ApiJson.Respond(new CreditResponse(identifier, credit.Amount), ApiJson.Responses.CreditResponse);
    }

    /// <summary><c>POST /api/merchant/otp</c>: has Baloan send the customer an OTP by SMS.</summary>
    [Function("SendOtp")]
    public async Task<IResult> SendOtp([HttpTrigger(AuthorizationLevel.Function, "post", Route = "merchant/otp")] HttpRequest request)
    {
        var language = RequestLanguage.Of(request);
        var cancellationToken = request.HttpContext.RequestAborted;
        var identifier = await ReadIdentifierAsync(request, cancellationToken);
        // Not cancelled when the caller hangs up: what has begun to act is waited for.
        await baloan.SendOtpAsync(identifier, language, CancellationToken.None).OrUnknownAsync(Texts.OtpOutcomeUnknown);
        return ApiJson.Respond(new EmptyResponse(), ApiJson.Responses.EmptyResponse);
    }

    /// <summary><c>POST /api/merchant/otp/validate</c>: turns an OTP into the token for a settlement (version 2 alone).</summary>
    [Function("ValidateOtp")]
    public async Task<IResult> ValidateOtp(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "merchant/otp/validate")] HttpRequest request
    )
    {
        var language = RequestLanguage.Of(request);
        var cancellationToken = request.HttpContext.RequestAborted;
        if (baloan.Version == MerchantApiVersion.V1)
        {
            throw new ProblemException(409, "not_supported_by_api_version", Texts.NoOtpValidation);
        }

        using var body = await JsonBody.ReadAsync(request, cancellationToken);
        var errors = new FieldErrors();
        var identifier = NationalIdentifier.Read(body, errors);
        var otp = Otp.Read(body, errors);
        errors.ThrowIfAny();
        var token = await baloan
            .ValidateOtpAsync(identifier!, otp!, language, CancellationToken.None)
            .OrUnknownAsync(Texts.ValidationOutcomeUnknown);
        return ApiJson.Respond(new TransactionTokenResponse(token), ApiJson.Responses.TransactionTokenResponse);
    }

    private static async Task<string> ReadIdentifierAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = await JsonBody.ReadAsync(request, cancellationToken);
        var errors = new FieldErrors();
        var identifier = NationalIdentifier.Read(body, errors);
        errors.ThrowIfAny();
        return identifier!;
    }
}
