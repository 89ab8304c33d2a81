using System.Buffers;
using System.Globalization;
using System.Text;
using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>Requests as the parts of one changeset. https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions.</summary>
internal sealed class TransactionContent
{
    private readonly string batch = $"batch_{Guid.NewGuid()}";
    private readonly string changeset = $"changeset_{Guid.NewGuid()}";
    private readonly ArrayBufferWriter<byte> output = new();

    public TransactionContent() =>
        Write($"--{batch}\r\nContent-Type: multipart/mixed; boundary={changeset}\r\n\r\n");

    public string ContentType => $"multipart/mixed; boundary={batch}";

    public void Add(Request request, ReadOnlySpan<byte> json)
    {
        Write($"--{changeset}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n");
        Write($"{request.Method} {request.Uri.ToUri().AbsoluteUri} HTTP/1.1\r\n");
        foreach (var header in request.Headers)
        {
            Write($"{header.Name}: {header.Value}\r\n");
        }

        Write(string.Create(CultureInfo.InvariantCulture, $"Content-Length: {json.Length}\r\n\r\n"));
        output.Write(json);
        Write("\r\n");
    }

    public ReadOnlyMemory<byte> Complete()
    {
        Write($"--{changeset}--\r\n\r\n--{batch}--\r\n");
        return output.WrittenMemory;
    }

    private void Write(string text) => Encoding.UTF8.GetBytes(text, output);
}
