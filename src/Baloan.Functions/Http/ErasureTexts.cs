using Baloan.Core.Storage;

namespace Baloan.Functions.Http;

/// <summary>The sentences of what is erased of a customer, and of what is not.</summary>
public static class ErasureTexts
{
    /// <summary>What stays of a settlement.</summary>
    public static readonly Text SettlementRemains = new(
        "Of each settlement, the code, the total, the outcome, its error code and the times stay, with a hash that only the same "
            + "identifier meets again: without them, the same code could be settled a second time, and Baloan’s statement could not be "
            + "compared. If your codes themselves say who somebody is, that stays with them.",
        "از هر تسویه، کد، مبلغ، نتیجه، کد خطا و زمان‌ها همراه با چکیده‌ای که تنها با همان شناسهٔ ملی تطبیق می‌کند می‌ماند: "
            + "بدون آن‌ها همان کد "
            + "می‌توانست بار دیگر تسویه شود و مقایسه با صورتحساب بالون ممکن نبود. "
            + "اگر خود کدهای شما هویت کسی را نشان دهند، این نیز با آن‌ها می‌ماند."
    );

    /// <summary>What stays of a loan.</summary>
    public static readonly Text LoanRemains = new(
        "Of each loan, its uuid, state, amount and times stay, and of its opening a keyed hash of the request: without them, the same "
            + "Idempotency-Key could open it a second time, and a late callback would be taken for news.",
        "از هر وام، شناسهٔ uuid، وضعیت، مبلغ و زمان‌ها، و از درخواست تشکیل پروندهٔ آن چکیدهٔ کلیددار می‌ماند: "
            + "بدون آن‌ها همان Idempotency-Key "
            + "می‌توانست بار دیگر پرونده باز کند و اعلان دیررس بالون خبر تازه به شمار می‌آمد."
    );

    /// <summary>What this app cannot erase.</summary>
    public static readonly Text Elsewhere = new(
        "Not erased here: what Baloan and your own systems hold, saved copies of the tables, log lines (30 days), messages in poison "
            + "queues, events that a subscriber got or did not take, uploads, which name no customer, and blobs that you put into "
            + "the container “invoices” yourself.",
        "در اینجا حذف نمی‌شود: آنچه نزد بالون و سامانه‌های خود شماست، نسخه‌های ذخیره‌شدهٔ جدول‌ها، سطرهای لاگ (۳۰ روز)، "
            + "پیام‌های صف‌های poison، "
            + "رویدادهایی که مشترک دریافت کرده یا نگرفته است، فایل‌های بارگذاری‌شده که نام مشتری را ندارند، "
            + "و فایل‌هایی که خودتان در «invoices» گذاشته‌اید."
    );

    /// <summary>Not everything was looked at.</summary>
    public static readonly Text GoOn = new(
        "There is more than one call does. Send the same call again.",
        "بیش از آن است که یک درخواست انجام دهد. همین درخواست را دوباره بفرستید."
    );

    /// <summary>Why something was kept.</summary>
    public static Text TextOf(ErasureHindrance why) =>
        why switch
        {
            ErasureHindrance.UnderWay => new(
                "It is still under way, or something of it is. Erase it once it has ended.",
                "هنوز در جریان است یا بخشی از آن در جریان است. پس از پایان آن حذف کنید."
            ),
            ErasureHindrance.AwaitsPerson => new(
                "It is not known what became of it, and a person has to decide first.",
                "نتیجهٔ آن مشخص نیست و ابتدا باید یک نفر دربارهٔ آن تصمیم بگیرد."
            ),
            ErasureHindrance.EndedLately => new(
                "It ended less than eight days ago: until then, an answer of Baloan’s may still wait in a queue.",
                "کمتر از هشت روز از پایان آن گذشته است: تا آن زمان ممکن است پاسخی از بالون هنوز در صف باشد."
            ),
            _ => new(
                "A newer version of the app has written it; that version has to erase it.",
                "نسخهٔ تازه‌تری از برنامه آن را نوشته است و همان نسخه باید حذفش کند."
            ),
        };
}
