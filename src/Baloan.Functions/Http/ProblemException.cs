using Baloan.Client;
using Baloan.Functions.Http.Responses;

namespace Baloan.Functions.Http;

/// <summary>Ends a request with a problem document.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">The code that programs branch on.</param>
/// <param name="detail">The sentence for people, made for the caller's language.</param>
/// <param name="retryAfter">When the caller may try again; null where that is no matter of time.</param>
/// <param name="errors">Field errors.</param>
public sealed class ProblemException(
    int status,
    string code,
    Func<Language, string> detail,
    TimeSpan? retryAfter = null,
    FieldErrors? errors = null
) : Exception
{
    /// <summary>Ends a request with a sentence that takes no arguments.</summary>
    public ProblemException(int status, string code, Text detail, TimeSpan? retryAfter = null)
        : this(status, code, language => detail.In(language), retryAfter) { }

    /// <inheritdoc/>
    public override string Message => code;

    /// <summary>The HTTP status.</summary>
    public int Status => status;

    /// <summary>The code that programs branch on.</summary>
    public string Code => code;

    /// <summary>When the caller may try again.</summary>
    public TimeSpan? RetryAfter => retryAfter;

    /// <summary>Field errors; null where the fault is in no field.</summary>
    public FieldErrors? Errors => errors;

    /// <summary>What differs from what is there already; null where nothing does.</summary>
    public IReadOnlyList<string>? Conflict { get; init; }

    /// <summary>The settlement that is there already; null where none is in the way.</summary>
    public SettlementResponse? Existing { get; init; }

    /// <summary>The sentence for people.</summary>
    public string DetailIn(Language language) => detail(language);

    /// <summary>413, for a file over 10 MB.</summary>
    public static ProblemException FileTooLarge() => new(413, "file_too_large", Texts.FileTooLarge);

    /// <summary>413, for a body over <paramref name="limit"/> bytes.</summary>
    public static ProblemException BodyTooLarge(long limit) =>
        new(413, "request_too_large", language => Texts.BodyTooLarge.In(language, limit));

    /// <summary>415, for a Content-Type that the operation does not take.</summary>
    public static ProblemException ContentType(string expected) =>
        new(415, "unsupported_media_type", language => Texts.ContentType.In(language, expected));

    /// <summary>400, for a body that cannot be read at all.</summary>
    public static ProblemException InvalidBody(Text detail, params object[] arguments) =>
        new(400, "invalid_request", language => detail.In(language, arguments));
}
