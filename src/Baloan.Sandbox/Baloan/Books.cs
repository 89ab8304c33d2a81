namespace Baloan.Sandbox;

/// <summary>A settlement that moved money.</summary>
/// <param name="Code">The merchant's code. Baloan does not mind the same one twice.</param>
/// <param name="NationalIdentifier">The customer.</param>
/// <param name="Total">Toman, taken from the customer's credit.</param>
/// <param name="InvoiceSha256">SHA-256 of the invoice's bytes, in lower-case hex.</param>
/// <param name="InvoiceSize">The invoice's size in bytes.</param>
/// <param name="At">When the money moved, UTC.</param>
/// <param name="SentOnTwice">Whether it is the second of two that something in front of Baloan made of one call.</param>
/// <param name="Fault">The fault that struck its call; null where it was answered as it should be.</param>
public sealed record BookedSettlement(
    string Code,
    string NationalIdentifier,
    long Total,
    string InvoiceSha256,
    long InvoiceSize,
    DateTimeOffset At,
    bool SentOnTwice = false,
    string? Fault = null
);

/// <summary>A file that was uploaded.</summary>
/// <param name="Uuid">The id under which Baloan answered.</param>
/// <param name="Sha256">SHA-256 of its bytes, in lower-case hex.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="At">When it came, UTC.</param>
public sealed record BookedFile(Guid Uuid, string Sha256, long Size, DateTimeOffset At);

/// <summary>What Baloan's books say at one moment.</summary>
/// <param name="Settlements">What was moved, oldest first.</param>
/// <param name="Credits">The credit (Toman) of every customer that is not at the default.</param>
/// <param name="Calls">How many calls each operation had, refused ones and those that went wrong included.</param>
/// <param name="TokensIssued">How many access tokens were issued, to merchants and partners.</param>
public sealed record BooksSnapshot(
    IReadOnlyList<BookedSettlement> Settlements,
    IReadOnlyDictionary<string, long> Credits,
    IReadOnlyDictionary<Operation, int> Calls,
    int TokensIssued
)
{
    /// <summary>The loans, where they were asked for with the rest; else null.</summary>
    public LoansSnapshot? Loans { get; init; }
}

/// <summary>Baloan's books: credit, OTPs, transaction tokens and what was settled. Safe for use by many calls at once.</summary>
public sealed class Books
{
    /// <summary>The credit (Toman) of a customer that nobody set.</summary>
    public const long DefaultCredit = 100_000_000;

    private static readonly TimeSpan OtpLifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan TransactionTokenLifetime = TimeSpan.FromMinutes(15);

    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly Dictionary<string, long> credits = [];
    private readonly List<(DateTimeOffset At, string NationalIdentifier, long Before)> creditChanges = [];
    private readonly Dictionary<string, DateTimeOffset> otps = [];
    private readonly Dictionary<string, (string NationalIdentifier, DateTimeOffset Expiry)> transactionTokens = [];
    private readonly Dictionary<Operation, int> calls = [];
    private readonly List<BookedSettlement> settlements = [];
    private readonly List<BookedFile> files = [];
    private int tokensIssued;

    internal Books(TimeProvider time) => this.time = time;

    /// <summary>What was moved, oldest first.</summary>
    public IReadOnlyList<BookedSettlement> Settlements => Snapshot().Settlements;

    /// <summary>What was uploaded, oldest first.</summary>
    public IReadOnlyList<BookedFile> Files
    {
        get
        {
            lock (gate)
            {
                return [.. files];
            }
        }
    }

    /// <summary>The books as they stand now.</summary>
    public BooksSnapshot Snapshot()
    {
        lock (gate)
        {
            return new(
                [.. settlements],
                new SortedDictionary<string, long>(credits),
                Enum.GetValues<Operation>().ToDictionary(o => o, Calls),
                tokensIssued
            );
        }
    }

    /// <summary>A customer's credit in Toman.</summary>
    public long Credit(string nationalIdentifier)
    {
        lock (gate)
        {
            return credits.GetValueOrDefault(nationalIdentifier, DefaultCredit);
        }
    }

    /// <summary>How old the credit is that a credit check answers; zero unless set. All else goes by the credit as it is.</summary>
    public TimeSpan CreditLag { get; set; }

    /// <summary>The credit (Toman) that a credit check answers.</summary>
    internal long CreditToTell(string nationalIdentifier)
    {
        lock (gate)
        {
            var since = time.GetUtcNow() - CreditLag;
            var unseen = creditChanges.FindIndex(change => change.At > since && change.NationalIdentifier == nationalIdentifier);
            return unseen < 0 ? Credit(nationalIdentifier) : creditChanges[unseen].Before;
        }
    }

    /// <summary>Sets a customer's credit.</summary>
    /// <param name="nationalIdentifier">The customer.</param>
    /// <param name="credit">Toman, from 0 up.</param>
    public void SetCredit(string nationalIdentifier, long credit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(credit);
        lock (gate)
        {
            Change(nationalIdentifier, credit);
        }
    }

    /// <summary>How many calls an operation had, refused ones and those that went wrong included.</summary>
    public int Calls(Operation operation)
    {
        lock (gate)
        {
            return calls.GetValueOrDefault(operation);
        }
    }

    /// <summary>Lets every OTP that was sent for a settlement expire now.</summary>
    public void ExpireOtps()
    {
        lock (gate)
        {
            foreach (var customer in otps.Keys)
            {
                otps[customer] = DateTimeOffset.MinValue;
            }
        }
    }

    /// <summary>Lets every transaction token expire now.</summary>
    public void ExpireTransactionTokens()
    {
        lock (gate)
        {
            transactionTokens.Clear();
        }
    }

    /// <summary>Empties the books but for the loans, which have <see cref="LoanBooks.Reset"/>. Access tokens stay valid.</summary>
    public void Reset()
    {
        lock (gate)
        {
            credits.Clear();
            creditChanges.Clear();
            otps.Clear();
            transactionTokens.Clear();
            calls.Clear();
            settlements.Clear();
            files.Clear();
            tokensIssued = 0;
        }
    }

    internal void CountCall(Operation operation)
    {
        lock (gate)
        {
            calls[operation] = calls.GetValueOrDefault(operation) + 1;
        }
    }

    internal void CountToken()
    {
        lock (gate)
        {
            tokensIssued++;
        }
    }

    internal Guid AddFile(string sha256, long size)
    {
        lock (gate)
        {
            files.Add(new(Guid.NewGuid(), sha256, size, time.GetUtcNow()));
            return files[^1].Uuid;
        }
    }

    internal Refusal? SendOtp(string customer)
    {
        lock (gate)
        {
            if (Credit(customer) == 0)
            {
                return Refusal.CreditTooLow;
            }

            otps[customer] = time.GetUtcNow() + OtpLifetime;
            return null;
        }
    }

    internal (string? Token, Refusal? Refusal) ValidateOtp(string customer, string otp)
    {
        lock (gate)
        {
            if (Check(customer, otp) is { } refusal)
            {
                return (null, refusal);
            }

            otps.Remove(customer);
            var token = Guid.NewGuid().ToString();
            transactionTokens[token] = (customer, time.GetUtcNow() + TransactionTokenLifetime);
            return (token, null);
        }
    }

    /// <summary>
    /// Moves the money. The OTP or the transaction token is used up by a success alone; two that come so close together as
    /// <paramref name="twice"/> says are both let through.
    /// </summary>
    internal Refusal? Settle(
        string customer,
        string? otp,
        string? token,
        string code,
        long total,
        string sha256,
        long size,
        bool twice,
        string? fault
    )
    {
        lock (gate)
        {
            var refusal = token is null ? Check(customer, otp!) : CheckToken(customer, token);
            if (refusal is null && Credit(customer) < total)
            {
                refusal = Refusal.CreditTooLow;
            }

            if (refusal is not null)
            {
                return refusal;
            }

            otps.Remove(token is null ? customer : "");
            transactionTokens.Remove(token ?? "");
            Change(customer, Credit(customer) - total);
            settlements.Add(new(code, customer, total, sha256, size, time.GetUtcNow(), Fault: fault));
            if (!twice)
            {
                return null;
            }

            if (Credit(customer) < total)
            {
                return Refusal.CreditTooLow;
            }

            Change(customer, Credit(customer) - total);
            settlements.Add(settlements[^1] with { At = time.GetUtcNow(), SentOnTwice = true });
            return null;
        }
    }

    /// <summary>Takes the guarantee of a loan from a customer's credit; false where that is too low.</summary>
    internal bool LockGuarantee(string customer, long amount)
    {
        lock (gate)
        {
            if (Credit(customer) < amount)
            {
                return false;
            }

            Change(customer, Credit(customer) - amount);
            return true;
        }
    }

    /// <summary>Gives the guarantee of a loan back.</summary>
    internal void FreeGuarantee(string customer, long amount)
    {
        lock (gate)
        {
            Change(customer, Credit(customer) + amount);
        }
    }

    private void Change(string customer, long credit)
    {
        creditChanges.Add((time.GetUtcNow(), customer, Credit(customer)));
        credits[customer] = credit;
    }

    private Refusal? Check(string customer, string otp)
    {
        if (otp == MagicNumbers.ExpiredOtp)
        {
            return Refusal.ExpiredOtp;
        }

        if (otp != MagicNumbers.Otp || !otps.TryGetValue(customer, out var expiry))
        {
            return Refusal.WrongOtp;
        }

        return expiry <= time.GetUtcNow() ? Refusal.ExpiredOtp : null;
    }

    private Refusal? CheckToken(string customer, string token) =>
        transactionTokens.TryGetValue(token, out var known) && known.NationalIdentifier == customer && known.Expiry > time.GetUtcNow()
            ? null
            : Refusal.TransactionToken;
}
