using System.Text;
using Baloan.Core.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Baloan.Functions.Http.Requests;

/// <summary>Reads a multipart/form-data body as it arrives: text fields into memory, the file straight to where it is kept.</summary>
public static class MultipartBody
{
    private const int TextLimit = 16 * 1024;
    private const int PartLimit = 32;

    // What fields, part headers and boundaries can add to the largest file.
    private const int Overhead = 512 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads the body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="textFields">The fields to read; parts of other names are passed over.</param>
    /// <param name="keepFile">
    /// Given the part <c>file</c> with its content and file name as it may be shown, where it comes. What it leaves of the content is
    /// passed over.
    /// </param>
    /// <param name="errors">Faults are added here.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The text fields that came.</returns>
    /// <exception cref="ProblemException">The body is no multipart/form-data, is broken, or is too large.</exception>
    public static async Task<Dictionary<string, string>> ReadAsync(
        HttpRequest request,
        IReadOnlyCollection<string> textFields,
        Func<Stream, string, CancellationToken, Task> keepFile,
        FieldErrors errors,
        CancellationToken cancellationToken
    )
    {
        var contentType = request.ContentType ?? "";
        if (!IsMultipart(contentType))
        {
            throw ProblemException.ContentType("multipart/form-data");
        }

        if (request.ContentLength > FileStore.SizeLimit + Overhead)
        {
            throw ProblemException.FileTooLarge();
        }

        var (boundary, body) = await Boundary.FindAsync(
            contentType,
            RequestBody.Open(request, FileStore.SizeLimit + Overhead, ProblemException.FileTooLarge),
            cancellationToken
        );
        var reader = new MultipartReader(boundary ?? throw ProblemException.InvalidBody(Texts.Boundary), body);
        var parts = 0;
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                if (parts++ == PartLimit)
                {
                    throw ProblemException.InvalidBody(Texts.TooManyParts, PartLimit);
                }

                if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
                {
                    throw ProblemException.InvalidBody(Texts.BrokenMultipart);
                }

                var name = HeaderUtilities.RemoveQuotes(disposition.Name).Value ?? "";
                var known = name == "file" || textFields.Contains(name);
                if (known && !seen.Add(name))
                {
                    errors.Add(name, Texts.Doubled);
                    known = false;
                }

                var content = known
                    ? PartEncoding.Decode(section.Body, section.Headers?.GetValueOrDefault("Content-Transfer-Encoding").ToString())
                    : section.Body;
                if (content is null)
                {
                    errors.Add(name, Texts.TransferEncoding);
                    content = section.Body;
                    known = false;
                }

                try
                {
                    if (!known)
                    {
                        await PassOverAsync(content, cancellationToken);
                    }
                    else if (name == "file")
                    {
                        var fileName = disposition.FileNameStar.HasValue
                            ? disposition.FileNameStar
                            : HeaderUtilities.UnescapeAsQuotedString(disposition.FileName);
                        await keepFile(content, FileNames.Clean(fileName.Value), cancellationToken);
                        await PassOverAsync(content, cancellationToken);
                    }
                    else if (await ReadTextAsync(name, content, section.ContentType, errors, cancellationToken) is { } text)
                    {
                        fields.Add(name, text);
                    }
                }
                catch (FormatException)
                {
                    errors.Add(name, Texts.TransferEncoding);
                    await PassOverAsync(section.Body, cancellationToken);
                }
            }
        }
        catch (Exception broken) when (broken is IOException or InvalidDataException && broken is not BadHttpRequestException)
        {
            // MultipartReader says with these that the body ended too early or has no such boundary.
            throw ProblemException.InvalidBody(parts == 0 ? Texts.BoundaryNotInBody : Texts.BrokenMultipart);
        }

        return fields;
    }

    private static async Task<string?> ReadTextAsync(
        string name,
        Stream content,
        string? contentType,
        FieldErrors errors,
        CancellationToken cancellationToken
    )
    {
        var bytes = new byte[TextLimit + 1];
        var length = await content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > TextLimit)
        {
            errors.Add(name, Texts.TooLong, TextLimit);
            await PassOverAsync(content, cancellationToken);
            return null;
        }

        try
        {
            return StrictUtf8.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            // What is UTF-8 is that, whatever it is called: libraries name an encoding and are given bytes in another.
            if (EncodingOf(contentType) is { } named)
            {
                return named.GetString(bytes, 0, length);
            }

            errors.Add(name, Texts.PlainText);
            return null;
        }
    }

    private static Encoding? EncodingOf(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type) && type.Charset.HasValue
            ? type.Charset.Value.Trim('"').ToLowerInvariant() switch
            {
                "iso-8859-1" or "latin1" => Encoding.Latin1,
                "utf-16" or "utf-16le" => Encoding.Unicode,
                "utf-16be" => Encoding.BigEndianUnicode,
                _ => null,
            }
            : null;

    /// <summary>
    /// Whether a content type is multipart/form-data, whatever its boundary looks like. RFC 1867 has a comma before it in its example.
    /// </summary>
    public static bool IsMultipart(string? contentType) =>
        (contentType ?? "").Split(';', ',')[0].Trim().Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a part to its end without keeping it, so that the faults of what follows are found too.</summary>
    /// <exception cref="ProblemException">413: it is longer than the largest file.</exception>
    private static async Task PassOverAsync(Stream content, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        long passed = 0;
        while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            passed += read;
            if (passed > FileStore.SizeLimit)
            {
                throw ProblemException.FileTooLarge();
            }
        }
    }
}
