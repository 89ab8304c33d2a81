namespace Baloan.Sandbox;

/// <summary>What Baloan is asked to do, in either version of its API.</summary>
public enum Operation
{
    /// <summary>A merchant's access token (merchant-gateway, "دریافت توکن").</summary>
    Token,

    /// <summary>A partner's access token.</summary>
    PartnershipToken,

    /// <summary>File upload.</summary>
    FileUpload,

    /// <summary>Credit check.</summary>
    CheckCredit,

    /// <summary>Send an OTP to the customer.</summary>
    SendOtp,

    /// <summary>Validate the OTP (version 2): gives a transaction token.</summary>
    ValidateOtp,

    /// <summary>Settle: moves the money.</summary>
    Settle,

    /// <summary>The loan policies and their stores (partnership-gateway, "وام های قابل اعطا").</summary>
    LoanPolicies,

    /// <summary>Open a loan file: locks the guarantee.</summary>
    OpenLoan,

    /// <summary>Get a loan's contract.</summary>
    GetContract,

    /// <summary>Issue the OTP that signs the contract.</summary>
    SendContractOtp,

    /// <summary>Sign the contract with the OTP.</summary>
    SignContract,

    /// <summary>Cancel a loan file: frees the guarantee.</summary>
    CancelLoan,
}
