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
}
