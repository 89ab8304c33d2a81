using System.Globalization;
using System.Text.RegularExpressions;

namespace Baloan.Client;

/// <summary>The errors that the partnership gateway documents ("list of the loan service's errors").</summary>
public static partial class LoanErrors
{
    private const string PhoneNumber = "{phone_number}";
    private const string ServiceName = "{service_name}";

    private const string Space = @"[\s\u200c]";
    private const string Inquiry = "(?:inquiry|enquiry|query)";
    private const string Failed =
        @"(?:(?:has|was|is)\s+)?(?:fail|encounter|fac(?:ed|ing)|met|return|result|unsuccess|ended|not|could|ran|with\s+error)";

    private static readonly Dictionary<string, LoanError> ByCode;

    static LoanErrors() => ByCode = All.ToDictionary(error => error.Code);

    /// <summary>All seventeen, in the order of the documents.</summary>
    public static IReadOnlyList<LoanError> All { get; } =
    [
        new("unauthorized_partnership", "Baloan does not let this partner in.", "ورود نامعتبر"),
        new(
            "phone_number_exist_with_another_national_id",
            "This phone number is already registered with another national identifier. Please give another phone number, so that an "
                + "account can be made.",
            "شماره تماس ارسالی قبلاً در سیستم ما با کد ملی دیگری ثبت شده است. لطفاً شماره تماس جدیدی وارد کنید تا بتوانیم حساب کاربری "
                + "شما را ایجاد کنیم."
        ),
        new(
            "national_id_exists_with_another_phone_number",
            $"This national identifier is already registered with the phone number {PhoneNumber}. Please send the request with the right "
                + $"phone number.",
            $"کد ملی ارسالی پیش از این در سامانه با شماره تماس {PhoneNumber} ثبت شده است. لطفا با شماره تماس صحیح درخواست را ثبت کنید."
        )
        {
            Placeholder = PhoneNumber,
            EnglishWithout =
                "This national identifier is already registered with another phone number. Please send the request with the right phone "
                + "number.",
            PersianWithout =
                "کد ملی ارسالی پیش از این در سامانه با شماره تماس دیگری ثبت شده است. لطفا با شماره تماس صحیح درخواست را ثبت کنید.",
        },
        new(
            "age_not_in_valid_range",
            "The birth date is not within the permitted range of age. The customer must be from 18 to 70 years old.",
            "تاریخ تولد وارد شده در بازه سنی مجاز نیست. لطفاً اطمینان حاصل کنید که سن شما بین ۱۸ تا ۷۰ سال باشد."
        ),
        new(
            "invalid_date_format",
            "The birth date is not valid. It must be a Gregorian date of the form YYYY-MM-DD.",
            "تاریخ تولد وارد شده نامعتبر است. لطفاً اطمینان حاصل کنید که تاریخ تولد به فرمت صحیح (YYYY-MM-DD) میلادی وارد شده باشد."
        ),
        new(
            "loan_due_or_amount_not_match_store_policies",
            "The amount or the time of the loan is outside what the policies of the store permit. Please choose an amount that they "
                + "permit.",
            "مبلغ یا مدت تسهیلات اعلامی خارج از بازه مجاز سیاست‌های فروشگاه شما است. لطفاً مبلغ تسهیلات را با توجه به سیاست‌های وام‌گیری "
                + "فروشگاه انتخاب کنید"
        ),
        new(
            "national_phone_verification_failed",
            "The phone number does not belong to the national identifier, as the Shahkar register has it. The loan cannot be considered.",
            "کاربر گرامی، متاسفانه به‌دلیل عدم تطابق اطلاعات شما در سامانه شاهکار (مغایرت شماره تلفن با کد ملی) درخواست وام شما غیر قابل "
                + "بررسی می‌باشد."
        ),
        new("service_inquiry_failed", $"The inquiry of the service {ServiceName} failed.", $"استعلام سرویس {ServiceName} با خطا مواجه شد.")
        {
            Placeholder = ServiceName,
            EnglishWithout = "The inquiry of a service failed.",
            PersianWithout = "استعلام سرویس با خطا مواجه شد.",
        },
        new(
            "can_not_update",
            "The field cannot be changed in this state. Please look at the state of the loan again.",
            "امکان تغییر فیلد در این وضعیت وجود ندارد. لطفا دوباره وضعیت وام را چک کنید."
        ),
        new("failed_to_cancel_loan", "The loan could not be canceled.", "لغو وام با مشکل مواجه شد."),
        new(
            "not_allowed_in_state",
            "This is not possible in this state. Please look at the state of the loan again.",
            "در این وضعیت امکان ندارد. لطفا دوباره وضعیت وام را چک کنید."
        ),
        new("already_agreed_by_user", "The customer has already signed the contract.", "قرارداد در حال حاضر توسط کاربر امضا شده است."),
        new("duplicate_request", "The request is a duplicate.", "درخواست تکراری"),
        new("no_request_to_verify", "There is no request to verify.", "درخواستی برای تایید وجود ندارد"),
        new("incorrect_otp_code", "The code is wrong.", "کد اشتباه است."),
        new("throttled_otp_code", "Please ask again.", "دوباره درخواست دهید."),
        new(
            "loan_amount_exceed_user_credit",
            "The amount is higher than the credit that the customer may use.",
            "مبلغ درخواستی بیشتر از حد اعتبار مجاز کاربر است."
        ),
    ];

    /// <summary>What <see cref="BaloanException.TextIn"/> says, where only the code and Baloan's own text were kept of a refusal.</summary>
    /// <param name="language">The reader's language.</param>
    /// <param name="code">The code that Baloan gave.</param>
    /// <param name="baloanText">Baloan's own text; null where it gave none.</param>
    public static string? TextIn(Language language, string code, string? baloanText) => TextIn(language, Find(code), baloanText);

    internal static string? TextIn(Language language, LoanError? error, string? baloanText) =>
        error is null || (baloanText is not null && IsIn(language, baloanText) && !IsUnfilled(baloanText))
            ? baloanText
            : TextOf(error, language, baloanText);

    /// <summary>The error of a code; null where the text is none.</summary>
    internal static LoanError? Find(string? code) => code is null ? null : ByCode.GetValueOrDefault(code.Trim());

    /// <summary>Whether a text is fit for a reader of a language: Persian has letters of the Arabic script, English has none.</summary>
    internal static bool IsIn(Language language, string text) => ArabicLetter().IsMatch(text) == (language == Language.Persian);

    /// <summary>Whether a text still has a placeholder where something should stand.</summary>
    internal static bool IsUnfilled(string text) =>
        text.Contains(PhoneNumber, StringComparison.Ordinal) || text.Contains(ServiceName, StringComparison.Ordinal);

    /// <summary>Our text, its placeholder filled with what Baloan's own text has there.</summary>
    internal static string TextOf(LoanError error, Language language, string? baloanText)
    {
        var (with, without) = language == Language.Persian ? (error.Persian, error.PersianWithout) : (error.English, error.EnglishWithout);
        if (error.Placeholder is not { } placeholder || without is null)
        {
            return with;
        }

        var value =
            baloanText is null || IsUnfilled(baloanText) ? null
            : placeholder == PhoneNumber ? PhoneNumberIn(baloanText)
            : ServiceNameIn(baloanText);
        return value is null ? without : with.Replace(placeholder, value, StringComparison.Ordinal);
    }

    /// <summary>The first phone number, also with some digits hidden behind asterisks, in ASCII digits.</summary>
    private static string? PhoneNumberIn(string text)
    {
        var number = PhoneNumberForm().Matches(text).Select(match => match.Value).FirstOrDefault(value => value.Count(char.IsDigit) >= 4);
        return number is null ? null : string.Concat(number.Select(AsciiDigit));
    }

    private static char AsciiDigit(char character) =>
        char.IsDigit(character) ? (char)('0' + CharUnicodeInfo.GetDecimalDigitValue(character)) : character;

    private static string? ServiceNameIn(string text)
    {
        var match = ServiceNameForm().Match(text);
        var name = match.Groups["name"].Value.Trim().Trim('«', '»', '"', '\'', '“', '”', '‘', '’', '`').Trim();
        return match.Success && name.Length is > 0 and <= 60 ? name : null;
    }

    [GeneratedRegex(@"[\p{IsArabic}\p{IsArabicPresentationForms-A}\p{IsArabicPresentationForms-B}-[\P{L}]]", RegexOptions.CultureInvariant)]
    private static partial Regex ArabicLetter();

    [GeneratedRegex(@"(?<![\w*])\+?[\d*](?:[ -]?[\d*]){6,14}(?![\w*])", RegexOptions.CultureInvariant)]
    private static partial Regex PhoneNumberForm();

    // The documents' Persian sentence, and what it may be in English: "Inquiry of service X failed", "X service inquiry has failed".
    [GeneratedRegex(
        $"""
            استعلام {Space}+ (?:از {Space}+)? سرو[یي]س {Space}+ (?<name>.+?) {Space}+ با {Space}+ (?:خطا|مشکل)
            | {Inquiry} \s+ (?:(?:of|for|from|to|with)\s+)? (?:the\s+)? (?:service\s*:?\s+)? (?!{Failed}) (?<name>\S.*?) (?:\s+service)? \s+ {Failed}
            | ^ (?:the\s+)? (?:service\s+)? (?!(?:the|service)\s) (?<name>\S[^.:]*?) (?:\s+service)? \s+ {Inquiry} \s+ {Failed}
            """,
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace
    )]
    private static partial Regex ServiceNameForm();
}
