using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Baloan.Sandbox;

/// <summary>
/// Baloan on one's own machine: its merchant API, versions 1 and 2, and its partnership API, with real books behind them.
/// </summary>
/// <remarks>
/// Paths, bodies and answers are those of Baloan's documents. Where they are silent it behaves as Django REST Framework with
/// Simple JWT does, for its paths and tokens are theirs. As at Baloan, nothing is idempotent: a settle call that comes twice moves the
/// money twice.
/// </remarks>
public sealed class BaloanServer : IAsyncDisposable
{
    /// <summary>The merchant's user name in version 1: the store's name.</summary>
    public const string StoreName = "sandbox-store";

    /// <summary>The merchant's user name in version 2: the store's uuid.</summary>
    public const string StoreUuid = "5b0f8a52-7c1e-4c39-9c0e-2f6d1f3a9b10";

    /// <summary>The merchant's password in both versions.</summary>
    public const string StorePassword = "sandbox-store-password";

    /// <summary>The partner's user name.</summary>
    public const string PartnerName = "sandbox-partner";

    /// <summary>The partner's password.</summary>
    public const string PartnerPassword = "sandbox-partner-password";

    private const string Name = "Baloan's sandbox";
    private const int Merchant = 51679;
    private const int Partner = 51680;

    private readonly Guid accessKeyId = Guid.NewGuid();
    private readonly byte[] signingKey = RandomNumberGenerator.GetBytes(32);
    private readonly TimeProvider time;
    private readonly AccessTokens tokens;
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<string, int> strikes = new();
    private readonly MerchantApi merchantApi;
    private readonly PartnershipApi partnershipApi;
    private WebApplication app = null!;

    private BaloanServer(TimeProvider time)
    {
        this.time = time;
        tokens = new AccessTokens(time);
        Books = new Books(time);
        Loans = new LoanBooks(Books, time);
        merchantApi = new MerchantApi(Books, extension => SignedUrl(extension, Guid.NewGuid()));
        partnershipApi = new PartnershipApi(Loans, time, contract => SignedUrl("pdf", contract));
    }

    /// <summary>Where it listens, with a slash at the end.</summary>
    public Uri BaseAddress { get; private set; } = null!;

    /// <summary>Its books.</summary>
    public Books Books { get; }

    /// <summary>Its loan files, and how they move and are told of.</summary>
    public LoanBooks Loans { get; }

    /// <summary>Faults for the next calls.</summary>
    public Faults Faults { get; } = new();

    /// <summary>How long an access token that is issued from now on lives; 24 hours, as the documents' sample.</summary>
    public TimeSpan AccessTokenLifetime
    {
        get => tokens.Lifetime;
        set => tokens.Lifetime = value;
    }

    /// <summary>Starts Baloan's sandbox.</summary>
    /// <param name="port">The port; 0 for any free one.</param>
    /// <param name="time">The clock of tokens, OTPs and loans; null for the real one.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="SandboxException">The port is taken.</exception>
    public static async Task<BaloanServer> StartAsync(
        int port = 0,
        TimeProvider? time = null,
        CancellationToken cancellationToken = default
    )
    {
        var server = new BaloanServer(time ?? TimeProvider.System);
        (server.app, var actualPort) = await LocalServer.StartAsync(Name, port, null, server.Map, cancellationToken);
        server.BaseAddress = new Uri(
            string.Create(CultureInfo.InvariantCulture, $"http://{(port == 0 ? "127.0.0.1" : "localhost")}:{actualPort}/")
        );
        return server;
    }

    /// <summary>Makes every access token that was issued worthless, as if it had run out.</summary>
    public void RevokeTokens() => tokens.RevokeAll();

    /// <summary>
    /// Stops listening, as an outage would: no connection can be made. The books stay, late effects still come, and loans still move.
    /// </summary>
    public async Task StopAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    /// <summary>Listens again, at the same address.</summary>
    /// <exception cref="SandboxException">The port was taken meanwhile.</exception>
    public async Task StartAgainAsync(CancellationToken cancellationToken = default) =>
        (app, _) = await LocalServer.StartAsync(Name, BaseAddress.Port, null, Map, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested)
        {
            return;
        }

        await stopping.CancelAsync();
        await StopAsync();
        await Loans.DisposeAsync();
        stopping.Dispose();
    }

    private void Map(WebApplication web)
    {
        new SandboxPages(this).Map(web);
        web.MapFallback("{**path}", ServeAsync);
    }

    private async Task ServeAsync(HttpContext context)
    {
        var request = context.Request;
        var (routes, loan) = Route.At(request.Path.Value!);
        if (routes.Count == 0)
        {
            // As Django with APPEND_SLASH: a POST cannot be redirected to the address with the slash, so it fails.
            await (
                Route.At(request.Path.Value + "/").Routes.Count > 0 ? Fault.Page(500, "Server Error (500)") : Fault.Page(404, "Not Found")
            ).WriteAsync(context.Response);
            return;
        }

        if (routes.FirstOrDefault(known => known.Method == request.Method) is not { } route)
        {
            await Answer.Json(405, new() { ["detail"] = $"Method \"{request.Method}\" not allowed." }).WriteAsync(context.Response);
            return;
        }

        Books.CountCall(route.Operation);
        var bearer = Bearer(request);
        if (Unauthorized(route, bearer) is { } unauthorized)
        {
            await unauthorized.WriteAsync(context.Response);
            return;
        }

        var (call, refused) = await BaloanCall.ReadAsync(request, route.Body, route.Required);
        Invoice? invoice = null;
        if (call is not null && route.Operation == Operation.Settle)
        {
            (invoice, refused) = Invoice.Read(call);
        }

        if (call is null || refused is not null)
        {
            await refused!.WriteAsync(context.Response);
            return;
        }

        var persian = request.Headers.AcceptLanguage.ToString().StartsWith("fa", StringComparison.OrdinalIgnoreCase);
        var second = request.Path.StartsWithSegments("/api/v2", StringComparison.OrdinalIgnoreCase);
        var customer = Loans.Find(loan)?.NationalIdentifier ?? call.Fields.GetValueOrDefault("national_identifier");
        var fault = Faults.Take(route.Operation) ?? Magic(route.Operation, customer, invoice);
        if (fault?.Name == Fault.Unauthorized.Name && bearer is not null)
        {
            tokens.Revoke(bearer);
        }

        Answer Carry() =>
            route.Operation switch
            {
                Operation.Token => Token(call, second ? StoreUuid : StoreName, StorePassword, Merchant),
                Operation.PartnershipToken => Token(call, PartnerName, PartnerPassword, Partner),
                _ when route.IsPartnership => partnershipApi.Carry(route.Operation, call, loan, persian),
                _ => merchantApi.Carry(route.Operation, call, invoice, second, persian, fault),
            };

        // A settlement's two come at once, before the first has used up their token; of the others, the second meets what the first left.
        Answer CarryAgain()
        {
            Carry();
            return Carry();
        }

        await StrikeAsync(
            context,
            fault,
            persian,
            fault?.Effect == Effect.Twice && route.Operation != Operation.Settle ? CarryAgain : Carry
        );
    }

    private static string? Bearer(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.Ordinal) ? header["Bearer ".Length..] : null;
    }

    private Answer? Unauthorized(Route route, string? bearer)
    {
        if (route.Operation is Operation.Token or Operation.PartnershipToken)
        {
            return null;
        }

        if (bearer is null)
        {
            return Answer.Json(401, new() { ["detail"] = "Authentication credentials were not provided." });
        }

        return tokens.User(bearer) switch
        {
            null => Answer.TokenNotValid,
            var user when user == (route.IsPartnership ? Partner : Merchant) => null,
            _ => Answer.Json(403, new() { ["detail"] = "You do not have permission to perform this action." }),
        };
    }

    private Fault? Magic(Operation operation, string? customer, Invoice? invoice)
    {
        if (customer is null || MagicNumbers.Find(operation, customer, invoice?.Total) is not { } number)
        {
            return null;
        }

        var strike = strikes.AddOrUpdate($"{operation}/{customer}/{invoice?.Code}/{number.Code}", 1, (_, count) => count + 1);
        return number.Once && strike % 2 == 0 ? null : number.Fault;
    }

    private async Task StrikeAsync(HttpContext context, Fault? fault, bool persian, Func<Answer> carry)
    {
        if (fault is null)
        {
            await carry().WriteAsync(context.Response);
            return;
        }

        if (fault.Effect == Effect.Late)
        {
            _ = CarryLateAsync(carry, fault.Delay);
        }

        var right = fault.Effect is Effect.Now or Effect.Twice ? carry() : null;
        if (fault.Effect != Effect.Late && fault.Delay > TimeSpan.Zero)
        {
            try
            {
                await Task.Delay(fault.Delay, time, context.RequestAborted);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }

        if (fault.Cut)
        {
            context.Abort();
            return;
        }

        await (fault.Answer?.Invoke(time, persian) ?? right ?? carry()).WriteAsync(context.Response);
    }

    private async Task CarryLateAsync(Func<Answer> carry, TimeSpan delay)
    {
        try
        {
            await Task.Delay(delay, time, stopping.Token);
            carry();
        }
        catch (OperationCanceledException)
        {
            // The server was stopped before the effect came about.
        }
    }

    private Answer Token(BaloanCall call, string user, string password, int id)
    {
        if (call.Fields["username"] != user || call.Fields["password"] != password)
        {
            return Answer.Detail(401, "No active account found with the given credentials", "no_active_account");
        }

        Books.CountToken();
        var (refresh, access) = tokens.Issue(id);
        return Answer.Json(200, new() { ["refresh"] = refresh, ["access"] = access });
    }

    /// <summary>Whether the address of a file is one that was given out and has not run out.</summary>
    internal bool IsSigned(HttpRequest request) =>
        long.TryParse(request.Query["Expires"], NumberStyles.None, CultureInfo.InvariantCulture, out var expires)
        && expires > time.GetUtcNow().ToUnixTimeSeconds()
        && request.Query["Signature"] == Signature(request.Path.Value!.TrimStart('/'), expires);

    private string SignedUrl(string extension, Guid file)
    {
        var path = $"files/{file}.{extension}";
        var expires = time.GetUtcNow().AddHours(1).ToUnixTimeSeconds();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{BaseAddress}{path}?AWSAccessKeyId={accessKeyId}&Signature={Signature(path, expires)}&Expires={expires}"
        );
    }

    private string Signature(string path, long expires) =>
        Convert.ToHexStringLower(
            HMACSHA256
                .HashData(signingKey, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{path} {expires}")))
                .AsSpan(0, 16)
        );
}
