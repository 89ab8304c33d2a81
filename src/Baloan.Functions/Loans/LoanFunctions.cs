using Baloan.Client;
using Baloan.Core.Loans;
using Baloan.Functions.Http;
using Baloan.Functions.Merchants;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Loans;

/// <summary>Loans over HTTP: what a partner asks Baloan while the caller waits, and what is recorded here.</summary>
/// <remarks>What acts is not cancelled when the caller hangs up: what has begun is waited for.</remarks>
public sealed class LoanFunctions(PartnershipClient baloan, LoanStore store, LoanOpener opener, Problems problems)
{
    /// <summary><c>GET /api/loan-policies</c>: Baloan's policies, or those that fit an amount, a due and a store.</summary>
    [Function("GetLoanPolicies")]
    public Task<IResult> GetPolicies(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "loan-policies")] HttpRequest request) =>
        problems.CatchAsync(request, async (language, cancellationToken) =>
        {
            var errors = new FieldErrors();
            var amount = WholeNumber.Read(request, "amount", WholeNumber.LargestAmount, errors);
            var due = WholeNumber.Read(request, "loan_due", WholeNumber.LargestAmount, errors);
            var shop = WholeNumber.Read(request, "store", WholeNumber.LargestAmount, errors);
            errors.ThrowIfAny();
            var policies = await baloan.GetLoanPoliciesAsync(language, cancellationToken);
            return ApiJson.Answer(
                policies.EnumerateArray().Where(policy => LoanPolicies.Fits(policy, amount, due, shop)).ToArray(),
                ApiJson.Answers.JsonElementArray);
        });

    /// <summary><c>GET /api/loan-policies/stores</c>: the stores of Baloan's policies, each once.</summary>
    [Function("GetLoanStores")]
    public Task<IResult> GetStores(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "loan-policies/stores")] HttpRequest request) =>
        problems.CatchAsync(request, async (language, cancellationToken) => ApiJson.Answer(
            LoanPolicies.StoresOf(await baloan.GetLoanPoliciesAsync(language, cancellationToken)).ToArray(), ApiJson.Answers.JsonElementArray));

    /// <summary><c>POST /api/loans</c>: opens a loan file; under one <c>Idempotency-Key</c> one at the most.</summary>
    [Function("OpenLoan")]
    public Task<IResult> Open(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "loans")] HttpRequest request) =>
        problems.CatchAsync(
            request,
            async (language, cancellationToken) =>
            {
                var (loan, key) = await LoanRequestReader.ReadAsync(request, cancellationToken);
                var opened = await opener.OpenAsync(loan, key, language, cancellationToken);
                request.HttpContext.Response.Headers.Location = Links.To(request, $"loans/{opened.Uuid}");
                return ApiJson.Answer(opened.Answer, ApiJson.Answers.JsonElement, statusCode: 201);
            },
            Texts.OpeningOutcomeUnknown);

    /// <summary><c>GET /api/loans/{uuid}</c>: a loan's state and history, as recorded here.</summary>
    [Function("GetLoan")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "loans/{uuid}")] HttpRequest request,
        string uuid) => problems.CatchAsync(request, async (_, cancellationToken) =>
        {
            var errors = new FieldErrors();
            var after = Paging.ReadContinuation(request, errors);
            errors.ThrowIfAny();
            var (loan, history, next) = await store.ReadAsync(IdOf(uuid).ToString(), after, cancellationToken) ?? throw NotFound();
            return ApiJson.Answer(LoanAnswer.Of(loan, history, Paging.ContinuationOf(next)), ApiJson.Answers.LoanAnswer);
        });

    /// <summary><c>GET /api/loans</c>: a page of loans, last changed first.</summary>
    [Function("ListLoans")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "loans")] HttpRequest request) =>
        problems.CatchAsync(request, async (_, cancellationToken) =>
        {
            var errors = new FieldErrors();
            var state = ReadState(request, errors);
            var top = Paging.ReadTop(request, errors);
            var after = Paging.ReadContinuation(request, errors);
            errors.ThrowIfAny();
            var (rows, next) = await store.ListAsync(state, top, after, cancellationToken);
            return ApiJson.Answer(
                new LoanPage([.. rows.Select(row => LoanAnswer.Of(row, history: null))], Paging.ContinuationOf(next)), ApiJson.Answers.LoanPage);
        });

    /// <summary><c>GET /api/loans/{uuid}/contract</c>: the contract, once the cheque is verified.</summary>
    [Function("GetContract")]
    public Task<IResult> GetContract(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "loans/{uuid}/contract")] HttpRequest request,
        string uuid) => problems.CatchAsync(request, async (language, cancellationToken) =>
            ApiJson.Answer(await baloan.GetContractAsync(IdOf(uuid), language, cancellationToken), ApiJson.Answers.JsonElement));

    /// <summary><c>POST /api/loans/{uuid}/contract/otp</c>: has Baloan send the customer the OTP to sign with.</summary>
    [Function("SendContractOtp")]
    public Task<IResult> SendContractOtp(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "loans/{uuid}/contract/otp")] HttpRequest request,
        string uuid) => problems.CatchAsync(
            request,
            async (language, _) =>
            {
                await baloan.SendContractOtpAsync(IdOf(uuid), language, CancellationToken.None);
                return Done();
            },
            Texts.OtpOutcomeUnknown);

    /// <summary><c>POST /api/loans/{uuid}/contract/signature</c>: signs the contract with the customer's OTP.</summary>
    [Function("SignContract")]
    public Task<IResult> SignContract(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "loans/{uuid}/contract/signature")] HttpRequest request,
        string uuid) => problems.CatchAsync(
            request,
            async (language, cancellationToken) =>
            {
                var id = IdOf(uuid);
                using var body = await JsonBody.ReadAsync(request, cancellationToken);
                var errors = new FieldErrors();
                var otp = Otp.Read(body, errors);
                errors.ThrowIfAny();
                await baloan.SignContractAsync(id, otp!, language, CancellationToken.None);
                return Done();
            },
            Texts.SigningOutcomeUnknown);

    /// <summary><c>POST /api/loans/{uuid}/cancel</c>: cancels a loan file, which frees the guarantee.</summary>
    [Function("CancelLoan")]
    public Task<IResult> Cancel(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "loans/{uuid}/cancel")] HttpRequest request,
        string uuid) => problems.CatchAsync(
            request,
            async (language, _) =>
            {
                await baloan.CancelLoanAsync(IdOf(uuid), language, CancellationToken.None);
                return Done();
            },
            Texts.CancelOutcomeUnknown);

    private static IResult Done() => ApiJson.Answer(new EmptyAnswer(), ApiJson.Answers.EmptyAnswer);

    /// <summary>A loan's uuid; nothing else may come into an address of Baloan's.</summary>
    private static Guid IdOf(string uuid) => LoanUuid.TryRead(uuid, out var id) ? id : throw NotFound();

    private static ProblemException NotFound() => new(404, "not_found", Texts.NoLoan);

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
