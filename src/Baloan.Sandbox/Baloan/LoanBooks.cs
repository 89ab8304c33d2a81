using System.Text.Json;

namespace Baloan.Sandbox;

/// <summary>
/// Baloan's loan files. They move by themselves, one <see cref="Step"/> at a time: created, cheque_verified, then, once the contract
/// is signed, send_loan_to_bank and loan_paid. Each change is told to <see cref="CallbackUrl"/>. Safe for use by many calls at once.
/// </summary>
public sealed class LoanBooks : IAsyncDisposable
{
    private readonly Books books;
    private readonly TimeProvider time;
    private readonly BackgroundWork work = new();
    private readonly LoanCallbacks callbacks;
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, LoanFile> files = [];
    private readonly Dictionary<string, string> phones = [];
    private TimeSpan step = TimeSpan.FromSeconds(2);

    internal LoanBooks(Books books, TimeProvider time)
    {
        (this.books, this.time) = (books, time);
        callbacks = new LoanCallbacks(work, time);
    }

    /// <summary>
    /// How long a loan stays in a state that it leaves by itself; 2 seconds unless set. Zero or <see cref="Timeout.InfiniteTimeSpan"/>:
    /// no loan moves by itself.
    /// </summary>
    /// <remarks>Loans that wait begin to wait anew when it is set.</remarks>
    public TimeSpan Step
    {
        get => step;
        set
        {
            if (value < TimeSpan.Zero && value != Timeout.InfiniteTimeSpan)
            {
                throw new ArgumentOutOfRangeException(nameof(value));
            }

            lock (gate)
            {
                step = value;
                foreach (var file in files.Values)
                {
                    MoveLater(file);
                }
            }
        }
    }

    /// <summary>Where each change of a state is POSTed, query and all; null: nowhere.</summary>
    public Uri? CallbackUrl { get; set; }

    /// <summary>Whether each callback is sent twice.</summary>
    public bool Duplicates { get; set; }

    /// <summary>
    /// Whether each callback waits for a random time (up to three steps; half a second where loans do not move by themselves), so that
    /// their order breaks.
    /// </summary>
    public bool Shuffle { get; set; }

    /// <summary>Whether the state canceled is told as <c>canceld</c>, as in a sample of the document.</summary>
    public bool Misspelling { get; set; }

    /// <summary>All loans, oldest first.</summary>
    public IReadOnlyList<BookedLoan> All
    {
        get
        {
            lock (gate)
            {
                return [.. files.Values.Select(file => file.Loan)];
            }
        }
    }

    /// <summary>The callbacks that were sent, oldest first: each try, once it was answered or given up.</summary>
    public IReadOnlyList<SentCallback> Callbacks => callbacks.Sent;

    /// <summary>A loan; null where there is none of that uuid.</summary>
    public BookedLoan? Find(Guid uuid)
    {
        lock (gate)
        {
            return files.GetValueOrDefault(uuid)?.Loan;
        }
    }

    /// <summary>The books as they stand now.</summary>
    public LoansSnapshot Snapshot()
    {
        var (loans, sent) = (All, Callbacks);
        return new(
            Enum.GetValues<LoanState>().ToDictionary(state => state, state => loans.Count(loan => loan.State == state)),
            sent.Count,
            loans,
            sent
        );
    }

    /// <summary>Moves a loan on by one state now, without waiting for <see cref="Step"/>.</summary>
    /// <exception cref="KeyNotFoundException">There is no such loan.</exception>
    /// <exception cref="InvalidOperationException">It is blocked, at its end, or waits for the signature.</exception>
    public void MoveOn(Guid uuid) =>
        Apply(
            uuid,
            file =>
                Change(
                    file,
                    file.Next
                        ?? throw new InvalidOperationException($"The loan is {Name(file.Loan.State)}, which it does not leave by itself.")
                )
        );

    /// <summary>Blocks a loan.</summary>
    /// <exception cref="KeyNotFoundException">There is no such loan.</exception>
    /// <exception cref="InvalidOperationException">It is blocked already, or at its end.</exception>
    public void Block(Guid uuid, string reason) =>
        Apply(
            uuid,
            file =>
            {
                Require(file, !file.Loan.HasEnded && file.Loan.State != LoanState.Blocked);
                file.BeforeBlock = file.Loan.State;
                Change(file, LoanState.Blocked, reason);
            }
        );

    /// <summary>Puts a blocked loan back where it was before.</summary>
    /// <exception cref="KeyNotFoundException">There is no such loan.</exception>
    /// <exception cref="InvalidOperationException">It is not blocked.</exception>
    public void Unblock(Guid uuid) =>
        Apply(
            uuid,
            file =>
            {
                Require(file, file.Loan.State == LoanState.Blocked);
                Change(file, file.BeforeBlock);
            }
        );

    /// <summary>Cancels a loan from Baloan's side and frees the guarantee.</summary>
    /// <exception cref="KeyNotFoundException">There is no such loan.</exception>
    /// <exception cref="InvalidOperationException">It is at its end.</exception>
    public void Cancel(Guid uuid, string reason) =>
        Apply(
            uuid,
            file =>
            {
                Require(file, !file.Loan.HasEnded);
                CancelAndFree(file, reason);
            }
        );

    /// <summary>Forgets all loans, phone numbers and callbacks. Credits are the matter of <see cref="Books.Reset"/>.</summary>
    public void Reset()
    {
        lock (gate)
        {
            foreach (var file in files.Values)
            {
                file.Turn++;
            }

            files.Clear();
            phones.Clear();
            callbacks.Forget();
        }
    }

    /// <summary>Stops all movement and all sending, and waits until nothing is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await work.DisposeAsync();
        callbacks.Dispose();
    }

    internal (BookedLoan? Loan, Refusal? Refusal) Open(string customer, string phone, long amount, long due, long store)
    {
        lock (gate)
        {
            if (PhoneRefusal(customer, phone) is { } refusal)
            {
                return (null, refusal);
            }

            if (files.Values.Any(file => file.Loan.NationalIdentifier == customer && !file.Loan.HasEnded))
            {
                return (null, LoanRefusals.Duplicate);
            }

            if (!books.LockGuarantee(customer, amount))
            {
                return (null, LoanRefusals.AmountExceedsCredit);
            }

            phones[customer] = phone;
            var now = time.GetUtcNow();
            var file = new LoanFile(new(Guid.NewGuid(), customer, phone, amount, due, store, LoanState.Created, null, false, now, now));
            files.Add(file.Loan.Uuid, file);
            Change(file, LoanState.Created);
            return (file.Loan, null);
        }
    }

    /// <summary>The uuid of a loan's contract, which is there once the cheque was verified.</summary>
    internal (Guid Contract, Refusal? Refusal) Contract(Guid uuid)
    {
        lock (gate)
        {
            return files[uuid].Contract is { } contract ? (contract, null) : (default, LoanRefusals.NotAllowedInState);
        }
    }

    /// <summary>The loan whose contract this is; null where there is none.</summary>
    internal BookedLoan? FindByContract(Guid contract)
    {
        lock (gate)
        {
            return files.Values.FirstOrDefault(file => file.Contract == contract)?.Loan;
        }
    }

    internal Refusal? SendOtp(Guid uuid)
    {
        lock (gate)
        {
            var file = files[uuid];
            if (SigningRefusal(file.Loan) is { } refusal)
            {
                return refusal;
            }

            file.OtpSent = true;
            return null;
        }
    }

    internal Refusal? Sign(Guid uuid, string otp)
    {
        lock (gate)
        {
            var file = files[uuid];
            if (SigningRefusal(file.Loan) is { } refusal)
            {
                return refusal;
            }

            if (!file.OtpSent)
            {
                return LoanRefusals.NothingToVerify;
            }

            if (otp != MagicNumbers.Otp)
            {
                return LoanRefusals.WrongOtp;
            }

            file.OtpSent = false;
            file.Loan = file.Loan with { IsAgreedByUser = true };
            MoveLater(file);
            return null;
        }
    }

    internal Refusal? CancelByUser(Guid uuid)
    {
        lock (gate)
        {
            var file = files[uuid];
            if (file.Loan.HasEnded)
            {
                return LoanRefusals.FailedToCancel;
            }

            CancelAndFree(file, "canceled by the partner");
            return null;
        }
    }

    internal static string Name(LoanState state) => JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());

    private static Refusal? SigningRefusal(BookedLoan loan) =>
        loan.IsAgreedByUser ? LoanRefusals.AlreadyAgreed
        : loan.State != LoanState.ChequeVerified ? LoanRefusals.NotAllowedInState
        : null;

    private static void Require(LoanFile file, bool allowed)
    {
        if (!allowed)
        {
            throw new InvalidOperationException($"The loan is {Name(file.Loan.State)}, where this cannot be done.");
        }
    }

    // A magic customer is there to make one call go wrong: any phone number does for it.
    private Refusal? PhoneRefusal(string customer, string phone) =>
        MagicNumbers.IsMagicBorrower(customer) ? null
        : phones.TryGetValue(customer, out var known) && known != phone
            ? LoanRefusals.NationalIdTaken.Fill("phone_number", LoanRefusals.Mask(known))
        : phones.Any(entry => entry.Value == phone && entry.Key != customer && !MagicNumbers.IsMagicBorrower(entry.Key))
            ? LoanRefusals.PhoneNumberTaken
        : null;

    private void Apply(Guid uuid, Action<LoanFile> action)
    {
        lock (gate)
        {
            action(files.TryGetValue(uuid, out var file) ? file : throw new KeyNotFoundException($"There is no loan {uuid}."));
        }
    }

    private void CancelAndFree(LoanFile file, string reason)
    {
        books.FreeGuarantee(file.Loan.NationalIdentifier, file.Loan.Amount);
        Change(file, LoanState.Canceled, reason);
    }

    private void Change(LoanFile file, LoanState state, string? reason = null)
    {
        file.Loan = file.Loan with { State = state, Reason = reason, ChangedAt = time.GetUtcNow() };
        if (state == LoanState.ChequeVerified)
        {
            file.Contract ??= Guid.NewGuid();
        }

        if (CallbackUrl is { } url)
        {
            var told = state == LoanState.Canceled && Misspelling ? "canceld" : Name(state);
            for (var copy = 0; copy < (Duplicates ? 2 : 1); copy++)
            {
                callbacks.Send(
                    url,
                    file.Loan.Uuid,
                    told,
                    reason,
                    Shuffle
                        ? step > TimeSpan.Zero
                            ? step * 3
                            : TimeSpan.FromMilliseconds(500)
                        : TimeSpan.Zero
                );
            }
        }

        MoveLater(file);
    }

    private void MoveLater(LoanFile file)
    {
        var turn = ++file.Turn;
        var wait = step;
        if (wait <= TimeSpan.Zero || file.Next is null)
        {
            return;
        }

        _ = work.StartAsync(async cancellationToken =>
        {
            await Task.Delay(wait, time, cancellationToken);
            lock (gate)
            {
                if (file.Turn == turn && file.Next is { } next)
                {
                    Change(file, next);
                }
            }
        });
    }

    private sealed class LoanFile(BookedLoan loan)
    {
        public BookedLoan Loan { get; set; } = loan;

        public LoanState BeforeBlock { get; set; }

        public Guid? Contract { get; set; }

        public bool OtpSent { get; set; }

        /// <summary>Grows with each change, so that a movement that was planned before it does not come about.</summary>
        public int Turn { get; set; }

        public LoanState? Next =>
            Loan.State switch
            {
                LoanState.Created => LoanState.ChequeVerified,
                LoanState.ChequeVerified when Loan.IsAgreedByUser => LoanState.SendLoanToBank,
                LoanState.SendLoanToBank => LoanState.LoanPaid,
                _ => null,
            };
    }
}
