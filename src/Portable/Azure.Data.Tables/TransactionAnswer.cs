using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>The answer to one action of a transaction: a whole HTTP response inside the answer to the transaction.</summary>
internal sealed class TransactionAnswer : Response
{
    private readonly List<HttpHeader> headers = [];

    private TransactionAnswer(string statusLine, string clientRequestId)
    {
        // HTTP/1.1 204 No Content
        var words = statusLine.Split(' ', 3);
        Status = int.Parse(words[1], CultureInfo.InvariantCulture);
        ReasonPhrase = words.ElementAtOrDefault(2) ?? "";
        ClientRequestId = clientRequestId;
    }

    public override int Status { get; }

    public override string ReasonPhrase { get; }

    public override Stream? ContentStream { get; set; }

    public override string ClientRequestId { get; set; }

    public override bool IsError => Status >= 400;

    /// <summary>Takes the answers apart, in the order of the actions; a refused transaction has one only.</summary>
    public static IReadOnlyList<Response> Read(Response transaction)
    {
        var answers = new List<Response>();
        using var reader = new StringReader(transaction.Content.ToString());
        while (reader.ReadLine() is { } line)
        {
            // The boundaries and their headers say nothing that the status lines do not.
            if (line.StartsWith("HTTP/", StringComparison.Ordinal))
            {
                answers.Add(ReadOne(line, reader, transaction.ClientRequestId));
            }
        }

        return answers;
    }

    public override void Dispose() => ContentStream?.Dispose();

    protected override bool ContainsHeader(string name) => TryGetHeader(name, out _);

    protected override IEnumerable<HttpHeader> EnumerateHeaders() => headers;

    protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value)
    {
        value = headers.FirstOrDefault(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
        return value is not null;
    }

    protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values)
    {
        values = TryGetHeader(name, out var value) ? [value] : null;
        return values is not null;
    }

    private static TransactionAnswer ReadOne(string statusLine, StringReader reader, string clientRequestId)
    {
        var answer = new TransactionAnswer(statusLine, clientRequestId);
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            if (line.Split(':', 2, StringSplitOptions.TrimEntries) is [var name, var value])
            {
                answer.headers.Add(new HttpHeader(name, value));
            }
        }

        // The only bodies are the service's errors, which are JSON on one line.
        if (reader.Peek() == '{')
        {
            answer.ContentStream = new MemoryStream(Encoding.UTF8.GetBytes(reader.ReadLine()!));
        }

        return answer;
    }
}
