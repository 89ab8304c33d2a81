using Microsoft.AspNetCore.Http;

namespace Baloan.Functions.Http;

/// <summary>An answer that is written as it is read, and never held whole.</summary>
/// <param name="contentType">Its type.</param>
/// <param name="length">Bytes; null where nobody knows before it is written.</param>
/// <param name="write">Writes it.</param>
internal sealed class StreamedAnswer(string contentType, long? length, Func<Stream, CancellationToken, Task> write) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        (response.StatusCode, response.ContentType, response.ContentLength) = (StatusCodes.Status200OK, contentType, length);
        try
        {
            await write(response.Body, httpContext.RequestAborted);
        }
        catch
        {
            // Half an answer must not look like a whole one.
            httpContext.Abort();
            throw;
        }
    }
}
