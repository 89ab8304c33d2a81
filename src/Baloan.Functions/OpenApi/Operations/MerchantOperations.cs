using Baloan.Functions.Http;

namespace Baloan.Functions.OpenApi.Operations;

/// <summary>Credit and OTP.</summary>
internal static class MerchantOperations
{
    public const string Tag = "Merchant";
    private const string Customer = """{"national_identifier":"0012345678"}""";

    public static IEnumerable<ApiOperation> All() =>
        [
            new ApiOperation(
                HttpMethod.Post,
                "/merchant/credit-check",
                "CheckCredit",
                Tag,
                "Check a customer's credit",
                "What the customer can spend, in Toman. Changes nothing and may be repeated."
            )
                .Keyed()
                .Speaking()
                .WithBody(Schemas.Customer, Customer)
                .Answers(200, "The credit.", Schemas.Credit, """{"national_identifier":"0012345678","user_credit":98750000}""")
                .Fails(ApiProblem.Body)
                .Fails(ApiProblem.Baloan()),
            new ApiOperation(
                HttpMethod.Post,
                "/merchant/otp",
                "SendOtp",
                Tag,
                "Send a customer an OTP",
                "Has Baloan send the customer an OTP by SMS, with which the customer agrees to a settlement."
            )
                .Keyed()
                .Speaking()
                .WithBody(Schemas.Customer, Customer)
                .Answers(200, "It is sent.", Schemas.Nothing, "{}")
                .Fails(ApiProblem.Body)
                .Fails(ApiProblem.Baloan(Texts.OtpOutcomeUnknown)),
            new ApiOperation(
                HttpMethod.Post,
                "/merchant/otp/validate",
                "ValidateOtp",
                Tag,
                "Validate an OTP",
                "Turns the customer's OTP into a token for one settlement. Version 2 of Baloan's merchant API alone; a settlement takes "
                    + "the OTP itself, too."
            )
                .Keyed()
                .Speaking()
                .WithBody(Schemas.CustomerOtp, """{"national_identifier":"0012345678","otp":"11111"}""")
                .Answers(200, "The token.", Schemas.TransactionToken, """{"token":"8e3b0f7a5c"}""")
                .Fails(ApiProblem.Body)
                .Fails(ApiProblem.Baloan(Texts.ValidationOutcomeUnknown))
                .Fails(ApiProblem.Conflict("not_supported_by_api_version", Texts.NoOtpValidation)),
        ];
}
