using Baloan.Client;
using Baloan.Core.Loans;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Requests;
using Baloan.Functions.Http.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Functions;

/// <summary>Loans over HTTP: what a partner asks Baloan while the caller waits, and what is recorded here.</summary>
/// <remarks>What acts is not cancelled when the caller hangs up: what has begun is waited for.</remarks>
public sealed class LoanFunctions(PartnershipClient baloan, LoanStore store, LoanOpener opener)
{
    private const string UnknownState = "unknown_state";

    /// <summary><c>GET /api/loan-policies</c>: Baloan's policies, or those that fit an amount, a due and a store.</summary>
    [Function("GetLoanPolicies")]
    public async Task<IResult> GetPolicies([HttpTrigger(AuthorizationLevel.Function, "get", Route = "loan-policies")] HttpRequest request)
    {
        var language = RequestLanguage.Of(request);
        var cancellationToken = request.HttpContext.RequestAborted;
        var errors = new FieldErrors();
        var amount = WholeNumber.Read(request, "amount", WholeNumber.LargestAmount, errors);
        var due = WholeNumber.Read(request, "loan_due", WholeNumber.LargestAmount, errors);
        var shop = WholeNumber.Read(request, "store", WholeNumber.LargestAmount, errors);
        errors.ThrowIfAny();
        var policies = await baloan.GetLoanPoliciesAsync(language, cancellationToken);
        return ApiJson.Respond(
            policies.EnumerateArray().Where(policy => LoanPolicies.Fits(policy, amount, due, shop)).ToArray(),
            ApiJson.Responses.JsonElementArray
        );
    }

    /// <summary><c>GET /api/loan-policies/stores</c>: the stores of Baloan's policies, each once.</summary>
    [Function("GetLoanStores")]
    public async Task<IResult> GetStores(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "loan-policies/stores")] HttpRequest request
    )
    {
        var language = RequestLanguage.Of(request);
        var cancellationToken = request.HttpContext.RequestAborted;
        return ApiJson.Respond(
            LoanPolicies.StoresOf(await baloan.GetLoanPoliciesAsync(language, cancellationToken)).ToArray(),
            ApiJson.Responses.JsonElementArray
        );
    }

    /// <summary><c>POST /api/loans</c>: opens a loan file; under one <c>Idempotency-Key</c> one at the most.</summary>
    [Function("OpenLoan")]
    public async Task<IResult> Open([HttpTrigger(AuthorizationLevel.Function, "post", Route = "loans")] HttpRequest request)
    {
        var language = RequestLanguage.Of(request);
        var cancellationToken = request.HttpContext.RequestAborted;
        var (loan, key) = await LoanRequestReader.ReadAsync(request, cancellationToken);
        var opened = await opener.OpenAsync(loan, key, language, cancellationToken).OrUnknownAsync(Texts.OpeningOutcomeUnknown);
        request.HttpContext.Response.Headers.Location = Links.To(request, $"loans/{opened.Uuid}");
        return ApiJson.Respond(opened.Answer, ApiJson.Responses.JsonElement, statusCode: 201);
    }

    /// <summary><c>GET /api/loans/{uuid}</c>: a loan's state and history, as recorded here.</summary>
    [Function("GetLoan")]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "loans/{uuid}")] HttpRequest request,
        string uuid
    )
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var errors = new FieldErrors();
        var after = Paging.ReadContinuation(request, errors);
        errors.ThrowIfAny();
        var (loan, history, next) = await store.ReadAsync(IdOf(uuid).ToString(), after, cancellationToken) ?? throw NotFound();
        return ApiJson.Respond(LoanResponse.Of(loan, history, Paging.ContinuationOf(next)), ApiJson.Responses.LoanResponse);
    }

    /// <summary><c>GET /api/loans</c>: a page of loans, last changed first.</summary>
    [Function("ListLoans")]
    public async Task<IResult> List([HttpTrigger(AuthorizationLevel.Function, "get", Route = "loans")] HttpRequest request)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var errors = new FieldErrors();
        var state = ReadState(request, errors);
        if (ReadUnknownState(request, errors))
        {
            if (state is not null)
            {
                errors.Add(UnknownState, Texts.StateOrUnknown);
            }

            state = Loan.NoState;
        }

        var top = Paging.ReadTop(request, errors);
        var after = Paging.ReadContinuation(request, errors);
        errors.ThrowIfAny();
        var (rows, next) = await store.ListAsync(state, top, after, cancellationToken);
        return ApiJson.Respond(
            new LoanPage([.. rows.Select(row => LoanResponse.Of(row, history: null))], Paging.ContinuationOf(next)),
            ApiJson.Responses.LoanPage
        );
    }

    /// <summary><c>GET /api/loans/{uuid}/contract</c>: the contract, once the cheque is verified.</summary>
    [Function("GetContract")]
    public async Task<IResult> GetContract(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "loans/{uuid}/contract")] HttpRequest request,
        string uuid
    )
    {
        var language = RequestLanguage.Of(request);
        var cancellationToken = request.HttpContext.RequestAborted;
        return ApiJson.Respond(await baloan.GetContractAsync(IdOf(uuid), language, cancellationToken), ApiJson.Responses.JsonElement);
    }

    /// <summary><c>POST /api/loans/{uuid}/contract/otp</c>: has Baloan send the customer the OTP to sign with.</summary>
    [Function("SendContractOtp")]
    public async Task<IResult> SendContractOtp(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "loans/{uuid}/contract/otp")] HttpRequest request,
        string uuid
    )
    {
        var language = RequestLanguage.Of(request);
        await baloan.SendContractOtpAsync(IdOf(uuid), language, CancellationToken.None).OrUnknownAsync(Texts.OtpOutcomeUnknown);
        return Done();
    }

    /// <summary><c>POST /api/loans/{uuid}/contract/signature</c>: signs the contract with the customer's OTP.</summary>
    [Function("SignContract")]
    public async Task<IResult> SignContract(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "loans/{uuid}/contract/signature")] HttpRequest request,
        string uuid
    )
    {
        var language = RequestLanguage.Of(request);
        var cancellationToken = request.HttpContext.RequestAborted;
        var id = IdOf(uuid);
        using var body = await JsonBody.ReadAsync(request, cancellationToken);
        var errors = new FieldErrors();
        var otp = Otp.Read(body, errors);
        errors.ThrowIfAny();
        await baloan.SignContractAsync(id, otp!, language, CancellationToken.None).OrUnknownAsync(Texts.SigningOutcomeUnknown);
        return Done();
    }

    /// <summary><c>POST /api/loans/{uuid}/cancel</c>: cancels a loan file, which frees the guarantee.</summary>
    [Function("CancelLoan")]
    public async Task<IResult> Cancel(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "loans/{uuid}/cancel")] HttpRequest request,
        string uuid
    )
    {
        var language = RequestLanguage.Of(request);
        await baloan.CancelLoanAsync(IdOf(uuid), language, CancellationToken.None).OrUnknownAsync(Texts.CancelOutcomeUnknown);
        return Done();
    }

    private static IResult Done() => ApiJson.Respond(new EmptyResponse(), ApiJson.Responses.EmptyResponse);

    /// <summary>A loan's uuid; nothing else may come into an address of Baloan's.</summary>
    private static Guid IdOf(string uuid) => LoanUuid.TryRead(uuid, out var id) ? id : throw NotFound();

    private static ProblemException NotFound() => new(404, "not_found", Texts.NoLoan);

    private static bool ReadUnknownState(HttpRequest request, FieldErrors errors)
    {
        var text = request.Query[UnknownState].ToString();
        if (text.Length == 0)
        {
            return false;
        }

        if (!bool.TryParse(text, out var isWanted))
        {
            errors.Add(UnknownState, Texts.OneOf, "true, false");
        }

        return isWanted;
    }

    private static string? ReadState(HttpRequest request, FieldErrors errors)
    {
        const string Parameter = "state";
        var text = request.Query[Parameter].ToString();
        if (text.Length == 0)
        {
            return null;
        }

        var state = LoanStates.Normalize(text);
        if (!LoanStates.All.Contains(state))
        {
            errors.Add(Parameter, Texts.OneOf, string.Join(", ", LoanStates.All));
        }

        return state;
    }
}
