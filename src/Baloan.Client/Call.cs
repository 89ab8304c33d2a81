using System.Diagnostics;
using System.Text.Json;

namespace Baloan.Client;

/// <summary>One call on its way: what it is, what must not be shown of it, and how its answer is read.</summary>
internal abstract class Call(Operation operation, string[] secrets)
{
    private static readonly HttpRequestOptionsKey<Call> Key = new("Baloan.Call");

    private readonly List<string> sent = [.. secrets];

    public Operation Operation { get; } = operation;

    /// <summary>
    /// Values that were sent and must not come back in a text, should Baloan repeat them. Worked out when a text is to be shown: few
    /// calls fail.
    /// </summary>
    public IReadOnlyCollection<string> Secrets => [.. sent.Where(secret => !string.IsNullOrWhiteSpace(secret)).SelectMany(InAllDigits)];

    /// <summary>The caller's token, to tell its cancellation from a timeout of our own.</summary>
    public CancellationToken Caller { get; set; }

    /// <summary>When the body must have left whole, tries and waits before it included; null where each try has its own time.</summary>
    public Deadline? Limit { get; set; }

    /// <summary>Every try so far.</summary>
    public List<Sending> Sendings { get; } = [];

    /// <summary>How the last try failed.</summary>
    public BaloanException? LastFailure { get; private set; }

    public static Call Of(HttpRequestMessage request) =>
        request.Options.TryGetValue(Key, out var call)
            ? call
            : throw new InvalidOperationException(
                $"This HttpClient is only for {nameof(MerchantClient)}, {nameof(PartnershipClient)} and {nameof(TokenClient)}."
            );

    /// <summary>Reads what a successful answer carries. False: something that is needed is not there.</summary>
    public abstract bool TryRead(JsonElement data);

    /// <summary>Keeps how a try that began at a moment failed.</summary>
    public void AddFailure(DateTimeOffset at, BaloanException failure)
    {
        LastFailure = failure;
        if (!failure.TooLate)
        {
            Sendings.Add(Sending.Failed(at, failure));
        }
    }

    /// <summary>Adds a value that was sent and must not be shown.</summary>
    public void AddSecret(string secret) => sent.Add(secret);

    protected void AttachTo(HttpRequestMessage request) => request.Options.Set(Key, this);

    // Baloan may write in Persian what was sent in ASCII.
    private static IEnumerable<string> InAllDigits(string secret) =>
        "0۰٠".Select(zero => string.Concat(secret.Select(c => char.IsAsciiDigit(c) ? (char)(zero + c - '0') : c))).Distinct();
}

internal sealed class Call<T>(Operation operation, Func<JsonElement, T?> read, params string[] secrets) : Call(operation, secrets)
    where T : class
{
    private T? result;

    public override bool TryRead(JsonElement data) => (result = read(data)) is not null;

    public async Task<T> SendAsync(
        HttpClient http,
        HttpMethod method,
        string path,
        OutgoingContent? content,
        Language language,
        CancellationToken cancellationToken
    )
    {
        using var activity = BaloanTelemetry.Source.StartActivity(Operation.SpanName, ActivityKind.Client);
        using var request = new HttpRequestMessage(method, path)
        {
            Content = content,
            Version = http.DefaultRequestVersion,
            VersionPolicy = http.DefaultVersionPolicy,
        };
        request.Headers.TryAddWithoutValidation("Accept-Language", language == Language.Persian ? "fa" : "en");
        AttachTo(request);
        var outcome = "error";
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            outcome = "ok";
            return result!;
        }
        catch (BaloanException exception)
        {
            // Baloan's own codes are too many to count by.
            outcome = exception.Failure == BaloanFailure.Rejected ? "rejected" : exception.Code;
            exception.Sendings = [.. Sendings];
            activity?.SetStatus(ActivityStatusCode.Error, outcome);
            throw;
        }
        catch (OperationCanceledException)
        {
            outcome = "canceled";
            throw;
        }
        finally
        {
            activity?.SetTag("baloan.operation", Operation.Name);
            activity?.SetTag("baloan.result", outcome);
            BaloanTelemetry.Calls.Add(1, new("operation", Operation.Name), new("result", outcome));
        }
    }
}
