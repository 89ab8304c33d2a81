using System.Text.RegularExpressions;

namespace Baloan.Sandbox;

/// <summary>One of the calls that Baloan offers, and what it must bring.</summary>
internal sealed partial record Route(string Method, Operation Operation, BodyKind Body, params string[] Required)
{
    private const string Loan = "/api/v1/partnership/loan/{uuid}";

    private static readonly Dictionary<string, Route[]> All = new()
    {
        ["/api/v1/merchant/token/"] = [new("POST", Operation.Token, BodyKind.Form, "username", "password")],
        ["/api/v2/merchant/token/"] = [new("POST", Operation.Token, BodyKind.Json, "username", "password")],
        ["/api/v1/partnership/token/"] = [new("POST", Operation.PartnershipToken, BodyKind.Form, "username", "password")],
        ["/api/v1/utility/file-upload/"] = [new("POST", Operation.FileUpload, BodyKind.Multipart)],
        ["/api/v1/merchant/check-credit/"] = [new("POST", Operation.CheckCredit, BodyKind.Form, "national_identifier")],
        ["/api/v2/merchant/check-credit/"] = [new("POST", Operation.CheckCredit, BodyKind.Json, "national_identifier")],
        ["/api/v1/merchant/send-credit-otp/"] = [new("POST", Operation.SendOtp, BodyKind.Form, "national_identifier")],
        ["/api/v2/merchant/send-credit-otp/"] = [new("POST", Operation.SendOtp, BodyKind.Json, "national_identifier")],
        ["/api/v2/merchant/validate-credit-otp/"] = [new("POST", Operation.ValidateOtp, BodyKind.Json, "national_identifier", "otp")],
        ["/api/v1/merchant/settle-confirm/"] = [new("POST", Operation.Settle, BodyKind.Multipart, "national_identifier", "otp", "data")],
        ["/api/v2/merchant/settle-confirm/"] = [new("POST", Operation.Settle, BodyKind.Multipart, "national_identifier", "token", "data")],

        // The only address of the documents without a slash at its end.
        ["/api/v1/partnership/loan-policies"] = [new("GET", Operation.LoanPolicies, BodyKind.None)],
        ["/api/v1/partnership/loan/"] =
        [
            new(
                "POST",
                Operation.OpenLoan,
                BodyKind.Json,
                "phone_number",
                "national_identifier",
                "birth_date",
                "amount",
                "loan_due",
                "store"
            ),
        ],
        [Loan + "/contract/"] =
        [
            new("GET", Operation.GetContract, BodyKind.None),
            new("POST", Operation.SendContractOtp, BodyKind.None),
            new("PATCH", Operation.SignContract, BodyKind.LooseJson, "otp"),
        ],
        [Loan + "/cancel/"] = [new("POST", Operation.CancelLoan, BodyKind.None)],
    };

    public bool IsPartnership =>
        Operation
            is Operation.LoanPolicies
                or Operation.OpenLoan
                or Operation.GetContract
                or Operation.SendContractOtp
                or Operation.SignContract
                or Operation.CancelLoan;

    /// <summary>The calls at an address, one a method, and the loan that it names; none where there is no such address.</summary>
    public static (IReadOnlyList<Route> Routes, Guid Loan) At(string path)
    {
        var match = LoanPath().Match(path);
        return match.Success
            ? (All.GetValueOrDefault(Loan + match.Groups["rest"].Value, []), Guid.Parse(match.Groups["uuid"].ValueSpan))
            : (All.GetValueOrDefault(path, []), Guid.Empty);
    }

    // Django's converter for a uuid takes lower case and dashes alone.
    [GeneratedRegex("^/api/v1/partnership/loan/(?<uuid>[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})(?<rest>/.*)$")]
    private static partial Regex LoanPath();
}
