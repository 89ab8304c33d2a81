namespace Baloan.Sandbox;

/// <summary>The seventeen ways in which Baloan refuses a loan call, all with 400.</summary>
/// <remarks>Codes, order and Persian texts are those of the document (partnership-gateway, "لیست خطاهای سرویس وام").</remarks>
internal static class LoanRefusals
{
    public static readonly Refusal UnauthorizedPartnership = new("unauthorized_partnership", "Invalid login.", "ورود نامعتبر");

    public static readonly Refusal PhoneNumberTaken = new(
        "phone_number_exist_with_another_national_id",
        "This phone number is registered with another national identifier. Send another phone number, so that the user's account can be "
            + "made.",
        "شماره تماس ارسالی قبلاً در سیستم ما با کد ملی دیگری ثبت شده است. لطفاً شماره تماس جدیدی وارد کنید تا بتوانیم حساب کاربری شما را "
            + "ایجاد کنیم."
    );

    public static readonly Refusal NationalIdTaken = new(
        "national_id_exists_with_another_phone_number",
        "This national identifier is registered with the phone number {phone_number}. Send the request with the right phone number.",
        "کد ملی ارسالی پیش از این در سامانه با شماره تماس {phone_number} ثبت شده است. لطفا با شماره تماس صحیح درخواست را ثبت کنید."
    );

    public static readonly Refusal AgeNotInRange = new(
        "age_not_in_valid_range",
        "The birth date is outside the permitted range of age. The age must be from 18 to 70 years.",
        "تاریخ تولد وارد شده در بازه سنی مجاز نیست. لطفاً اطمینان حاصل کنید که سن شما بین ۱۸ تا ۷۰ سال باشد."
    );

    public static readonly Refusal InvalidDate = new(
        "invalid_date_format",
        "The birth date is not valid. It must be a Gregorian date in the format YYYY-MM-DD.",
        "تاریخ تولد وارد شده نامعتبر است. لطفاً اطمینان حاصل کنید که تاریخ تولد به فرمت صحیح (YYYY-MM-DD) میلادی وارد شده باشد."
    );

    public static readonly Refusal OutsidePolicies = new(
        "loan_due_or_amount_not_match_store_policies",
        "The amount or the duration is outside what the store's policies permit. Choose an amount that fits the loan policies of the "
            + "store.",
        "مبلغ یا مدت تسهیلات اعلامی خارج از بازه مجاز سیاستهای فروشگاه شما است. لطفاً مبلغ تسهیلات را با توجه به سیاستهای وامگیری "
            + "فروشگاه انتخاب کنید"
    );

    public static readonly Refusal PhoneVerificationFailed = new(
        "national_phone_verification_failed",
        "The loan cannot be considered: in the Shahkar system this phone number does not belong to this national identifier.",
        "کاربر گرامی، متاسفانه بهدلیل عدم تطابق اطلاعات شما در سامانه شاهکار (مغایرت شماره تلفن با کدملی) درخواست وام شما غیر قابل بررسی "
            + "میباشد."
    );

    public static readonly Refusal ServiceInquiryFailed = new(
        "service_inquiry_failed",
        "The inquiry at the service {service_name} failed.",
        "استعلام سرویس {service_name} با خطا مواجه شد."
    );

    public static readonly Refusal CanNotUpdate = new(
        "can_not_update",
        "The field cannot be changed in this state. Look at the loan's state again.",
        "امکان تغییر فیلد در این وضعیت وجود ندارد. لطفا دوباره وضعیت وام را چک کنید."
    );

    public static readonly Refusal FailedToCancel = new(
        "failed_to_cancel_loan",
        "The loan could not be canceled.",
        "لغو وام با مشکل مواجه شد."
    );

    public static readonly Refusal NotAllowedInState = new(
        "not_allowed_in_state",
        "This is not possible in this state. Look at the loan's state again.",
        "در این وضعیت امکان ندارد. لطفا دوباره وضعیت وام را چک کنید."
    );

    public static readonly Refusal AlreadyAgreed = new(
        "already_agreed_by_user",
        "The user has signed the contract already.",
        "قرارداد درحال حاضر توسط کاربر امضا شده است."
    );

    public static readonly Refusal Duplicate = new("duplicate_request", "This request is a duplicate.", "درخواست تکراری");

    public static readonly Refusal NothingToVerify = new(
        "no_request_to_verify",
        "There is no request to verify.",
        "درخواستی برای تایید وجود ندارد"
    );

    public static readonly Refusal WrongOtp = new("incorrect_otp_code", "The code is incorrect.", "کد اشتباه است.");

    public static readonly Refusal ThrottledOtp = new("throttled_otp_code", "Ask again later.", "دوباره درخواست دهید.");

    public static readonly Refusal AmountExceedsCredit = new(
        "loan_amount_exceed_user_credit",
        "The amount is more than the user's credit.",
        "مبلغ درخواستی بیشتر از حد اعتبار مجاز کاربر است."
    );

    /// <summary>All of them, in the document's order.</summary>
    public static IReadOnlyList<Refusal> All { get; } =
    [
        UnauthorizedPartnership,
        PhoneNumberTaken,
        NationalIdTaken,
        AgeNotInRange,
        InvalidDate,
        OutsidePolicies,
        PhoneVerificationFailed,
        ServiceInquiryFailed,
        CanNotUpdate,
        FailedToCancel,
        NotAllowedInState,
        AlreadyAgreed,
        Duplicate,
        NothingToVerify,
        WrongOtp,
        ThrottledOtp,
        AmountExceedsCredit,
    ];

    /// <summary>A refusal as a customer's own call would get it: with something in its placeholders.</summary>
    public static Refusal Sample(Refusal refusal) =>
        refusal.Fill("phone_number", Mask("09123456789")).Fill("service_name", "Shahkar", "شاهکار");

    /// <summary>A phone number of which the middle cannot be read.</summary>
    public static string Mask(string phoneNumber) => $"{phoneNumber[..4]}***{phoneNumber[^4..]}";
}
