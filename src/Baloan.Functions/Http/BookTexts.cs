using Baloan.Core.Reconciliation;

namespace Baloan.Functions.Http;

/// <summary>The sentences of what accountants need: reconciliation, export, invoices, and keys of functions.</summary>
public static class BookTexts
{
    /// <summary>A function's own key is missing or wrong.</summary>
    public static readonly Text OwnKeyRequired = new(
        "{0} asks for a key of its own in the header {1}; it is missing or wrong. The app’s owner has it.",
        "‏{0} کلید جداگانه‌ای در هدر {1} می‌خواهد که نیامده یا نادرست است. این کلید نزد مالک برنامه است."
    );

    /// <summary>An invoice is not kept any more.</summary>
    public static readonly Text InvoiceGone = new(
        "The invoice of this settlement is not kept any more, or never came.",
        "فاکتور این تسویه دیگر نگهداری نمی‌شود یا هرگز نرسیده است."
    );

    /// <summary>An invoice's bytes are others than those that were sent.</summary>
    public static readonly Text InvoiceNotAsSent = new(
        "The file in Blob storage has other bytes than the invoice that was accepted (see “invoice.sha256” of the settlement), so it is "
            + "not shown as that invoice.",
        "فایل موجود در Blob storage همان فاکتور پذیرفته‌شده نیست («invoice.sha256» تسویه را ببینید) و به‌جای آن نمایش داده نمی‌شود."
    );

    /// <summary>A span of days is too long.</summary>
    public static readonly Text SpanOfDays = new(
        "At most {0} days at once, both included.",
        "هر بار حداکثر {0} روز، با احتساب روز اول و آخر."
    );

    /// <summary>A unit is none.</summary>
    public static readonly Text UnitNotClear = new(
        "Is this column Rial or Toman? It does not say, and {0} of its totals are exactly ten times ours. Send total_unit=rial or "
            + "total_unit=toman.",
        "این ستون به ریال است یا تومان؟ نوشته نشده است و {0} مبلغ آن دقیقاً ده برابر مبلغ ماست. total_unit=rial یا total_unit=toman را "
            + "بفرستید."
    );

    /// <summary>Several columns may be meant.</summary>
    public static readonly Text ColumnNotClear = new(
        "It is not clear which column is meant: {0}. Send the name of the right one in {1}.",
        "روشن نیست کدام ستون منظور است: {0}. نام ستون درست را در {1} بفرستید."
    );

    /// <summary>No column is recognised.</summary>
    public static readonly Text ColumnNotFound = new(
        "No column for it was recognised. The columns are: {0}. Send the name of the right one in {1}.",
        "ستونی برای آن شناخته نشد. ستون‌های فایل: {0}. نام ستون درست را در {1} بفرستید."
    );

    /// <summary>The file is no table.</summary>
    public static readonly Text NotATable = new(
        "The statement has to be a CSV or XLSX file; the content of this file is neither.",
        "صورتحساب باید فایل CSV یا XLSX باشد؛ محتوای این فایل هیچ‌کدام نیست."
    );

    /// <summary>The file is an old workbook.</summary>
    public static readonly Text OldWorkbook = new(
        "This is an old Excel workbook (XLS) or one with a password. Save it as XLSX without a password, or as CSV.",
        "این فایل اکسل قدیمی (XLS) یا رمزدار است. آن را به صورت XLSX بدون رمز یا CSV ذخیره کنید."
    );

    /// <summary>The workbook is broken.</summary>
    public static readonly Text BrokenWorkbook = new(
        "The workbook cannot be read: it is cut off, or is no XLSX inside. Save it anew, or as CSV.",
        "این فایل اکسل خوانده نمی‌شود: ناقص است یا محتوای آن XLSX نیست. آن را دوباره یا به صورت CSV ذخیره کنید."
    );

    /// <summary>The statement is empty.</summary>
    public static readonly Text EmptyStatement = new(
        "The statement has no line below the names of its columns.",
        "صورتحساب زیر نام ستون‌ها هیچ سطری ندارد."
    );

    /// <summary>The statement unpacks to too much.</summary>
    public static readonly Text UnpacksTooBig = new(
        "The workbook unpacks to more than is read ({0} bytes in all, less for its texts). Save it as CSV, or a part at a time.",
        "محتوای بازشدهٔ این فایل بزرگ‌تر از حد پذیرش است (در مجموع {0} بایت و کمتر برای متن‌ها). آن را به صورت CSV یا در چند بخش ذخیره "
            + "کنید."
    );

    /// <summary>Too many sheets.</summary>
    public static readonly Text TooManySheets = new("The workbook has more than {0} sheets.", "این فایل بیش از {0} برگه دارد.");

    /// <summary>Too many columns.</summary>
    public static readonly Text TooManyColumns = new("A sheet or line has more than {0} columns.", "یک برگه یا سطر بیش از {0} ستون دارد.");

    /// <summary>Too many lines.</summary>
    public static readonly Text TooManyLines = new(
        "The statement has more than {0} lines. Send a part of it at a time.",
        "صورتحساب بیش از {0} سطر دارد. آن را در چند بخش بفرستید."
    );

    /// <summary>A line is too long.</summary>
    public static readonly Text LineTooLong = new(
        "A line is longer than {0} bytes: most likely a quote (\") is opened and not closed.",
        "یک سطر بلندتر از {0} بایت است: احتمالاً گیومهٔ (\") بازشده‌ای بسته نشده است."
    );

    /// <summary>Too many statements are being compared.</summary>
    public static readonly Text TooManyStatements = new(
        "Other statements are being compared. Nothing was read; send it again after the time in Retry-After.",
        "صورتحساب‌های دیگری در حال مقایسه است. چیزی خوانده نشد؛ پس از زمان Retry-After دوباره بفرستید."
    );

    /// <summary>The unit is assumed.</summary>
    public static readonly Text UnitAssumed = new(
        "The column of amounts does not say whether it is Rial or Toman, and no total in common says so either. It was read as Toman; "
            + "send total_unit=rial where it is Rial.",
        "ستون مبلغ نمی‌گوید ریال است یا تومان و هیچ مبلغ مشترکی هم آن را نشان نمی‌دهد. به تومان خوانده شد؛ اگر ریال است، total_unit=rial "
            + "را بفرستید."
    );

    /// <summary>No period is known.</summary>
    public static readonly Text NoPeriod = new(
        "The statement has no dates, and none of its codes is in our books, so what is ours and not theirs was not looked for. Send from "
            + "and to.",
        "صورتحساب تاریخ ندارد و هیچ‌یک از کدهای آن در دفاتر ما نیست؛ پس آنچه تنها در دفاتر ماست جست‌وجو نشد. from و to را بفرستید."
    );

    /// <summary>The period was found out by the codes.</summary>
    public static readonly Text PeriodOfCodes = new(
        "The statement has no dates. The period is that of those of its codes that were looked up in our books; send from and to where "
            + "it is another.",
        "صورتحساب تاریخ ندارد. دوره، از روی کدهایی از آن که در دفاتر ما جست‌وجو شد تعیین شده است؛ اگر دورهٔ دیگری است، from و to را "
            + "بفرستید."
    );

    /// <summary>Not all codes were looked up.</summary>
    public static readonly Text NotAllLookedUp = new(
        "{0} codes that our books do not have in the period were not looked up outside it, so that their status is not known here. Check "
            + "that from and to are those of the statement.",
        "‏{0} کد که در این دوره در دفاتر ما نیست، بیرون از دوره جست‌وجو نشد و وضعیت آن‌ها در اینجا معلوم نیست. from و to را با صورتحساب "
            + "بسنجید."
    );

    /// <summary>Lines are kept out.</summary>
    public static readonly Text LinesKeptOut = new(
        "{0} lines could not be read and are in no sum; bad_lines names them.",
        "‏{0} سطر خوانده نشد و در هیچ جمعی نیست؛ bad_lines آن‌ها را نام می‌برد."
    );

    /// <summary>Lines are outside the period.</summary>
    public static readonly Text LinesOutside = new(
        "{0} lines are of days outside the period and were left out.",
        "‏{0} سطر از روزهای بیرون از دوره است و کنار گذاشته شد."
    );

    /// <summary>Sheets were passed over.</summary>
    public static readonly Text SheetsSkipped = new(
        "In these sheets no columns were recognised, and they were passed over: {0}.",
        "در این برگه‌ها ستونی شناخته نشد و از آن‌ها گذشته شد: {0}."
    );

    /// <summary>What a statement's fault means.</summary>
    public static Text TextOf(StatementFault fault) =>
        fault switch
        {
            StatementFault.NotATable => NotATable,
            StatementFault.OldWorkbook => OldWorkbook,
            StatementFault.Broken => BrokenWorkbook,
            StatementFault.UnpacksTooBig => UnpacksTooBig,
            StatementFault.TooManySheets => TooManySheets,
            StatementFault.TooManyColumns => TooManyColumns,
            StatementFault.TooManyLines => TooManyLines,
            StatementFault.LineTooLong => LineTooLong,
            StatementFault.ColumnNotFound => ColumnNotFound,
            StatementFault.ColumnNotClear => ColumnNotClear,
            StatementFault.UnitNotClear => UnitNotClear,
            _ => EmptyStatement,
        };

    /// <summary>Why a line was kept out.</summary>
    public static Text TextOf(BadLineReason reason) =>
        reason switch
        {
            BadLineReason.NoCode => new("It has no code.", "کد ندارد."),
            BadLineReason.RoundedCode => new(
                "Its code is a number from which a spreadsheet has dropped digits. Format the column as text.",
                "کد آن عددی است که نرم‌افزار صفحه‌گسترده رقم‌هایی از آن را انداخته است. قالب ستون را متن کنید."
            ),
            BadLineReason.NoTotal => new("It has no amount.", "مبلغ ندارد."),
            BadLineReason.UnreadableTotal => new("Its amount cannot be read for certain.", "مبلغ آن با قطعیت خوانده نمی‌شود."),
            BadLineReason.NotPositive => new(
                "Its amount is not above zero; a return is not compared.",
                "مبلغ آن بزرگ‌تر از صفر نیست؛ برگشت مقایسه نمی‌شود."
            ),
            BadLineReason.NotWholeToman => new("Its Rial are no whole Toman.", "مبلغ ریالی آن تومان کامل نیست."),
            BadLineReason.UnreadableDate => new("Its date cannot be read for certain.", "تاریخ آن با قطعیت خوانده نمی‌شود."),
            _ => new(
                "A quote (\") in it is not closed, so that other lines may be in it.",
                "گیومهٔ (\") آن بسته نشده است و شاید سطرهای دیگری در آن باشد."
            ),
        };
}
