using System.Text;
using Baloan.Client.Tests.Servers;

namespace Baloan.Client.Tests;

/// <summary>The client on a manual clock, with an access token source that counts, against whatever address.</summary>
public sealed class ClientFixture : IAccessTokenSource, IDisposable
{
    public const string NationalIdentifier = "0012345678";
    public const string Otp = "11111";
    public const string TransactionToken = "44f83431-77a8-40d7-9556-2fe43f95ab4b";
    public const string PhoneNumber = "09123456789";

    public static readonly Guid Loan = new("A71B93C4-B1A9-4868-9CB2-310757422AF1");

    private readonly HttpClient http;
    private int token;

    public ClientFixture(Uri address, Func<BaloanOptions, BaloanOptions>? with = null, ManualTime? time = null)
    {
        Time = time ?? new();
        var options = new BaloanOptions { BaseAddress = address };
        http = BaloanHttpClient.Create(with?.Invoke(options) ?? options, this, Time, Logs);
        V1 = new(http, MerchantApiVersion.V1);
        V2 = new(http, MerchantApiVersion.V2);
        Partnership = new(http);
        Tokens = new(http, Time);
    }

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ManualTime Time { get; }

    public KeptLogs Logs { get; } = new();

    public MerchantClient V1 { get; }

    public MerchantClient V2 { get; }

    public PartnershipClient Partnership { get; }

    public TokenClient Tokens { get; }

    public List<string> Refused { get; } = [];

    public Func<CancellationToken, Task>? BeforeToken { get; set; }

    /// <summary>An operation of either kind by its name, as the telemetry calls it.</summary>
    public Task RunAsync(string operation, FileSource? file = null, CancellationToken? stop = null) =>
        // The clock stands still, so what goes wrong would wait for ever.
        StartAsync(operation, file, stop).WaitAsync(TimeSpan.FromMinutes(1), Stop);

    public async Task<BaloanException> FailAsync(string operation, FileSource? file = null) =>
        await Should.ThrowAsync<BaloanException>(() => RunAsync(operation, file));

    public static SettleRequest Settlement(FileSource? file = null) =>
        new(NationalIdentifier, Otp, TransactionToken, "TLC-111111", 60_000_000, file ?? Pdf());

    public static LoanRequest LoanFile() => new(PhoneNumber, NationalIdentifier, new(1999, 2, 14), 10_000_000, 12, 1);

    public static FileSource Pdf(string name = "invoice.pdf", string content = "%PDF-1.7 sample") =>
        new(
            name,
            "application/pdf",
            Encoding.UTF8.GetByteCount(content),
            _ => Task.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes(content)))
        );

    public async ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        await (BeforeToken?.Invoke(cancellationToken) ?? Task.CompletedTask);
        return $"token-{Volatile.Read(ref token)}";
    }

    public async ValueTask<string> ReplaceAsync(string refused, CancellationToken cancellationToken)
    {
        Refused.Add(refused);
        Interlocked.Increment(ref token);
        return await GetAsync(cancellationToken);
    }

    public void Dispose()
    {
        http.Dispose();
        Logs.Dispose();
    }

    private Task StartAsync(string operation, FileSource? file, CancellationToken? stop) =>
        operation switch
        {
            "check_credit" => V2.CheckCreditAsync(NationalIdentifier, Language.English, stop ?? Stop),
            "merchant_token" => Tokens.GetMerchantTokenAsync(MerchantApiVersion.V2, "store", "open sesame", stop ?? Stop),
            "partnership_token" => Tokens.GetPartnershipTokenAsync("partner", "open sesame", stop ?? Stop),
            "upload" => V2.UploadAsync(file ?? Pdf(), Language.English, stop ?? Stop),
            "send_otp" => V2.SendOtpAsync(NationalIdentifier, Language.English, stop ?? Stop),
            "validate_otp" => V2.ValidateOtpAsync(NationalIdentifier, Otp, Language.English, stop ?? Stop),
            "settle" => V2.SettleAsync(Settlement(file), Language.English, stop ?? Stop),
            "loan_policies" => Partnership.GetLoanPoliciesAsync(Language.English, stop ?? Stop),
            "open_loan" => Partnership.OpenLoanAsync(LoanFile(), Language.English, stop ?? Stop),
            "get_contract" => Partnership.GetContractAsync(Loan, Language.English, stop ?? Stop),
            "send_contract_otp" => Partnership.SendContractOtpAsync(Loan, Language.English, stop ?? Stop),
            "sign_contract" => Partnership.SignContractAsync(Loan, Otp, Language.English, stop ?? Stop),
            "cancel_loan" => Partnership.CancelLoanAsync(Loan, Language.English, stop ?? Stop),
            _ => throw new ArgumentOutOfRangeException(nameof(operation)),
        };
}
