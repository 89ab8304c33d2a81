using Baloan.Client;
using Baloan.Core.Uploads;

namespace Baloan.Functions.Http.Responses;

/// <summary>An upload as callers see it.</summary>
/// <param name="Id">The id that the app gave it.</param>
/// <param name="Status"><c>queued</c>, <c>uploaded</c>, <c>rejected</c> or <c>failed</c>.</param>
/// <param name="FileName">The file's name as the caller gave it.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Uuid">Baloan's id of the file; null until it has it.</param>
/// <param name="File">Baloan's pre-signed address of the file, which expires; null until it has it.</param>
/// <param name="Error">Why it was refused or failed.</param>
public sealed record UploadResponse(string Id, string Status, string FileName, long Size, string? Uuid, string? File, ErrorResponse? Error)
{
    /// <summary>What a caller sees of a row.</summary>
    public static UploadResponse Of(Upload row, Language language) =>
        new(
            row.Id,
            row.StatusName,
            row.FileName,
            row.Size,
            row.Uuid,
            row.File,
            ErrorResponse.Of(row.ErrorCode, row.ErrorMessage, language)
        );
}
