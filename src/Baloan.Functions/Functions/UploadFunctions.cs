using Baloan.Client;
using Baloan.Core.Storage;
using Baloan.Core.Telemetry;
using Baloan.Core.Uploads;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Requests;
using Baloan.Functions.Http.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Functions;

/// <summary>Uploads of documents to Baloan over HTTP.</summary>
public sealed class UploadFunctions(FileStore files, UploadIntake intake, UploadStore store)
{
    private const int LongestFileName = 200;
    private static readonly FileKind[] Accepted = [FileKind.Pdf, FileKind.Jpeg, FileKind.Png];

    /// <summary><c>POST /api/merchant/uploads</c>: accepts a file; 202 means that it will be sent to Baloan.</summary>
    [Function("CreateUpload")]
    public async Task<IResult> Create([HttpTrigger(AuthorizationLevel.Function, "post", Route = "merchant/uploads")] HttpRequest request)
    {
        var language = RequestLanguage.Of(request);
        var cancellationToken = request.HttpContext.RequestAborted;
        StoredFile? file = null;
        var fileName = "";
        var errors = new FieldErrors();
        try
        {
            var fileCame = false;
            await MultipartBody.ReadAsync(
                request,
                [],
                async (content, name, token) =>
                {
                    fileCame = true;
                    fileName = CheckName(name, errors);
                    file = await files.SaveAsync(StorageSetup.UploadsContainer, content, Accepted, token);
                    if (file is null or { Kind: FileKind.DamagedPdf })
                    {
                        errors.AddUnsupportedFile("file", file is null ? Texts.NotDocument : Texts.DamagedPdf);
                        file = null;
                    }
                },
                errors,
                cancellationToken
            );
            if (!fileCame)
            {
                errors.Add("file", Texts.Required);
            }

            errors.ThrowIfAny();
        }
        catch when (file is not null)
        {
            await files.DiscardAsync(StorageSetup.UploadsContainer, file);
            throw;
        }

        // From here on it is recorded whole, also if the caller hangs up.
        var upload = await intake.AcceptAsync(
            file!,
            fileName.Length > 0 ? fileName : $"file{file!.Kind.Extension()}",
            language,
            CancellationToken.None
        );
        Traces.Tag(Traces.UploadId, upload.Id);
        return Answer(request, upload, language);
    }

    /// <summary><c>GET /api/merchant/uploads/{id}</c>: 202 until it has ended, then 200.</summary>
    [Function("GetUpload")]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "merchant/uploads/{id}")] HttpRequest request,
        string id
    )
    {
        var language = RequestLanguage.Of(request);
        var cancellationToken = request.HttpContext.RequestAborted;
        return Answer(
            request,
            (
                Guid.TryParseExact(Digits.Typed(id), "N", out var known)
                    ? await store.FindAsync(known.ToString("N"), cancellationToken)
                    : null
            ) ?? throw new ProblemException(404, "not_found", Texts.NoUpload),
            language
        );
    }

    private static IResult Answer(HttpRequest request, Upload upload, Language language)
    {
        if (!upload.HasEnded)
        {
            var headers = request.HttpContext.Response.Headers;
            headers.Location = Links.To(request, $"merchant/uploads/{upload.Id}");
            headers.RetryAfter = "2";
        }

        return ApiJson.Respond(
            UploadResponse.Of(upload, language),
            ApiJson.Responses.UploadResponse,
            statusCode: upload.HasEnded ? 200 : 202
        );
    }

    private static string CheckName(string name, FieldErrors errors)
    {
        if (name.Length > LongestFileName)
        {
            errors.Add("file", Texts.TooLong, LongestFileName);
        }

        return name;
    }
}
