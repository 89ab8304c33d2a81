using System.Buffers.Text;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Baloan.Functions.Http.Requests;

/// <summary>The query parameters of lists: <c>top</c> and <c>continuation</c>.</summary>
public static class Paging
{
    private const int DefaultTop = 20;
    private const int LargestTop = 100;

    /// <summary>How many items are asked for: 1 to 100, 20 where nobody says.</summary>
    public static int ReadTop(HttpRequest request, FieldErrors errors) =>
        (int)(WholeNumber.Read(request, "top", LargestTop, errors) ?? DefaultTop);

    /// <summary>The key after which to go on; null for the beginning.</summary>
    public static string? ReadContinuation(HttpRequest request, FieldErrors errors)
    {
        const string Parameter = "continuation";
        var text = request.Query[Parameter].ToString();
        if (text.Length == 0)
        {
            return null;
        }

        if (text.Length <= 1024 && Base64Url.IsValid(text))
        {
            var key = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));
            if (key.Length > 20 && key.All(c => c is > ' ' and <= '~'))
            {
                return key;
            }
        }

        errors.Add(Parameter, Texts.Continuation);
        return null;
    }

    /// <summary>The continuation of a page that ended with a key; null at the end of the list.</summary>
    public static string? ContinuationOf(string? lastKey) =>
        lastKey is null ? null : Base64Url.EncodeToString(Encoding.ASCII.GetBytes(lastKey));
}
