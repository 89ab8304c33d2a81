using System.Globalization;

namespace Baloan.Sandbox;

/// <summary>A number of four digits that makes a call go wrong, without anything being set up.</summary>
/// <param name="Code">The four digits. None that strikes a settlement ends in 0, so that no round amount is magic by chance.</param>
/// <param name="Fault">What goes wrong.</param>
/// <param name="Once">True: only every other call goes wrong, so that the repeat of a call succeeds.</param>
public sealed record MagicNumber(int Code, Fault Fault, bool Once)
{
    /// <summary>The national identifier that provokes it on one operation.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The operation carries no national identifier.</exception>
    public string NationalIdentifier(Operation operation) =>
        MagicNumbers.Prefix(operation) is { } prefix
            ? string.Create(CultureInfo.InvariantCulture, $"{prefix}{Code:0000}")
            : throw new ArgumentOutOfRangeException(nameof(operation));

    /// <summary>A total (Toman) that provokes it on settle, where it strikes there at all.</summary>
    public long Total => 10_000_000 + Code;
}

/// <summary>
/// The magic numbers, all of them. A national identifier is magic when it is the digit of a call, five zeros and a code;
/// the total of a settlement is magic when it ends in a code. On the calls about a loan that has been opened, the national
/// identifier with which it was opened counts.
/// </summary>
public static class MagicNumbers
{
    /// <summary>The OTP that every customer gets, for a settlement and for a contract.</summary>
    public const string Otp = "11111";

    /// <summary>The OTP that has always expired.</summary>
    public const string ExpiredOtp = "22222";

    /// <summary>Those that strike any call. Behaviour, front page and tests follow this table.</summary>
    public static IReadOnlyList<MagicNumber> All { get; } =
    [
        new(4001, Fault.Refused, false),
        new(4002, Fault.RefusedWithDetail, false),
        new(4003, Fault.RefusedWithFieldErrors, false),
        new(4004, Fault.RefusedWithNonFieldErrors, false),
        new(4005, Fault.RefusedWithString, false),
        new(4006, Fault.RefusedWithHtml, false),
        new(4007, Fault.RefusedEmpty, false),
        new(4008, Fault.RefusedAfterEffect, false),
        new(4021, Fault.CreditTooLow, false),
        new(4022, Fault.WrongOtp, false),
        new(4023, Fault.ExpiredOtp, false),
        new(4011, Fault.Unauthorized, true),
        new(4019, Fault.Unauthorized, false),
        new(4031, Fault.ForbiddenByFront, false),
        new(4041, Fault.NotFound, false),
        new(4042, Fault.NotFoundByFront, false),
        new(4091, Fault.Conflict, false),
        new(4131, Fault.TooLargeForFront, false),
        new(4291, Fault.ThrottledSeconds, true),
        new(4292, Fault.ThrottledDate, true),
        new(4293, Fault.ThrottledSentence, true),
        new(4294, Fault.ThrottledByFront, false),
        new(4299, Fault.ThrottledSeconds, false),
        new(4991, Fault.ClientClosed, false),
        new(5031, Fault.Unavailable, true),
        new(5032, Fault.UnavailableRetryAfter, true),
        new(5033, Fault.UnavailableInJson, false),
        new(5038, Fault.UnavailableAfterEffect, false),
        new(5039, Fault.Unavailable, false),
        new(5021, Fault.BadGateway, false),
        new(5041, Fault.GatewayTimeout, false),
        new(5001, Fault.ServerError, false),
        new(5002, Fault.ServerErrorAfterEffect, false),
        new(2001, Fault.NotOk, false),
        new(2002, Fault.Garbage, false),
        new(2003, Fault.GarbageAfterEffect, false),
        new(2004, Fault.Pending, false),
        new(2005, Fault.PendingAfterEffect, false),
        new(2021, Fault.Accepted, false),
        new(3021, Fault.Redirect, false),
        new(9001, Fault.CutBeforeEffect, false),
        new(9002, Fault.CutAfterEffect, false),
        new(9003, Fault.LateEffect, false),
        new(9008, Fault.SlowAnswer, false),
    ];

    /// <summary>Those that strike the loan calls alone: one for each of their error codes, 4101 to 4117 in the document's order.</summary>
    public static IReadOnlyList<MagicNumber> Loans { get; } =
    [.. Fault.LoanErrors.Select((fault, i) => new MagicNumber(4101 + i, fault, false))];

    /// <summary>The merchant's calls that carry a national identifier, with the digits that begin a magic one.</summary>
    internal static IReadOnlyList<(Operation Operation, string Prefix)> Prefixes { get; } =
    [(Operation.CheckCredit, "100000"), (Operation.SendOtp, "200000"), (Operation.ValidateOtp, "300000"), (Operation.Settle, "400000")];

    /// <summary>The loan calls, likewise.</summary>
    internal static IReadOnlyList<(Operation Operation, string Prefix)> LoanPrefixes { get; } =
    [
        (Operation.OpenLoan, "500000"),
        (Operation.GetContract, "600000"),
        (Operation.SendContractOtp, "700000"),
        (Operation.SignContract, "800000"),
        (Operation.CancelLoan, "900000"),
    ];

    /// <summary>
    /// The magic number with a fault; where it has two, the one that strikes every other call alone if <paramref name="once"/>.
    /// </summary>
    public static MagicNumber For(Fault fault, bool once = false) =>
        All.FirstOrDefault(number => number.Fault == fault && number.Once == once) ?? All.First(number => number.Fault == fault);

    internal static string? Prefix(Operation operation) =>
        Prefixes.Concat(LoanPrefixes).FirstOrDefault(entry => entry.Operation == operation).Prefix;

    /// <summary>The magic number in a call, if there is one.</summary>
    internal static MagicNumber? Find(Operation operation, string nationalIdentifier, long? total)
    {
        var code =
            Prefix(operation) is { } prefix
            && nationalIdentifier.Length == 10
            && nationalIdentifier.StartsWith(prefix, StringComparison.Ordinal)
                ? int.Parse(nationalIdentifier.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture)
                : (int?)null;
        var loan = LoanPrefixes.Any(entry => entry.Operation == operation) ? Loans : [];
        return All.Concat(loan).FirstOrDefault(number => number.Code == code)
            ?? All.FirstOrDefault(number => number.Code == total % 10_000);
    }

    /// <summary>Whether a customer is there to make a loan call go wrong.</summary>
    internal static bool IsMagicBorrower(string nationalIdentifier) =>
        LoanPrefixes.Any(entry => Find(entry.Operation, nationalIdentifier, null) is not null);
}
