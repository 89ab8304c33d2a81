namespace Baloan.Core.Reconciliation;

/// <summary>
/// The names by which people and programs call the columns of a statement, joined as <see cref="StatementText.Join"/> does. Of a date, a time
/// and a reference the first that is there is taken; of a code and an amount, each group before the next, and one alone.
/// </summary>
internal static class ColumnNames
{
    public static readonly string[][] Code =
    [
        [
            "کدسفارش", "شمارهسفارش", "شناسهسفارش", "سفارش", "کدفاکتور", "شمارهفاکتور", "شناسهفاکتور", "فاکتور", "کدصورتحساب", "شمارهصورتحساب",
            "صورتحساب", "کدخرید", "شمارهخرید", "شناسهخرید", "کدتسویه", "شمارهتسویه", "شناسهتسویه", "کدسفارشپذیرنده", "شمارهسفارشپذیرنده",
            "شمارهفاکتورپذیرنده", "شناسهقبض", "کدسفارشفروشگاه", "شمارهفاکتورفروشگاه",
            "order", "ordercode", "orderid", "ordernumber", "orderno", "ordernum", "invoice", "invoicecode", "invoiceid", "invoicenumber", "invoiceno",
            "invoicenum", "purchase", "purchasecode", "purchaseid", "settlementcode", "settlementid", "bill", "billcode", "billid", "billnumber",
            "merchantorderid", "merchantordercode", "clientcode", "externalid", "orderreference", "orderref", "merchantreference",
        ],
        ["کد", "code"],
        ["شناسه", "id"],
        ["شماره", "number", "no", "num"],
    ];

    public static readonly string[][] Total =
    [
        [
            "مبلغ", "مبلغکل", "مبلغتسویه", "مبلغتسویهشده", "مبلغخرید", "مبلغفاکتور", "مبلغکلفاکتور", "مبلغسفارش", "مبلغکلسفارش", "مبلغتراکنش",
            "مبلغپرداخت", "مبلغپرداختی", "مبلغپرداختشده", "مبلغقابلپرداخت", "مبلغنهایی", "مبلغواریز", "مبلغواریزی", "مبلغصورتحساب", "مبلغاعتبار",
            "amount", "totalamount", "amounttotal", "total", "ordertotal", "invoicetotal", "billtotal", "databilltotal", "settledamount", "settlementamount",
            "paidamount", "amountpaid", "orderamount", "invoiceamount", "purchaseamount", "transactionamount", "grandtotal",
        ],
        ["جمع", "جمعکل", "جمعمبلغ", "کل", "قیمت", "قیمتکل", "بها", "بهایکل", "sum", "price", "totalprice", "value"],
    ];

    public static readonly string[] Date =
    [
        "تاریخوساعتتسویه", "تاریختسویه", "زمانتسویه", "settlementdate", "settleddate", "settledat", "settledon",
        "تاریخوساعتتراکنش", "تاریختراکنش", "transactiondate", "transactiondatetime", "transactionat", "تاریخپرداخت", "paymentdate", "paidat", "paidon",
        "تاریخواریز", "تاریخخرید", "purchasedate", "تاریخسفارش", "orderdate", "تاریخفاکتور", "invoicedate", "تاریخصورتحساب",
        "تاریخوساعت", "تاریخوزمان", "تاریخساعت", "تاریخزمان", "datetime", "تاریخ", "date", "day", "روز", "timestamp", "تاریخثبت", "createdat", "createdon", "creationdate",
    ];

    public static readonly string[] Time =
        ["ساعت", "ساعتتسویه", "زمانتسویه", "ساعتتراکنش", "زمانتراکنش", "ساعتپرداخت", "زمان", "time", "settlementtime", "transactiontime", "hour"];

    public static readonly string[] Reference =
    [
        "شمارهپیگیری", "کدپیگیری", "شناسهپیگیری", "پیگیری", "شمارهرهگیری", "کدرهگیری", "شناسهرهگیری", "رهگیری", "شمارهمرجع", "کدمرجع", "شناسهمرجع", "مرجع",
        "شناسهتراکنش", "شمارهتراکنش", "کدتراکنش", "شمارهارجاع", "کدارجاع",
        "reference", "referencenumber", "referenceno", "referenceid", "referencecode", "ref", "refno", "refid", "refnum", "refnumber", "rrn", "trackingcode",
        "trackingnumber", "trackingid", "trackingno", "tracking", "transactionid", "transactionnumber", "transactioncode", "transactionno", "tracenumber", "traceno",
        "trace", "stan",
    ];

    public static readonly string[] Unit = ["واحد", "واحدپول", "واحدپولی", "ارز", "currency", "unit"];

    private static readonly string[] Totals =
        ["جمع", "جمعکل", "جمعنهایی", "جمعصفحه", "جمعمبلغ", "جمعمبالغ", "مجموع", "مجموعکل", "total", "totals", "grandtotal", "subtotal", "sum"];

    /// <summary>Whether a cell says that its row sums up others.</summary>
    public static bool IsTotals(string cell)
    {
        var joined = StatementText.Join(cell);
        return Totals.Contains(joined) || (joined.StartsWith("جمعکل", StringComparison.Ordinal) && joined.Length < 24);
    }
}
