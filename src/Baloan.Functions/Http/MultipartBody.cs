using System.Text;
using Baloan.Core.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Baloan.Functions.Http;

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
    /// Given the part <c>file</c> with its content and file name, where it comes. What it leaves of the content is passed over.
    /// </param>
    /// <param name="errors">Faults are added here.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The text fields that came.</returns>
    /// <exception cref="ProblemException">The body is no multipart/form-data, is broken, or is too large.</exception>
    public static async Task<Dictionary<string, string>> ReadAsync(
        HttpRequest request,
        IReadOnlyCollection<string> textFields,
        Func<Stream, string?, CancellationToken, Task> keepFile,
        FieldErrors errors,
        CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            throw ProblemException.ContentType("multipart/form-data");
        }

        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (boundary is not { Length: > 0 and <= 70 })
        {
            throw ProblemException.InvalidBody(Texts.Boundary);
        }

        if (request.ContentLength > FileStore.SizeLimit + Overhead)
        {
            throw ProblemException.FileTooLarge();
        }

        var reader = new MultipartReader(boundary, request.Body);
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            for (var parts = 0; await reader.ReadNextSectionAsync(cancellationToken) is { } section; parts++)
            {
                if (parts == PartLimit)
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

                if (!known)
                {
                    await PassOverAsync(section.Body, cancellationToken);
                }
                else if (name == "file")
                {
                    var fileName = disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.UnescapeAsQuotedString(disposition.FileName);
                    await keepFile(section.Body, fileName.Value, cancellationToken);
                    await PassOverAsync(section.Body, cancellationToken);
                }
                else if (await ReadTextAsync(name, section.Body, errors, cancellationToken) is { } text)
                {
                    fields.Add(name, text);
                }
            }
        }
        catch (Exception broken) when (broken is IOException or InvalidDataException && broken is not BadHttpRequestException)
        {
            // MultipartReader says with these that the body ended too early or has no such boundary.
            throw ProblemException.InvalidBody(Texts.BrokenMultipart);
        }

        return fields;
    }

    private static async Task<string?> ReadTextAsync(string name, Stream content, FieldErrors errors, CancellationToken cancellationToken)
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
            errors.Add(name, Texts.PlainText);
            return null;
        }
    }

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
