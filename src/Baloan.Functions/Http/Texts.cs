using Baloan.Functions.Http.Requests;

namespace Baloan.Functions.Http;

/// <summary>All sentences that a caller can read.</summary>
public static class Texts
{
    /// <summary>The detail of a problem with field errors.</summary>
    public static readonly Text SeeErrors = new(
        "The request has faults; “errors” names each field and what to do. Nothing was recorded or sent.",
        "درخواست ایراد دارد؛ در «errors» برای هر فیلد آمده است که چه باید کرد. چیزی ثبت یا ارسال نشد."
    );

    /// <summary>A required field is missing.</summary>
    public static readonly Text Required = new("This field is required.", "این فیلد الزامی است.");

    /// <summary>A field came more than once.</summary>
    public static readonly Text Doubled = new(
        "This field came more than once; send it once.",
        "این فیلد بیش از یک بار آمده است؛ آن را یک بار بفرستید."
    );

    /// <summary>A field is not text.</summary>
    public static readonly Text MustBeText = new("Must be a JSON string.", "باید یک رشتهٔ JSON باشد.");

    /// <summary>A text holds control characters or is not valid UTF-8.</summary>
    public static readonly Text PlainText = new(
        "Must be valid UTF-8 text without control characters.",
        "باید متن UTF-8 معتبر و بدون نویسهٔ کنترلی باشد."
    );

    /// <summary>A text is too long.</summary>
    public static readonly Text TooLong = new("Must be at most {0} characters.", "باید حداکثر {0} نویسه باشد.");

    /// <summary>A national identifier is wrong.</summary>
    public static readonly Text NationalIdentifier = new("Must be 10 or 11 digits.", "باید ۱۰ یا ۱۱ رقم باشد.");

    /// <summary>An OTP is wrong.</summary>
    public static readonly Text Otp = new("Must be 4 to 10 digits.", "باید ۴ تا ۱۰ رقم باشد.");

    /// <summary>Both ways to confirm were given, or none.</summary>
    public static readonly Text OtpOrToken = new(
        "Send either “otp” or “token”, not both and not neither.",
        "یکی از «otp» یا «token» را بفرستید، نه هر دو و نه هیچ‌کدام."
    );

    /// <summary>A transaction token was given to a version 1 merchant.</summary>
    public static readonly Text TokenNeedsVersion2 = new(
        "This merchant uses version 1 of Baloan’s API, which takes “otp” and no “token”.",
        "این پذیرنده از نسخهٔ ۱ بالون استفاده می‌کند که به‌جای «token»، «otp» می‌گیرد."
    );

    /// <summary>A transaction token has a form that Baloan does not give out.</summary>
    public static readonly Text TransactionToken = new(
        "Must be the token that the OTP validation gave: up to {0} ASCII characters without spaces.",
        "باید همان توکنی باشد که اعتبارسنجی OTP داده است: حداکثر {0} نویسهٔ ASCII و بدون فاصله."
    );

    /// <summary>A phone number is wrong.</summary>
    public static readonly Text PhoneNumber = new(
        "Must be 10 to 14 digits, such as 09123456789.",
        "باید ۱۰ تا ۱۴ رقم باشد، مانند 09123456789."
    );

    /// <summary>A birth date is wrong.</summary>
    public static readonly Text BirthDate = new(
        "Must be a Gregorian date as YYYY-MM-DD, such as 1999-02-14.",
        "باید تاریخ میلادی به شکل YYYY-MM-DD باشد، مانند 1999-02-14."
    );

    /// <summary>A birth date is Jalali.</summary>
    public static readonly Text JalaliBirthDate = new(
        "This is a Jalali date. Send the Gregorian one that it stands for: {0}.",
        "این تاریخ شمسی است. تاریخ میلادی برابر آن را بفرستید: {0}."
    );

    /// <summary>A birth date has a Jalali year, and is no date.</summary>
    public static readonly Text NoJalaliDate = new(
        "This has a Jalali year, and that calendar has no such date. Send the Gregorian date as YYYY-MM-DD, such as 1999-02-14.",
        "سال این تاریخ شمسی است، ولی چنین روزی در تقویم شمسی نیست. تاریخ میلادی را به شکل YYYY-MM-DD بفرستید، مانند 1999-02-14."
    );

    /// <summary>A day is none.</summary>
    public static readonly Text Day = new(
        "Must be a day: Gregorian as 2026-11-30 or Jalali as 1405-09-09.",
        "باید یک روز باشد: میلادی مانند 2026-11-30 یا شمسی مانند 1405-09-09."
    );

    /// <summary>A span of days ends before it begins.</summary>
    public static readonly Text EndsBeforeItBegins = new("Must not be before “from”.", "نباید پیش از «from» باشد.");

    /// <summary>The beginning of a code that no code can have.</summary>
    public static readonly Text BeginningOfCode = new(
        "Must be how a settlement’s code begins: up to {0} characters, without control characters and “%”.",
        "باید ابتدای کد یک تسویه باشد: حداکثر {0} نویسه، بدون نویسهٔ کنترلی و «%»."
    );

    /// <summary>A uuid is wrong.</summary>
    public static readonly Text Uuid = new(
        "Must be a UUID, such as d4c22af9-3676-4c6e-ab72-2a7b5b22afc5.",
        "باید یک UUID باشد، مانند d4c22af9-3676-4c6e-ab72-2a7b5b22afc5."
    );

    /// <summary><c>data</c> is not the JSON that it has to be.</summary>
    public static readonly Text Data = new(
        "Must be a JSON object such as {\"code\":\"TLC-111111\",\"bill\":{\"total\":500000000}}.",
        "باید یک شیء JSON باشد، مانند {\"code\":\"TLC-111111\",\"bill\":{\"total\":500000000}}."
    );

    /// <summary><c>data.bill</c> is not the object that it has to be.</summary>
    public static readonly Text Bill = new(
        "Must be a JSON object such as {\"total\":500000000}.",
        "باید یک شیء JSON باشد، مانند {\"total\":500000000}."
    );

    /// <summary>A settlement's code is wrong.</summary>
    public static readonly Text Code = new(
        "Must be 1 to 64 characters without control characters, without spaces at its ends and without “%”; not “.” or “..”.",
        "باید ۱ تا ۶۴ نویسه، بدون نویسهٔ کنترلی، بدون فاصله در ابتدا و انتها و بدون «%» باشد؛ «.» و «..» پذیرفته نیست."
    );

    /// <summary>A code holds a sign that cannot be seen.</summary>
    public static readonly Text CodeWithMark = new(
        "Holds a sign that cannot be seen: {0}. Take it out: a code with it and one without look the same.",
        "نویسه‌ای نامرئی دارد: {0}. آن را بردارید: کد با این نویسه و بدون آن یکسان دیده می‌شود."
    );

    /// <summary>A code mixes letters that look alike.</summary>
    public static readonly Text CodeOfTwoScripts = new(
        "Holds a letter of another script among Latin ones: {0}, “{1}”. Type it anew: it may look like a Latin letter, and is another "
            + "code.",
        "میان حروف لاتین، حرفی از خطی دیگر دارد: {0}، «{1}». آن را دوباره بنویسید: شاید شبیه حرف لاتین باشد، ولی کد دیگری است."
    );

    /// <summary>A total is told in Rial.</summary>
    public static readonly Text TotalInRial = new(
        "Amounts are Toman. {0} Rial are {1} Toman: send that as the total, without a currency or with IRT.",
        "مبلغ‌ها به تومان است. {0} ریال برابر {1} تومان است: همان را به عنوان مبلغ و بدون واحد یا با واحد IRT بفرستید."
    );

    /// <summary>A currency is not Toman.</summary>
    public static readonly Text Currency = new(
        "Amounts are whole Toman. Send the total in Toman, without a currency or with IRT.",
        "مبلغ‌ها عدد صحیح به تومان است. مبلغ را به تومان و بدون واحد یا با واحد IRT بفرستید."
    );

    /// <summary>A total is too large to be believed.</summary>
    public static readonly Text IsItRial = new(
        "Is this total in Rial? {0} Rial are {1} Toman. More than {2} Toman is not taken for one settlement; the app’s owner can raise "
            + "that in the setting Settlements__LargestTotal.",
        "آیا این مبلغ به ریال است؟ {0} ریال برابر {1} تومان است. برای یک تسویه بیش از {2} تومان پذیرفته نمی‌شود؛ مالک برنامه می‌تواند آن "
            + "را در تنظیم Settlements__LargestTotal بیشتر کند."
    );

    /// <summary>An amount is wrong.</summary>
    public static readonly Text Total = new("Must be a whole number of Toman from 1 to {0}.", "باید عددی صحیح به تومان از ۱ تا {0} باشد.");

    /// <summary>No blob of that name.</summary>
    public static readonly Text InvoiceBlob = new(
        "There is no blob of this name in container “invoices”. Upload the PDF there first.",
        "فایلی با این نام در کانتینر «invoices» نیست. ابتدا PDF را آنجا بارگذاری کنید."
    );

    /// <summary>A blob's name cannot be one.</summary>
    public static readonly Text BlobName = new(
        "Must be a blob’s name of 1 to 512 characters, without control characters, “\\” or the path segments “.” and “..”.",
        "باید نام یک blob با ۱ تا ۵۱۲ نویسه، بدون نویسهٔ کنترلی، «\\» و بخش‌های «.» و «..» باشد."
    );

    /// <summary>A file is over the limit.</summary>
    public static readonly Text FileTooLarge = new(
        "The file is over 10 MB (10,485,760 bytes), the most that Baloan takes. Nothing was recorded or sent.",
        "فایل بزرگ‌تر از ۱۰ مگابایت است که بیشترین اندازهٔ پذیرفته در بالون است. چیزی ثبت یا ارسال نشد."
    );

    /// <summary>An invoice is not a PDF.</summary>
    public static readonly Text NotPdf = new(
        "The invoice has to be a PDF; the content of this file is not one.",
        "فاکتور باید PDF باشد؛ محتوای این فایل PDF نیست."
    );

    /// <summary>A PDF that was read and written as text.</summary>
    public static readonly Text DamagedPdf = new(
        "This PDF was read and written as text on its way, and its bytes are lost (it is full of the sign U+FFFD). Send the file’s bytes "
            + "as they are.",
        "این PDF در راه به صورت متن خوانده و نوشته شده و بایت‌های آن از دست رفته است (پر از نویسهٔ U+FFFD است). بایت‌های فایل را بدون "
            + "تغییر بفرستید."
    );

    /// <summary>A document is none of the types that Baloan takes.</summary>
    public static readonly Text NotDocument = new(
        "The file has to be a PDF, JPEG or PNG; the content of this one is none of them.",
        "فایل باید PDF، JPEG یا PNG باشد؛ محتوای این فایل هیچ‌کدام نیست."
    );

    /// <summary>The body is too large for what it should hold.</summary>
    public static readonly Text BodyTooLarge = new(
        "The body is larger than this operation takes ({0} bytes).",
        "بدنهٔ درخواست بزرگ‌تر از حد این عملیات است ({0} بایت)."
    );

    /// <summary>The content type is not taken.</summary>
    public static readonly Text ContentType = new(
        "Send the body as {0}; the Content-Type of this request says otherwise.",
        "بدنه را به صورت {0} بفرستید؛ Content-Type این درخواست چیز دیگری است."
    );

    /// <summary>The body is packed in a way that is not read.</summary>
    public static readonly Text ContentEncoding = new(
        "Send the body as it is, or packed with gzip or deflate; its Content-Encoding is none of them.",
        "بدنه را بدون فشرده‌سازی یا با gzip یا deflate بفرستید؛ Content-Encoding این درخواست هیچ‌کدام نیست."
    );

    /// <summary>A packed body cannot be unpacked.</summary>
    public static readonly Text BrokenEncoding = new(
        "The body is not what its Content-Encoding says: it cannot be unpacked. Nothing was recorded or sent.",
        "بدنه با Content-Encoding درخواست نمی‌خواند و باز نمی‌شود. چیزی ثبت یا ارسال نشد."
    );

    /// <summary>A part's content cannot be decoded.</summary>
    public static readonly Text TransferEncoding = new(
        "The content of this part is not what its Content-Transfer-Encoding says. Send it as it is, or as base64 or quoted-printable.",
        "محتوای این بخش با Content-Transfer-Encoding آن نمی‌خواند. آن را همان‌گونه که هست، یا به صورت base64 یا quoted-printable بفرستید."
    );

    /// <summary>The boundary of the header is not in the body.</summary>
    public static readonly Text BoundaryNotInBody = new(
        "The body has no part that begins with the “boundary” of its Content-Type: it is empty, cut off, was put together with another "
            + "boundary, or its lines end in LF where multipart needs CRLF. Nothing was recorded or sent. Let your HTTP library write the "
            + "body and this header.",
        "در بدنه بخشی نیست که با «boundary» نوشته‌شده در Content-Type آغاز شود: بدنه خالی یا ناقص است، با boundary دیگری ساخته شده است، "
            + "یا پایان سطرهایش LF است که باید CRLF باشد. چیزی ثبت یا ارسال نشد. بدنه و این هدر را به کتابخانهٔ HTTP بسپارید."
    );

    /// <summary>The multipart boundary is missing.</summary>
    public static readonly Text Boundary = new(
        "The Content-Type multipart/form-data needs a “boundary” of 1 to 70 characters. Let your HTTP library set this header.",
        "‏Content-Type از نوع multipart/form-data به «boundary» با ۱ تا ۷۰ نویسه نیاز دارد. این هدر را به کتابخانهٔ HTTP بسپارید."
    );

    /// <summary>The multipart body has too many parts.</summary>
    public static readonly Text TooManyParts = new(
        "The multipart body has more than {0} parts. Send the fields of this operation alone.",
        "بدنهٔ multipart بیش از {0} بخش دارد. تنها فیلدهای همین عملیات را بفرستید."
    );

    /// <summary>The body did not arrive whole.</summary>
    public static readonly Text BrokenBody = new(
        "The body did not arrive whole. Nothing was recorded or sent; send the request again.",
        "بدنهٔ درخواست کامل نرسید. چیزی ثبت یا ارسال نشد؛ درخواست را دوباره بفرستید."
    );

    /// <summary>The multipart body is broken.</summary>
    public static readonly Text BrokenMultipart = new(
        "The multipart body is broken or ends too early. Nothing was recorded or sent; send the request again.",
        "بدنهٔ multipart ناقص یا خراب است. چیزی ثبت یا ارسال نشد؛ درخواست را دوباره بفرستید."
    );

    /// <summary>The body is not a JSON object.</summary>
    public static readonly Text BrokenJson = new(
        "The body has to be one JSON object in UTF-8, with each field once.",
        "بدنه باید یک شیء JSON با کدگذاری UTF-8 باشد و هر فیلد یک بار در آن بیاید."
    );

    /// <summary>A query parameter has no meaning.</summary>
    public static readonly Text OneOf = new("Must be one of: {0}.", "باید یکی از این‌ها باشد: {0}.");

    /// <summary>Two filters that leave nothing.</summary>
    public static readonly Text StateOrUnknown = new(
        "Give either “state” or “unknown_state=true”, not both.",
        "یا «state» را بفرستید یا «unknown_state=true» را، نه هر دو را."
    );

    /// <summary>A list holds something else than it may.</summary>
    public static readonly Text ListOf = new("Must be a JSON array of any of: {0}.", "باید یک آرایهٔ JSON از این‌ها باشد: {0}.");

    /// <summary>A callback URL cannot be one.</summary>
    public static readonly Text CallbackUrl = new(
        "Must be an absolute https URL of at most {0} characters, without user name, password and fragment. Plain http is for localhost "
            + "in Development alone.",
        "باید یک نشانی کامل https با حداکثر {0} نویسه و بدون نام کاربری، گذرواژه و بخش «#» باشد. ‏http تنها برای localhost در محیط "
            + "Development پذیرفته است."
    );

    /// <summary>A callback URL leads to a host that nobody allowed.</summary>
    public static readonly Text CallbackHost = new(
        "Events are not sent to this host. The app’s owner can add it to the setting Subscriptions__AllowedHosts.",
        "رویدادها به این میزبان فرستاده نمی‌شوند. مالک برنامه می‌تواند آن را به تنظیم Subscriptions__AllowedHosts بیفزاید."
    );

    /// <summary>Too many bodies are being read.</summary>
    public static readonly Text TooManyBodies = new(
        "Too many requests are being read. Nothing was accepted; send it again after the time in Retry-After.",
        "درخواست‌های زیادی در حال خواندن است. چیزی پذیرفته نشد؛ پس از زمان Retry-After دوباره بفرستید."
    );

    /// <summary>A body comes too slowly.</summary>
    public static readonly Text BodyTooSlow = new(
        "The body came too slowly and was not read to its end. Nothing was accepted; send it again over a faster connection.",
        "بدنهٔ درخواست بیش از حد کُند رسید و تا پایان خوانده نشد. چیزی پذیرفته نشد؛ با اتصالی سریع‌تر دوباره بفرستید."
    );

    /// <summary>A callback URL names a port that nobody allowed.</summary>
    public static readonly Text CallbackPort = new(
        "Events are not sent to this port. The app’s owner can add it to the setting Subscriptions__AllowedPorts.",
        "رویدادها به این درگاه فرستاده نمی‌شوند. مالک برنامه می‌تواند آن را به تنظیم Subscriptions__AllowedPorts بیفزاید."
    );

    /// <summary>A signing secret is none.</summary>
    public static readonly Text SigningSecret = new(
        "Must be whsec_ and then the base64 of {0} to {1} bytes.",
        "باید whsec_ و پس از آن base64 با {0} تا {1} بایت باشد."
    );

    /// <summary>There are as many subscriptions as may be.</summary>
    public static readonly Text TooManySubscriptions = new(
        "There are {0} subscriptions already, which is the most that this app keeps. End one that is not needed any more, or ask the "
            + "app’s owner to raise the setting Subscriptions__Most.",
        "هم‌اکنون {0} اشتراک هست و برنامه بیش از این نگه نمی‌دارد. اشتراکی را که دیگر لازم نیست پایان دهید، یا از مالک برنامه بخواهید "
            + "تنظیم Subscriptions__Most را بیشتر کند."
    );

    /// <summary>There is no such subscription.</summary>
    public static readonly Text NoSubscription = new("There is no subscription of this id.", "اشتراکی با این شناسه نیست.");

    /// <summary>A number is out of its range.</summary>
    public static readonly Text NumberBetween = new("Must be a whole number from {0} to {1}.", "باید عددی صحیح از {0} تا {1} باشد.");

    /// <summary>A continuation did not come from here.</summary>
    public static readonly Text Continuation = new(
        "Must be the “continuation” of an earlier answer, unchanged.",
        "باید همان «continuation» پاسخ قبلی و بدون تغییر باشد."
    );

    /// <summary>No settlement of that code.</summary>
    public static readonly Text NoSettlement = new("No settlement of this code is recorded.", "تسویه‌ای با این کد ثبت نشده است.");

    /// <summary>No upload of that id.</summary>
    public static readonly Text NoUpload = new("No upload of this id is recorded.", "بارگذاری‌ای با این شناسه ثبت نشده است.");

    /// <summary>No loan of that uuid.</summary>
    public static readonly Text NoLoan = new("No loan of this uuid is recorded here.", "وامی با این uuid در اینجا ثبت نشده است.");

    /// <summary>No opening of that id.</summary>
    public static readonly Text NoLoanOpening = new(
        "No opening of a loan with this id is recorded here.",
        "تشکیل پروندهٔ وامی با این شناسه در اینجا ثبت نشده است."
    );

    /// <summary>Nothing is to be decided about it.</summary>
    public static readonly Text LoanOpeningNotOpen = new(
        "There is nothing to decide: what became of this opening is known, or it is being sent just now.",
        "چیزی برای تعیین تکلیف نیست: نتیجهٔ این درخواست معلوم است یا همین حالا در حال ارسال است."
    );

    /// <summary>An idempotency key is wrong.</summary>
    public static readonly Text IdempotencyKey = new(
        "Must be 1 to {0} visible ASCII characters, sent once.",
        "باید ۱ تا {0} نویسهٔ قابل‌نمایش ASCII باشد و یک بار فرستاده شود."
    );

    /// <summary>An idempotency key belongs to another request.</summary>
    public static readonly Text IdempotencyKeyReused = new(
        "This Idempotency-Key was sent with another request. Nothing was sent to Baloan. Use a key of its own for each loan, and the "
            + "same one only to repeat the same request.",
        "این Idempotency-Key پیش‌تر با درخواست دیگری آمده است. چیزی به بالون ارسال نشد. برای هر وام کلید جداگانه به کار ببرید و کلید "
            + "تکراری را تنها برای تکرار همان درخواست بفرستید."
    );

    /// <summary>The code belongs to another settlement.</summary>
    public static readonly Text SettlementConflict = new(
        "This code is taken by another settlement, which differs in: {0}. Nothing was sent for this request. See “existing”. If this is "
            + "another purchase, send it with the code of its own; if it is the same one, its money has been moved or may still be.",
        "این کد متعلق به تسویهٔ دیگری است که تفاوت آن در این موارد است: {0}. برای این درخواست چیزی ارسال نشد. «existing» را ببینید. اگر "
            + "خرید دیگری است، آن را با کد خودش بفرستید؛ اگر همان خرید است، مبلغ آن تسویه شده است یا ممکن است بشود."
    );

    /// <summary>The same code, total and customer with another invoice file.</summary>
    public static readonly Text InvoiceConflict = new(
        "This code is taken by a settlement of the same total and customer whose invoice file has other bytes, as a file has that was "
            + "printed again. Its money has been moved or may still be moved: see “existing”. Nothing was sent for this request. Do not "
            + "send the same purchase again under another code, or it is paid twice.",
        "این کد متعلق به تسویه‌ای با همین مبلغ و همین مشتری است که فایل فاکتور آن متفاوت است، مانند فایلی که دوباره ساخته شده باشد. مبلغ "
            + "آن تسویه شده است یا ممکن است بشود: «existing» را ببینید. برای این درخواست چیزی ارسال نشد. همان خرید را با کد دیگری نفرستید، "
            + "وگرنه دو بار پرداخت می‌شود."
    );

    /// <summary>Only a settlement in review can be resolved.</summary>
    public static readonly Text NotInReview = new(
        "Only a settlement in “needs_review”, or long enough in “verifying”, can be resolved; this one is “{0}”.",
        "تنها تسویه‌ای که در وضعیت «needs_review»، یا به اندازهٔ کافی در وضعیت «verifying» است، قابل تعیین تکلیف است؛ وضعیت این تسویه "
            + "«{0}» است."
    );

    /// <summary>Version 1 has no OTP validation.</summary>
    public static readonly Text NoOtpValidation = new(
        "Version 1 of Baloan’s API has no OTP validation: send the OTP with the settlement.",
        "نسخهٔ ۱ بالون اعتبارسنجی OTP ندارد: OTP را همراه تسویه بفرستید."
    );

    /// <summary>Baloan refused and gave no reason.</summary>
    public static readonly Text BaloanRejected = new(
        "Baloan refused the request and gave no reason that can be shown.",
        "بالون درخواست را نپذیرفت و دلیل قابل‌نمایشی نداد."
    );

    /// <summary>Baloan knows nothing of it.</summary>
    public static readonly Text BaloanNotFound = new(
        "Baloan answered that it does not know this.",
        "بالون پاسخ داد که چنین موردی نمی‌شناسد."
    );

    /// <summary>Baloan throttles.</summary>
    public static readonly Text BaloanThrottled = new(
        "Baloan takes no more requests for now. Nothing was carried out; try again after the time in Retry-After.",
        "بالون فعلاً درخواست بیشتری نمی‌پذیرد. چیزی انجام نشد؛ پس از زمان Retry-After دوباره تلاش کنید."
    );

    /// <summary>Baloan throttled until the tries were used up.</summary>
    public static readonly Text ThrottledThroughout = new(
        "Baloan took no more requests until the tries were used up. Nothing was carried out; a new POST is a new attempt.",
        "بالون تا پایان همهٔ تلاش‌ها درخواست بیشتری نپذیرفت. چیزی انجام نشد؛ ارسال دوباره، تلاش تازه‌ای است."
    );

    /// <summary>Baloan refuses our credentials.</summary>
    public static readonly Text BaloanUnauthorized = new(
        "Baloan refuses this app’s credentials, also with a fresh access token. The app’s owner has to check them in Key Vault.",
        "بالون اعتبارنامهٔ این برنامه را حتی با توکن تازه نمی‌پذیرد. مالک برنامه باید آن را در Key Vault بررسی کند."
    );

    /// <summary>Baloan is away.</summary>
    public static readonly Text BaloanUnavailable = new(
        "Baloan cannot be reached or is down for maintenance. Nothing was carried out; try again later.",
        "بالون در دسترس نیست یا در حال به‌روزرسانی است. چیزی انجام نشد؛ بعداً دوباره تلاش کنید."
    );

    /// <summary>No answer, and the call may be repeated.</summary>
    public static readonly Text BaloanTimeout = new(
        "Baloan gave no usable answer. This call changes nothing and may be repeated.",
        "بالون پاسخ قابل‌استفاده‌ای نداد. این درخواست چیزی را تغییر نمی‌دهد و می‌توان آن را تکرار کرد."
    );

    /// <summary>It is not known whether an OTP was sent.</summary>
    public static readonly Text OtpOutcomeUnknown = new(
        "Baloan gave no usable answer, so the OTP may or may not have been sent. Ask the customer whether an SMS came before asking for "
            + "another.",
        "بالون پاسخ قابل‌استفاده‌ای نداد؛ ممکن است OTP فرستاده شده باشد یا نه. پیش از درخواست دوباره از مشتری بپرسید پیامک رسیده است یا نه."
    );

    /// <summary>It is not known whether an OTP was validated.</summary>
    public static readonly Text ValidationOutcomeUnknown = new(
        "Baloan gave no usable answer, so the OTP may or may not be used up. No money was moved. Send a new OTP and validate that one.",
        "بالون پاسخ قابل‌استفاده‌ای نداد؛ ممکن است OTP مصرف شده باشد یا نه. پولی جابه‌جا نشد. یک OTP تازه بفرستید و آن را اعتبارسنجی کنید."
    );

    /// <summary>It is not known whether a loan file was opened.</summary>
    public static readonly Text OpeningOutcomeUnknown = new(
        "Baloan gave no usable answer, so the loan file may or may not have been opened. If it was, its callback arrives and “GET "
            + "/api/loans” lists it; wait for that, or ask Baloan about the customer, before opening another. “GET /api/loan-openings” "
            + "lists this one until a person decides about it.",
        "بالون پاسخ قابل‌استفاده‌ای نداد؛ ممکن است پروندهٔ وام تشکیل شده باشد یا نه. اگر شده باشد، callback آن می‌رسد و در «GET "
            + "/api/loans» دیده می‌شود؛ پیش از تشکیل پروندهٔ دیگر منتظر آن بمانید یا دربارهٔ مشتری از بالون بپرسید. این مورد تا تعیین "
            + "تکلیف در «GET /api/loan-openings» می‌ماند."
    );

    /// <summary>It is not known whether a contract was signed.</summary>
    public static readonly Text SigningOutcomeUnknown = new(
        "Baloan gave no usable answer, so the contract may or may not be signed. “GET /api/loans/{uuid}/contract” says so in "
            + "is_agreed_by_user; look there before signing again.",
        "بالون پاسخ قابل‌استفاده‌ای نداد؛ ممکن است قرارداد امضا شده باشد یا نه. «GET /api/loans/{uuid}/contract» در is_agreed_by_user آن "
            + "را نشان می‌دهد؛ پیش از امضای دوباره آنجا را ببینید."
    );

    /// <summary>It is not known whether a loan file was canceled.</summary>
    public static readonly Text CancelOutcomeUnknown = new(
        "Baloan gave no usable answer, so the loan file may or may not be canceled. If it was, the callback “canceled” arrives and “GET "
            + "/api/loans/{uuid}” shows it; wait for that, or ask Baloan, before canceling again.",
        "بالون پاسخ قابل‌استفاده‌ای نداد؛ ممکن است پروندهٔ وام لغو شده باشد یا نه. اگر شده باشد، callback «canceled» می‌رسد و «GET "
            + "/api/loans/{uuid}» آن را نشان می‌دهد؛ پیش از لغو دوباره منتظر آن بمانید یا از بالون بپرسید."
    );

    /// <summary>A settlement that was sent, and the credit shows that nothing moved.</summary>
    public static readonly Text NotSettled = new(
        "Baloan gave no usable answer, and the customer’s credit, read again after the waiting time, is unchanged: no money was moved. A "
            + "new POST is a new attempt.",
        "بالون پاسخ قابل‌استفاده‌ای نداد و اعتبار مشتری پس از زمان انتظار تغییر نکرده است: پولی جابه‌جا نشد. ارسال دوباره، تلاش تازه‌ای "
            + "است."
    );

    /// <summary>What a person has to find out.</summary>
    public static readonly Text NeedsReview = new(
        "It could not be found out whether the money was moved. Ask Baloan about this code and customer, then decide with “resolve”.",
        "روشن نشد که پول جابه‌جا شده است یا نه. دربارهٔ این کد و مشتری از بالون بپرسید و سپس با «resolve» تعیین تکلیف کنید."
    );

    /// <summary>A person decided that nothing moved.</summary>
    public static readonly Text ResolvedNotSettled = new(
        "A person decided after review that no money was moved. A new POST is a new attempt.",
        "پس از بررسی، یک نفر تعیین کرد که پولی جابه‌جا نشده است. ارسال دوباره، تلاش تازه‌ای است."
    );

    /// <summary>Another settlement of the customer is under way.</summary>
    public static readonly Text CustomerBusy = new(
        "Another settlement of this customer was under way for too long. Nothing was sent; POST again when it has ended.",
        "تسویهٔ دیگری از همین مشتری مدت زیادی در جریان بود. چیزی ارسال نشد؛ پس از پایان آن دوباره بفرستید."
    );

    /// <summary>The invoice is gone from Blob storage.</summary>
    public static readonly Text InvoiceMissing = new(
        "The file is no longer in Blob storage, so nothing was sent. POST again with the file.",
        "فایل دیگر در Blob storage نیست و چیزی ارسال نشد. همراه فایل دوباره بفرستید."
    );

    /// <summary>The row of an upload is not whole.</summary>
    public static readonly Text RecordUnreadable = new(
        "The record of this file cannot be read, so nothing is sent. POST the file again.",
        "سابقهٔ این فایل خوانده نمی‌شود و چیزی ارسال نمی‌شود. فایل را دوباره بفرستید."
    );

    /// <summary>It waited too long.</summary>
    public static readonly Text NeverSent = new(
        "It could not be sent to Baloan within a day. No money was moved; a new POST is a new attempt.",
        "در مدت یک روز امکان ارسال به بالون فراهم نشد. پولی جابه‌جا نشد؛ ارسال دوباره، تلاش تازه‌ای است."
    );

    /// <summary>Nobody waits for it any more.</summary>
    public static readonly Text Expired = new(
        "It could not be sent before its “not_after”, so it was not sent. No money was moved; a new POST is a new attempt.",
        "تا زمان «not_after» امکان ارسال فراهم نشد و ارسال نشد. مبلغی تسویه نشد؛ ارسال دوباره، تلاش تازه‌ای است."
    );

    /// <summary>The caller withdrew it.</summary>
    public static readonly Text Withdrawn = new(
        "It was withdrawn before it was sent. No money was moved; a new POST is a new attempt.",
        "پیش از ارسال پس گرفته شد. مبلغی تسویه نشد؛ ارسال دوباره، تلاش تازه‌ای است."
    );

    /// <summary>The invoice's bytes are others.</summary>
    public static readonly Text InvoiceChanged = new(
        "The invoice in Blob storage is not the one that was accepted, so nothing was sent. POST again with the file.",
        "فاکتور موجود در Blob storage همان فاکتور پذیرفته‌شده نیست و چیزی ارسال نشد. همراه فایل دوباره بفرستید."
    );

    /// <summary>The credit is not up to date.</summary>
    public static readonly Text CreditUnclear = new(
        "Baloan’s credit check says more than Baloan’s own last answer about this customer, so nothing was sent. Try again in some "
            + "minutes.",
        "استعلام اعتبار بالون بیش از آخرین پاسخ خود بالون دربارهٔ این مشتری است و چیزی ارسال نشد. چند دقیقهٔ دیگر دوباره تلاش کنید."
    );

    /// <summary>Storage was away throughout.</summary>
    public static readonly Text StorageAway = new(
        "The invoice could not be read from Blob storage, so nothing was sent. No money was moved; a new POST is a new attempt.",
        "خواندن فاکتور از Blob storage ممکن نشد و چیزی ارسال نشد. مبلغی تسویه نشد؛ ارسال دوباره، تلاش تازه‌ای است."
    );

    /// <summary>It cannot be withdrawn any more.</summary>
    public static readonly Text TooLate = new(
        "It cannot be withdrawn any more: it is “{0}”. Look it up until it has ended.",
        "دیگر نمی‌توان آن را پس گرفت: وضعیت آن «{0}» است. وضعیت آن را تا پایان پیگیری کنید."
    );

    /// <summary>A settlement that is still being found out.</summary>
    public static readonly Text ResolvedTooEarly = new(
        "It is still being found out by the customer’s credit. It can be resolved from {0} on.",
        "وضعیت آن هنوز با اعتبار مشتری در حال بررسی است. تعیین تکلیف از {0} به بعد ممکن است."
    );

    /// <summary>The row of a newer version.</summary>
    public static readonly Text WrittenByNewerVersion = new(
        "A newer version of this app has written this settlement, and only that version can change it.",
        "نسخهٔ تازه‌تری از این برنامه این تسویه را نوشته است و تنها همان نسخه می‌تواند آن را تغییر دهد."
    );

    /// <summary>A moment is no such.</summary>
    public static readonly Text Moment = new(
        "Must be a time with its offset, such as 2026-03-01T12:30:00Z.",
        "باید زمانی همراه با اختلاف ساعت باشد، مانند 2026-03-01T12:30:00Z."
    );

    /// <summary>Storage is away.</summary>
    public static readonly Text StorageUnavailable = new(
        "The app’s storage cannot be reached, so the request was not accepted. Try again later; the same request again does no harm.",
        "فضای ذخیره‌سازی برنامه در دسترس نیست و درخواست پذیرفته نشد. بعداً دوباره تلاش کنید؛ تکرار همین درخواست زیانی ندارد."
    );

    /// <summary>Key Vault is away.</summary>
    public static readonly Text KeyVaultUnavailable = new(
        "Key Vault does not answer, or does not give out what is needed, and no access token is at hand, so nothing was sent to Baloan. "
            + "Try again later; “GET /api/health” says more.",
        "‏Key Vault پاسخ نمی‌دهد یا آنچه لازم است نمی‌دهد و توکنی موجود نیست؛ چیزی به بالون ارسال نشد. بعداً دوباره تلاش کنید؛ «GET "
            + "/api/health» بیشتر می‌گوید."
    );

    /// <summary>A secret is switched off.</summary>
    public static readonly Text SecretDisabled = new(
        "Secret {0} is disabled in Key Vault, so nothing was sent to Baloan. The app’s owner has to enable it or set a new version.",
        "راز {0} در Key Vault غیرفعال است و چیزی به بالون ارسال نشد. مالک برنامه باید آن را فعال کند یا نسخهٔ تازه‌ای بگذارد."
    );

    /// <summary>A secret was deleted and can be recovered.</summary>
    public static readonly Text SecretDeleted = new(
        "Secret {0} was deleted from Key Vault and can be recovered, so nothing was sent to Baloan. The app’s owner has to recover it, "
            + "or purge it where it is not needed any more.",
        "راز {0} از Key Vault حذف شده و قابل بازیابی است؛ چیزی به بالون ارسال نشد. مالک برنامه باید آن را بازیابی کند، یا اگر دیگر لازم "
            + "نیست برای همیشه پاک (purge) کند."
    );

    /// <summary>A secret is past its time.</summary>
    public static readonly Text SecretExpired = new(
        "Past their expiry in Key Vault, and used all the same: {0}. The app’s owner has to set new versions or a later expiry.",
        "تاریخ انقضای این‌ها در Key Vault گذشته است و همچنان به کار می‌روند: {0}. مالک برنامه باید نسخهٔ تازه یا تاریخ دیرتری بگذارد."
    );

    /// <summary>This app's identity may not read or write secrets.</summary>
    public static readonly Text VaultRole = new(
        "This app’s identity may not use secret {0} in Key Vault, so nothing was sent to Baloan. It needs the role Key Vault Secrets "
            + "Officer on the vault.",
        "هویت این برنامه اجازهٔ کار با راز {0} را در Key Vault ندارد و چیزی به بالون ارسال نشد. نقش Key Vault Secrets Officer روی vault "
            + "لازم است."
    );

    /// <summary>No credential of this app's identity is to be had, or the vault does not know it.</summary>
    public static readonly Text VaultIdentity = new(
        "This app could not show its identity to Key Vault for secret {0}, so nothing was sent to Baloan. The app needs a managed "
            + "identity that the vault’s tenant knows.",
        "این برنامه نتوانست هویت خود را برای راز {0} به Key Vault نشان دهد و چیزی به بالون ارسال نشد. برنامه به managed identity "
            + "شناخته‌شده در tenant نیاز دارد."
    );

    /// <summary>The vault's network rules keep this app out.</summary>
    public static readonly Text VaultNetwork = new(
        "Key Vault’s network rules keep this app out (secret {0}), so nothing was sent to Baloan. The app’s owner has to let its network "
            + "in.",
        "قواعد شبکهٔ Key Vault این برنامه را راه نمی‌دهد (راز {0}) و چیزی به بالون ارسال نشد. مالک برنامه باید شبکهٔ آن را مجاز کند."
    );

    /// <summary>Credentials are not set.</summary>
    public static readonly Text NotConfigured = new(
        "This app has no credentials for this part of Baloan. Its owner has to set {0}.",
        "این برنامه برای این بخش از بالون اعتبارنامه ندارد. مالک برنامه باید {0} را تنظیم کند."
    );

    /// <summary>Credentials are not set.</summary>
    public static readonly Text CredentialsMissing = new(
        "This app has no credentials for Baloan, so nothing was sent. Its owner has to set them in Key Vault.",
        "این برنامه اعتبارنامهٔ بالون را ندارد و چیزی ارسال نشد. مالک برنامه باید آن را در Key Vault تنظیم کند."
    );

    /// <summary>The console has no such file.</summary>
    public static readonly Text NoConsoleFile = new("The console has no file of this name.", "کنسول فایلی با این نام ندارد.");

    /// <summary>A fault of the app.</summary>
    public static readonly Text InternalError = new(
        "Something went wrong in this app. Its owner finds the cause in the logs under the trace_id.",
        "خطایی در این برنامه رخ داد. مالک برنامه علت را با trace_id در گزارش‌ها می‌یابد."
    );
}
