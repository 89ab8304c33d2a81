using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Baloan.Functions.Http.Requests;

/// <summary>
/// The headers of an answer whose content somebody else has made: an invoice can be a page, and a table can be a program.
/// </summary>
public static class ForeignContent
{
    /// <summary>Has the answer saved as a file, and never taken for anything but what it says to be, nor run.</summary>
    /// <param name="response">The answer, not yet begun.</param>
    /// <param name="fileName">The name to save it under; a path and control signs in it are left out.</param>
    public static void Protect(HttpResponse response, string fileName)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(fileName);
        var name = new string([.. fileName[(fileName.LastIndexOfAny(['/', '\\']) + 1)..].Where(sign => !char.IsControl(sign))]);
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(name.Length == 0 ? "file" : name);
        var headers = response.Headers;
        (headers.ContentDisposition, headers.XContentTypeOptions, headers.CacheControl) = (disposition.ToString(), "nosniff", "no-store");
        headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
    }
}
