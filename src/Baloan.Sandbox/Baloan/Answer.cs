using System.Text.Json.Nodes;

namespace Baloan.Sandbox;

/// <summary>What Baloan answers: a status and a body, in the shapes that the documents and Django REST Framework have.</summary>
internal sealed record Answer(int Status, string? ContentType, string Body)
{
    public string? RetryAfter { get; init; }

    public string? Location { get; init; }

    public static Answer TokenNotValid { get; } =
        Json(
            401,
            new()
            {
                ["detail"] = "Given token not valid for any token type",
                ["code"] = "token_not_valid",
                ["messages"] = new JsonArray(
                    new JsonObject
                    {
                        ["token_class"] = "AccessToken",
                        ["token_type"] = "access",
                        ["message"] = "Token is invalid or expired",
                    }
                ),
            }
        );

    public static Answer Json(int status, JsonObject body) => new(status, "application/json", body.ToJsonString());

    public static Answer Detail(int status, string detail, string code) => Json(status, new() { ["detail"] = detail, ["code"] = code });

    public static Answer FieldError(string field, string text) => Json(400, new() { [field] = new JsonArray(text) });

    public static Answer Required(string field) => FieldError(field, "This field is required.");

    public static Answer Ok(JsonObject data) =>
        Json(
            200,
            new()
            {
                ["status"] = "ok",
                ["message"] = "",
                ["message_code"] = "",
                ["data"] = data,
            }
        );

    public async Task WriteAsync(HttpResponse response)
    {
        response.StatusCode = Status;
        response.ContentType = ContentType;
        if (RetryAfter is not null)
        {
            response.Headers.RetryAfter = RetryAfter;
        }

        if (Location is not null)
        {
            response.Headers.Location = Location;
        }

        if (Status == 401)
        {
            response.Headers.WWWAuthenticate = "Bearer realm=\"api\"";
        }

        response.ContentLength = System.Text.Encoding.UTF8.GetByteCount(Body);
        await response.WriteAsync(Body, response.HttpContext.RequestAborted);
    }
}

/// <summary>Baloan's no: a code, and a message in the language that <c>Accept-Language</c> picks.</summary>
/// <remarks>
/// These are the merchant calls': the documents list no codes for them; where the loan calls have one that fits, it is used. Theirs are
/// <see cref="LoanRefusals"/>.
/// </remarks>
internal sealed record Refusal(string Code, string English, string Persian)
{
    public static readonly Refusal CreditTooLow = new(
        "insufficient_user_credit",
        "The customer's credit is too low.",
        "اعتبار کاربر کافی نیست."
    );
    public static readonly Refusal Duplicate = new("duplicate_request", "This request is a duplicate.", "درخواست تکراری است.");
    public static readonly Refusal ExpiredOtp = new("expired_otp_code", "The OTP has expired.", "کد تایید منقضی شده است.");
    public static readonly Refusal FileTooLarge = new(
        "file_too_large",
        "The file is larger than 10 MB.",
        "حجم فایل بیشتر از ۱۰ مگابایت است."
    );
    public static readonly Refusal FileType = new("unsupported_file_type", "This type of file is not accepted.", "فرمت فایل مجاز نیست.");
    public static readonly Refusal TransactionToken = new(
        "invalid_transaction_token",
        "The transaction token is unknown, used or expired.",
        "توکن تراکنش معتبر نیست."
    );
    public static readonly Refusal WrongOtp = new("incorrect_otp_code", "The OTP is incorrect.", "کد تایید اشتباه است.");

    /// <summary>Puts a value where the messages have a placeholder.</summary>
    public Refusal Fill(string placeholder, string english, string? persian = null) =>
        this with
        {
            English = English.Replace($"{{{placeholder}}}", english, StringComparison.Ordinal),
            Persian = Persian.Replace($"{{{placeholder}}}", persian ?? english, StringComparison.Ordinal),
        };

    public Answer ToAnswer(int status, bool persian) =>
        Answer.Json(
            status,
            new()
            {
                ["status"] = "error",
                ["message"] = persian ? Persian : English,
                ["message_code"] = Code,
                ["data"] = new JsonObject(),
            }
        );
}
