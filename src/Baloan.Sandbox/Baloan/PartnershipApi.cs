using System.Globalization;
using System.Text.Json.Nodes;

namespace Baloan.Sandbox;

/// <summary>
/// What the calls of the partnership API do. Their answers have no envelope; those that the documents leave open are <c>{}</c>.
/// </summary>
internal sealed class PartnershipApi(LoanBooks loans, TimeProvider time, Func<Guid, string> signedUrl)
{
    private const int YoungestAge = 18;
    private const int OldestAge = 70;

    public Answer Carry(Operation operation, BaloanCall call, Guid uuid, bool persian)
    {
        Answer Result(Refusal? refusal, Func<JsonObject>? data = null) =>
            refusal is null ? Answer.Json(200, data?.Invoke() ?? []) : refusal.ToAnswer(400, persian);
        if (operation == Operation.LoanPolicies)
        {
            return new(200, "application/json", new JsonArray([.. LoanPolicy.All.Select(policy => policy.ToJson())]).ToJsonString());
        }

        if (operation == Operation.OpenLoan)
        {
            return Open(call, Result);
        }

        if (loans.Find(uuid) is not { } loan)
        {
            return Answer.Json(404, new() { ["detail"] = "Not found." });
        }

        switch (operation)
        {
            case Operation.GetContract:
                var (contract, tooEarly) = loans.Contract(uuid);
                return Result(
                    tooEarly,
                    () =>
                        new()
                        {
                            ["contract_pdf_file"] = new JsonObject { ["uuid"] = contract.ToString(), ["file"] = signedUrl(contract) },
                            ["is_agreed_by_user"] = loan.IsAgreedByUser,
                        }
                );

            case Operation.SendContractOtp:
                return Result(loans.SendOtp(uuid));

            case Operation.SignContract:
                return Result(loans.Sign(uuid, call.Fields["otp"]));

            default:
                return Result(loans.CancelByUser(uuid));
        }
    }

    private Answer Open(BaloanCall call, Func<Refusal?, Func<JsonObject>?, Answer> result)
    {
        var (customer, phone, birthDate) = (call.Fields["national_identifier"], call.Fields["phone_number"], call.Fields["birth_date"]);
        var (amount, due, store) = (Number(call, "amount"), Number(call, "loan_due"), Number(call, "store"));
        if (!DateOnly.TryParseExact(birthDate, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var born))
        {
            return result(LoanRefusals.InvalidDate, null);
        }

        if (Age(born) is < YoungestAge or > OldestAge)
        {
            return result(LoanRefusals.AgeNotInRange, null);
        }

        if (LoanPolicy.For(amount, due, store) is not { } policy)
        {
            return result(LoanRefusals.OutsidePolicies, null);
        }

        var (loan, refusal) = loans.Open(customer, phone, amount, due, store);
        return result(
            refusal,
            () =>
                new()
                {
                    ["phone_number"] = phone,
                    ["national_identifier"] = customer,
                    ["birth_date"] = birthDate,
                    ["amount"] = amount,
                    ["loan_due"] = due,
                    ["store"] = store,
                    ["uuid"] = loan!.Uuid.ToString(),
                    ["plan_detail"] = policy.Plan(amount, due),
                }
        );
    }

    private int Age(DateOnly born)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var years = today.Year - born.Year;
        return born.AddYears(years) > today ? years - 1 : years;
    }

    private static long Number(BaloanCall call, string field) =>
        long.Parse(call.Fields[field], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
