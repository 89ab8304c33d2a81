using System.Text.Json;
using static Baloan.Client.Tests.ClientFixture;
using static Baloan.Client.Tests.Servers.ScriptedBaloan;

namespace Baloan.Client.Tests.Loans;

/// <summary>The documented errors of the partnership gateway: their codes and texts, whatever the shape they come in.</summary>
public sealed class LoanErrorTests
{
    private const string PhoneNumberCode = "national_id_exists_with_another_phone_number";
    private const string ServiceCode = "service_inquiry_failed";
    private const string English = "Baloan says no.";
    private const string OtherPhone = "09350001122";

    // The table of the documents, as it stands there.
    private static readonly Dictionary<string, string> Documented = new()
    {
        ["unauthorized_partnership"] = "ورود نامعتبر",
        ["phone_number_exist_with_another_national_id"] =
            "شماره تماس ارسالی قبلاً در سیستم ما با کد ملی دیگری ثبت شده است. لطفاً شماره تماس جدیدی وارد کنید تا بتوانیم حساب کاربری "
            + "شما را ایجاد کنیم.",
        [PhoneNumberCode] =
            "کد ملی ارسالی پیش از این در سامانه با شماره تماس {phone_number} ثبت شده است. لطفا با شماره تماس صحیح درخواست را ثبت کنید.",
        ["age_not_in_valid_range"] = "تاریخ تولد وارد شده در بازه سنی مجاز نیست. لطفاً اطمینان حاصل کنید که سن شما بین ۱۸ تا ۷۰ سال باشد.",
        ["invalid_date_format"] =
            "تاریخ تولد وارد شده نامعتبر است. لطفاً اطمینان حاصل کنید که تاریخ تولد به فرمت صحیح (YYYY-MM-DD) میلادی وارد شده باشد.",
        ["loan_due_or_amount_not_match_store_policies"] =
            "مبلغ یا مدت تسهیلات اعلامی خارج از بازه مجاز سیاستهای فروشگاه شما است. لطفاً مبلغ تسهیلات را با توجه به سیاستهای وامگیری "
            + "فروشگاه انتخاب کنید",
        ["national_phone_verification_failed"] =
            "کاربر گرامی، متاسفانه بهدلیل عدم تطابق اطلاعات شما در سامانه شاهکار (مغایرت شماره تلفن با کدملی) درخواست وام شما غیر قابل "
            + "بررسی میباشد.",
        [ServiceCode] = "استعلام سرویس {service_name} با خطا مواجه شد.",
        ["can_not_update"] = "امکان تغییر فیلد در این وضعیت وجود ندارد. لطفا دوباره وضعیت وام را چک کنید.",
        ["failed_to_cancel_loan"] = "لغو وام با مشکل مواجه شد.",
        ["not_allowed_in_state"] = "در این وضعیت امکان ندارد. لطفا دوباره وضعیت وام را چک کنید.",
        ["already_agreed_by_user"] = "قرارداد درحال حاضر توسط کاربر امضا شده است.",
        ["duplicate_request"] = "درخواست تکراری",
        ["no_request_to_verify"] = "درخواستی برای تایید وجود ندارد",
        ["incorrect_otp_code"] = "کد اشتباه است.",
        ["throttled_otp_code"] = "دوباره درخواست دهید.",
        ["loan_amount_exceed_user_credit"] = "مبلغ درخواستی بیشتر از حد اعتبار مجاز کاربر است.",
    };

    public static TheoryData<string> Codes => [.. Documented.Keys];

    [Fact]
    public void The_errors_are_those_of_the_documents()
    {
        LoanErrors.All.Select(error => error.Code).ShouldBe(Documented.Keys);
        LoanErrors.All.Count.ShouldBe(17);
        foreach (var error in LoanErrors.All)
        {
            WithoutSpaces(error.Persian).ShouldBe(WithoutSpaces(Documented[error.Code]));
            error.English.Any(letter => letter > 127).ShouldBeFalse();
            error.English.Contains("{phone_number}", StringComparison.Ordinal).ShouldBe(error.Code == PhoneNumberCode);
            error.English.Contains("{service_name}", StringComparison.Ordinal).ShouldBe(error.Code == ServiceCode);
        }

        static string WithoutSpaces(string text) =>
            text.Replace(" ", "", StringComparison.Ordinal).Replace("\u200c", "", StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task A_code_and_its_text_are_read_from_every_shape(string code)
    {
        var persian = Filled(Documented[code]);
        foreach (var text in new[] { persian, English })
        {
            await ShouldSayAsync([
                new($$"""{"status":"error","message":{{Json(text)}},"message_code":"{{code}}","data":{} }""", code, text),
                new($$"""{"message":{{Json(text)}},"code":"{{code}}"}""", code, text),
                new($$"""{"detail":{{Json(text)}},"code":"{{code}}"}""", code, text),
                new($$"""{"detail":[{{Json(text)}}],"code":"{{code}}"}""", code, text),
                new($$"""{"detail":{"message":{{Json(text)}},"code":"{{code}}"} }""", code, text),
                new($$"""{"phone_number":[{{Json(text)}}],"code":"{{code}}"}""", code, $"phone_number: {text}", "phone_number"),
                new($$"""{"phone_number":[{"message":{{Json(text)}},"code":"{{code}}"}]}""", code, $"phone_number: {text}", "phone_number"),
                new($$"""{"non_field_errors":[{{Json(text)}}],"code":"{{code}}"}""", code, text),
                new($$"""{"non_field_errors":[{"message":{{Json(text)}},"code":"{{code}}"}]}""", code, text),
                new($$"""{"non_field_errors":[{{Json(text)}},"{{code}}"]}""", code, text),
                new($$"""[{"message":{{Json(text)}},"code":"{{code}}"}]""", code, text),
                new($$"""{"detail":{{Json(text)}},"code":"invalid","error":"x","errors":[]}""", "invalid", text),
            ]);
        }
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task A_code_in_the_place_of_a_text_is_a_code(string code)
    {
        await ShouldSayAsync([
            new($$"""{"status":"error","message":"{{code}}","message_code":"","data":{} }""", code, null),
            new($$"""{"status":"error","message":"{{code}}","message_code":"{{code}}","data":null}""", code, null),
            new($$"""{"message_code":"{{code}}"}""", code, null),
            new($$"""{"code":"{{code}}"}""", code, null),
            new($$"""{"detail":"{{code}}"}""", code, null),
            new($$"""{"detail":"{{code}}","code":"invalid"}""", code, null),
            new($$"""{"detail":"","code":"{{code}}"}""", code, null),
            new($$"""{"birth_date":["{{code}}"]}""", code, null),
            new($$"""{"birth_date":{"code":"{{code}}"} }""", code, null),
            new($$"""{"non_field_errors":["{{code}}"]}""", code, null),
            new($$"""{"error":" {{code}} "}""", code, null),
            new($"\"{code}\"", code, null),
            new($"[\"{code}\"]", code, null),
            new($"{code}\n", code, null, ContentType: "text/plain"),
            new($$"""{"detail":"<b>No</b>","code":"{{code}}"}""", code, null),
            new($$"""{"detail":"\ud800","code":"{{code}}"}""", code, null),
        ]);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task A_text_without_a_code_is_shown_as_it_is(string code)
    {
        foreach (var text in new[] { Filled(Documented[code]), English })
        {
            await ShouldSayAsync([
                new($$"""{"detail":{{Json(text)}} }""", "baloan_rejected", text),
                new($$"""{"birth_date":[{{Json(text)}}]}""", "baloan_rejected", $"birth_date: {text}", "birth_date"),
                new($$"""{"non_field_errors":[{{Json(text)}}]}""", "baloan_rejected", text),
                new(Json(text), "baloan_rejected", text),
                new(text, "baloan_rejected", text, ContentType: "text/plain"),
            ]);
        }
    }

    [Theory]
    [InlineData("", "text/plain")]
    [InlineData("<!DOCTYPE html><html><body>duplicate_request</body></html>", "text/html")]
    [InlineData("""{"detail":"cut off""", "application/json")]
    [InlineData("{}", "application/json")]
    [InlineData("null", "application/json")]
    public async Task What_says_nothing_has_no_text(string body, string contentType) =>
        await ShouldSayAsync([new(body, "baloan_rejected", null, ContentType: contentType)]);

    [Theory]
    [InlineData(401, "baloan_unauthorized", "unauthorized_partnership")]
    [InlineData(404, "not_found", "no_request_to_verify")]
    [InlineData(429, "baloan_throttled", "throttled_otp_code")]
    [InlineData(503, "baloan_unavailable", "service_inquiry_failed")]
    public async Task A_documented_error_with_another_status_keeps_its_text(int status, string code, string documented)
    {
        await using var baloan = await StartAsync(Answer(status, $$"""{"code":"{{documented}}"}"""));
        using var fixture = new ClientFixture(baloan.Address);

        var failure = await fixture.FailAsync("get_contract");

        failure.Code.ShouldBe(code);
        failure.IsBaloanText.ShouldBeFalse();
        failure.TextIn(Language.English).ShouldNotBeNullOrEmpty();
        failure.TextIn(Language.English).ShouldNotBe(failure.TextIn(Language.Persian));
    }

    [Fact]
    public async Task What_is_no_refusal_has_no_text()
    {
        await using var baloan = await StartAsync(Answer(500, """{"detail":"Baloan says no.","code":"duplicate_request"}"""));
        using var fixture = new ClientFixture(baloan.Address);

        var failure = await fixture.FailAsync("cancel_loan");

        failure.TextIn(Language.English).ShouldBeNull();
        failure.TextIn(Language.Persian).ShouldBeNull();
    }

    [Theory]
    [InlineData("کد ملی ارسالی پیش از این در سامانه با شماره تماس 09350001122 ثبت شده است.", "09350001122")]
    [InlineData("کد ملی ارسالی پیش از این در سامانه با شماره تماس ۰۹۳۵۰۰۰۱۱۲۲ ثبت شده است.", "09350001122")]
    [InlineData("کد ملی ارسالی پیش از این در سامانه با شماره تماس ٠٩٣٥٠٠٠١١٢٢ ثبت شده است.", "09350001122")]
    [InlineData("کد ملی ارسالی پیش از این در سامانه با شماره تماس 0935***1122 ثبت شده است.", "0935***1122")]
    [InlineData("کد ملی ارسالی پیش از این در سامانه با شماره تماس ۰۹۳۵***۱۱۲۲ ثبت شده است.", "0935***1122")]
    [InlineData("کد ملی ارسالی پیش از این در سامانه با شماره تماس «*******1122» ثبت شده است.", "*******1122")]
    [InlineData("کد ملی 0012345678 پیش از این با شماره تماس +989350001122 ثبت شده است.", "+989350001122")]
    [InlineData("شماره تماس: 0935 000 1122، ثبت شده است.", "0935 000 1122")]
    public async Task The_other_phone_number_comes_from_the_text_of_Baloan(string text, string number)
    {
        await using var baloan = await StartAsync(Answer(400, $$"""{"detail":{{Json(text)}},"code":"{{PhoneNumberCode}}"}"""));
        using var fixture = new ClientFixture(baloan.Address);

        var failure = await fixture.FailAsync("open_loan");

        failure
            .TextIn(Language.English)
            .ShouldBe(
                $"This national identifier is already registered with the phone number {number}. Please send the request with the right "
                    + $"phone number."
            );
        failure.TextIn(Language.Persian).ShouldBe(failure.Message);
        fixture.Logs.All.ShouldNotContain("9350001122");
        fixture.Logs.All.ShouldNotContain("۹۳۵۰۰۰۱۱۲۲");
        fixture.Logs.All.ShouldNotContain("٩٣٥٠٠٠١١٢٢");
        fixture.Logs.All.ShouldNotContain("000 1122");
    }

    [Theory]
    [InlineData("This identifier belongs to 0935***1122.", "0935***1122")]
    [InlineData("Registered with phone number +98 935 000 1122.", "+98 935 000 1122")]
    public async Task A_Persian_reader_gets_the_number_of_an_English_text(string text, string number)
    {
        await using var baloan = await StartAsync(Answer(400, $$"""{"detail":{{Json(text)}},"code":"{{PhoneNumberCode}}"}"""));
        using var fixture = new ClientFixture(baloan.Address);

        var failure = await fixture.FailAsync("open_loan");

        failure
            .TextIn(Language.Persian)
            .ShouldBe(
                $"کد ملی ارسالی پیش از این در سامانه با شماره تماس {number} ثبت شده است. لطفا با شماره تماس صحیح درخواست را ثبت کنید."
            );
        failure.TextIn(Language.English).ShouldBe(text);
    }

    [Theory]
    [InlineData("کد ملی ارسالی پیش از این ثبت شده است.")]
    [InlineData("کد ملی ارسالی پیش از این در سامانه با شماره تماس {phone_number} ثبت شده است.")]
    [InlineData("کد ملی ارسالی پیش از این در سامانه با شماره تماس 09123456789 ثبت شده است.")]
    [InlineData("کد ملی ارسالی پیش از این در سامانه با شماره تماس *********** ثبت شده است.")]
    [InlineData("کد ۴۰۰۱ در ۱۴۰۳ ثبت شده است.")]
    [InlineData("")]
    public async Task Without_a_number_the_text_does_without(string text)
    {
        await using var baloan = await StartAsync(Answer(400, $$"""{"detail":{{Json(text)}},"code":"{{PhoneNumberCode}}"}"""));
        using var fixture = new ClientFixture(baloan.Address);

        var failure = await fixture.FailAsync("open_loan");

        failure
            .TextIn(Language.English)
            .ShouldBe(
                "This national identifier is already registered with another phone number. Please send the request with the right phone "
                    + "number."
            );
        failure.TextIn(Language.Persian).ShouldNotBeNull().ShouldNotContain("{");
    }

    [Theory]
    [InlineData("استعلام سرویس شاهکار با خطا مواجه شد.", "شاهکار")]
    [InlineData("استعلام سرويس «ثبت احوال» با خطا مواجه شد", "ثبت احوال")]
    [InlineData("استعلام از سرویس بانک مرکزی با مشکل روبه‌رو شد.", "بانک مرکزی")]
    [InlineData("استعلام سرویس shahkar با خطا مواجه شد.", "shahkar")]
    [InlineData("Inquiry of service shahkar failed", "shahkar")]
    [InlineData("Inquiry of service Civil Registry failed.", "Civil Registry")]
    [InlineData("The inquiry of the \"Civil Registry\" service has failed.", "Civil Registry")]
    [InlineData("Service inquiry of shahkar encountered an error.", "shahkar")]
    [InlineData("Shahkar service inquiry failed.", "Shahkar")]
    [InlineData("Service Shahkar inquiry failed.", "Shahkar")]
    [InlineData("The Shahkar inquiry was unsuccessful.", "Shahkar")]
    [InlineData("Inquiry of service شاهکار failed.", "شاهکار")]
    public async Task The_name_of_the_service_comes_from_the_text_of_Baloan(string text, string name)
    {
        await using var baloan = await StartAsync(Answer(400, $$"""{"detail":{{Json(text)}},"code":"{{ServiceCode}}"}"""));
        using var fixture = new ClientFixture(baloan.Address);

        var failure = await fixture.FailAsync("open_loan");

        var persian = text.Any(letter => letter is >= 'آ' and <= 'ی');
        failure.TextIn(Language.English).ShouldBe(persian ? $"The inquiry of the service {name} failed." : text);
        failure.TextIn(Language.Persian).ShouldBe(persian ? text : $"استعلام سرویس {name} با خطا مواجه شد.");
    }

    [Theory]
    [InlineData("Inquiry failed.")]
    [InlineData("The inquiry failed.")]
    [InlineData("Service inquiry failed.")]
    [InlineData("The service inquiry has failed.")]
    [InlineData("Inquiry of service {service_name} failed.")]
    [InlineData("Something else.")]
    public async Task Without_a_name_the_text_does_without(string text)
    {
        await using var baloan = await StartAsync(Answer(400, $$"""{"detail":{{Json(text)}},"code":"{{ServiceCode}}"}"""));
        using var fixture = new ClientFixture(baloan.Address);

        var failure = await fixture.FailAsync("open_loan");

        failure.TextIn(Language.Persian).ShouldBe("استعلام سرویس با خطا مواجه شد.");
        failure.TextIn(Language.English).ShouldNotBeNull().ShouldNotContain("{");
    }

    private static async Task ShouldSayAsync(Refusal[] refusals)
    {
        await using var baloan = await StartAsync([.. refusals.Select(refusal => Answer(400, refusal.Body, refusal.ContentType))]);
        using var fixture = new ClientFixture(baloan.Address);
        foreach (var (body, code, text, field, _) in refusals)
        {
            var failure = await fixture.FailAsync("get_contract");

            failure.Failure.ShouldBe(BaloanFailure.Rejected, body);
            failure.Code.ShouldBe(code, body);
            failure.IsBaloanText.ShouldBe(text is not null, body);
            (failure.FieldErrors?.Keys.Single()).ShouldBe(field, body);
            var error = LoanErrors.All.SingleOrDefault(known => known.Code == code);
            var isPersian = text is not null && !text.EndsWith(English, StringComparison.Ordinal);
            failure
                .TextIn(Language.English)
                .ShouldBe(error is null || (text is not null && !isPersian) ? text : Ours(error, error.English, filled: isPersian), body);
            failure.TextIn(Language.Persian).ShouldBe(error is null || isPersian ? text : Ours(error, error.Persian, filled: false), body);
        }
    }

    /// <summary>Our text, with what Baloan's says in the place of its placeholder, or without where Baloan's says nothing.</summary>
    private static string Ours(LoanError error, string template, bool filled) =>
        (error.Code, filled) switch
        {
            (PhoneNumberCode, false) => template == error.English
                ? "This national identifier is already registered with another phone number. Please send the request with the right "
                    + "phone number."
                : "کد ملی ارسالی پیش از این در سامانه با شماره تماس دیگری ثبت شده است. لطفا با شماره تماس صحیح درخواست را ثبت کنید.",
            (ServiceCode, false) => template == error.English ? "The inquiry of a service failed." : "استعلام سرویس با خطا مواجه شد.",
            _ => Filled(template),
        };

    private static string Filled(string template) =>
        template
            .Replace("{phone_number}", OtherPhone, StringComparison.Ordinal)
            .Replace("{service_name}", "شاهکار", StringComparison.Ordinal);

    private static string Json(string text) => JsonSerializer.Serialize(text);

    /// <param name="Code">The code that is to be read from it.</param>
    /// <param name="Text">Baloan's text that is to be read from it; null where it has none.</param>
    /// <param name="Field">The one field that the text is for; null where it is for none.</param>
    private sealed record Refusal(string Body, string Code, string? Text, string? Field = null, string ContentType = "application/json");
}
