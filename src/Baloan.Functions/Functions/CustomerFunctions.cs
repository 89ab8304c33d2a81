using Baloan.Core.Retention;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Requests;
using Baloan.Functions.Http.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Baloan.Functions.Functions;

/// <summary>What a customer may ask for.</summary>
public sealed partial class CustomerFunctions(CustomerEraser eraser, ILogger<CustomerFunctions> logger)
{
    /// <summary><c>POST /api/customers/erasures</c>: erases all of a customer that may be erased.</summary>
    /// <remarks>The identity is in the body alone: addresses are logged by whoever stands in front.</remarks>
    [Function("EraseCustomer")]
    public async Task<IResult> Erase([HttpTrigger(AuthorizationLevel.Admin, "post", Route = "customers/erasures")] HttpRequest request)
    {
        var language = RequestLanguage.Of(request);
        var cancellationToken = request.HttpContext.RequestAborted;
        using var body = await JsonBody.ReadAsync(request, cancellationToken);
        var errors = new FieldErrors();
        var isByPhone = body.Root.TryGetProperty("phone_number", out _);
        var identifier =
            isByPhone && !body.Root.TryGetProperty("national_identifier", out _) ? null : NationalIdentifier.Read(body, errors);
        var number = isByPhone ? PhoneNumber.Read(body, errors) : null;
        errors.ThrowIfAny();
        var erasure = await eraser.EraseAsync(new(identifier, number), cancellationToken);
        Log.Erased(logger, erasure.Attempts, erasure.LoanOpenings, erasure.Loans.Count, erasure.Kept.Count);
        return ApiJson.Respond(CustomerErasureResponse.Of(erasure, language), ApiJson.Responses.CustomerErasureResponse);
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "A customer was erased on request: {Attempts} attempts at settlements, {Openings} openings of loans, {Loans} loans. {Kept} had "
                + "to be kept."
        )]
        public static partial void Erased(ILogger logger, int attempts, int openings, int loans, int kept);
    }
}
