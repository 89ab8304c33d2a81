using System.Globalization;
using System.Text;
using System.Text.Json;
using Baloan.Client;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Microsoft.AspNetCore.Http;

namespace Baloan.Functions.Http.Requests;

/// <summary>Reads and checks the POST of a settlement, in both of its forms, and keeps its invoice.</summary>
public sealed class SettlementRequestReader(
    FileStore files,
    SettlementIntake intake,
    SettlementStore store,
    MerchantClient baloan,
    TotalLimit totalLimit
)
{
    /// <summary>The longest transaction token that is passed on.</summary>
    public const int LongestToken = 1_000;

    private const string BlobField = "invoice_blob";
    private const string NotAfterField = "not_after";
    private const string Container = StorageSetup.InvoicesContainer;
    private const int LongestFileName = 200;
    private static readonly string[] TextFields = ["national_identifier", "otp", "token", "data", NotAfterField];
    private static readonly FileKind[] Accepted = [FileKind.Pdf];

    /// <summary>Reads the request. The invoice is in Blob storage afterwards.</summary>
    /// <returns>
    /// The settlement that is asked for; and the one that it repeats, where that is known already because the blob is gone which the caller
    /// had put there for it.
    /// </returns>
    /// <exception cref="ProblemException">The request has faults; all of them are named, and nothing is kept.</exception>
    public async Task<(NewSettlement Settlement, Settlement? Repeated)> ReadAsync(
        HttpRequest request,
        Language language,
        CancellationToken cancellationToken
    )
    {
        StoredFile? invoice = null;
        var errors = new FieldErrors();
        try
        {
            NewSettlement settlement;
            if (JsonBody.IsJson(request))
            {
                using var body = await JsonBody.ReadAsync(request, cancellationToken);
                var blob = ReadBlobName(body.Root, errors);
                invoice = blob is null ? null : await FixInvoiceAsync(blob, errors, cancellationToken);
                body.Root.TryGetProperty("data", out var data);
                settlement = (
                    await CheckAsync(
                        JsonBody.Text(body.Root, "national_identifier", errors),
                        JsonBody.Text(body.Root, "otp", errors),
                        JsonBody.Text(body.Root, "token", errors),
                        data,
                        invoice,
                        language,
                        errors,
                        cancellationToken
                    )
                ) with
                {
                    InvoiceName = blob is null ? null : FileNames.Clean(blob),
                    NotAfter = ReadNotAfter(JsonBody.Text(body.Root, NotAfterField, errors), errors),
                };
                if (blob is not null && invoice is null)
                {
                    if (errors.IsEmpty && await intake.FindRepeatedAsync(settlement, blob, cancellationToken) is { } repeated)
                    {
                        return (settlement, repeated);
                    }

                    errors.Add(BlobField, Texts.InvoiceBlob);
                }
            }
            else if (!MultipartBody.IsMultipart(request.ContentType))
            {
                throw ProblemException.ContentType("multipart/form-data or application/json");
            }
            else
            {
                var fileCame = false;
                string? name = null;
                var fields = await MultipartBody.ReadAsync(
                    request,
                    TextFields,
                    async (content, fileName, token) =>
                    {
                        (fileCame, name) = (true, fileName is { Length: > LongestFileName } ? fileName[..LongestFileName] : fileName);
                        invoice = await files.SaveAsync(Container, content, Accepted, token);
                        if (invoice?.Kind != FileKind.Pdf)
                        {
                            errors.AddUnsupportedFile("file", invoice is null ? Texts.NotPdf : Texts.DamagedPdf);
                            invoice = null;
                        }
                    },
                    errors,
                    cancellationToken
                );
                if (!fileCame)
                {
                    errors.Add("file", Texts.Required);
                }

                using var data = ParseData(fields.GetValueOrDefault("data"), errors);
                settlement = (
                    await CheckAsync(
                        fields.GetValueOrDefault("national_identifier"),
                        fields.GetValueOrDefault("otp"),
                        fields.GetValueOrDefault("token"),
                        data?.RootElement,
                        invoice,
                        language,
                        errors,
                        cancellationToken
                    )
                ) with
                {
                    InvoiceName = name,
                    NotAfter = ReadNotAfter(fields.GetValueOrDefault(NotAfterField), errors),
                };
            }

            errors.ThrowIfAny();
            return (settlement, null);
        }
        catch when (invoice is not null)
        {
            await files.DiscardAsync(Container, invoice);
            throw;
        }
    }

    /// <summary>Deletes an invoice that no settlement took.</summary>
    public Task DiscardInvoiceAsync(NewSettlement settlement) => files.DiscardAsync(Container, settlement.Invoice);

    private async Task<NewSettlement> CheckAsync(
        string? nationalIdentifier,
        string? otp,
        string? token,
        JsonElement? data,
        StoredFile? invoice,
        Language language,
        FieldErrors errors,
        CancellationToken cancellationToken
    )
    {
        var identifier = errors.Has("national_identifier") ? null : NationalIdentifier.Read(nationalIdentifier, errors);
        token = token is null ? null : Marks.Strip(token).Trim();
        if (string.IsNullOrEmpty(token) == string.IsNullOrEmpty(otp) && !errors.Has("otp") && !errors.Has("token"))
        {
            errors.Add("otp", Texts.OtpOrToken);
        }

        if (!string.IsNullOrEmpty(otp))
        {
            otp = Otp.Read(otp, errors);
        }

        if (!string.IsNullOrEmpty(token))
        {
            if (baloan.Version == MerchantApiVersion.V1)
            {
                errors.Add("token", Texts.TokenNeedsVersion2);
            }
            else if (token.Length > LongestToken || !token.All(c => c is > ' ' and <= '~'))
            {
                errors.Add("token", Texts.TransactionToken, LongestToken);
            }
        }

        var (code, total) = CheckData(data, errors);
        return new NewSettlement(
            await FixCodeAsync(code, errors, cancellationToken),
            identifier ?? "",
            string.IsNullOrEmpty(otp) ? null : otp,
            string.IsNullOrEmpty(token) ? null : token,
            total,
            invoice ?? new StoredFile("", null, FileKind.Other, 0, ""),
            language
        );
    }

    private (string Code, long Total) CheckData(JsonElement? data, FieldErrors errors)
    {
        if (data is not { ValueKind: JsonValueKind.Object } given)
        {
            if (!errors.Has("data"))
            {
                errors.Add(
                    "data",
                    data is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } ? Texts.Data : Texts.Required
                );
            }

            return ("", 0);
        }

        const string CodePath = "data.code";
        var code = JsonBody.Text(given, "code", errors, CodePath);
        if (string.IsNullOrEmpty(code))
        {
            if (!errors.Has(CodePath))
            {
                errors.Add(CodePath, Texts.Required);
            }
        }

        return (code ?? "", BillReader.Read(given, totalLimit, errors));
    }

    /// <summary>
    /// The code that a settlement is kept under: as it was written where one was accepted under it before codes were normalized, else in
    /// its
    /// normal form.
    /// </summary>
    private async Task<string> FixCodeAsync(string written, FieldErrors errors, CancellationToken cancellationToken)
    {
        const string Path = "data.code";
        if (written.Length == 0)
        {
            return written;
        }

        var signs = new FieldErrors();
        CodeSigns.Check(written, Path, signs);
        var code = SettlementCodes.Normalize(written);
        if (
            (code != written || !signs.IsEmpty)
            && SettlementCodes.IsValid(written)
            && await store.FindAsync(written, cancellationToken) is not null
        )
        {
            return written;
        }

        if (!signs.IsEmpty)
        {
            errors.Add(signs);
        }
        else if (!SettlementCodes.IsValid(code))
        {
            errors.Add(Path, Texts.Code);
        }

        return code;
    }

    private static DateTimeOffset? ReadNotAfter(string? text, FieldErrors errors)
    {
        text = Digits.Typed(text ?? "");
        if (text.Length == 0)
        {
            return null;
        }

        // Without an offset nobody knows which moment is meant.
        if (
            text.Contains('T', StringComparison.OrdinalIgnoreCase)
            && (text.EndsWith("Z", StringComparison.OrdinalIgnoreCase) || text.LastIndexOfAny(['+', '-']) > 9)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment)
            && moment.UtcDateTime.Year > 1601
        )
        {
            return moment.ToUniversalTime();
        }

        errors.Add(NotAfterField, Texts.Moment);
        return null;
    }

    private static JsonDocument? ParseData(string? text, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var document = JsonBody.Parse(Encoding.UTF8.GetBytes(text));
        if (document is null)
        {
            errors.Add("data", Texts.Data);
        }

        return document;
    }

    private static string? ReadBlobName(JsonElement body, FieldErrors errors)
    {
        var name = JsonBody.Text(body, BlobField, errors);
        if (string.IsNullOrEmpty(name))
        {
            if (!errors.Has(BlobField))
            {
                errors.Add(BlobField, Texts.Required);
            }

            return null;
        }

        if (name.Length > 512 || name.Contains('\\') || name.Any(char.IsControl) || name.Split('/').Any(part => part is "." or ".." or ""))
        {
            errors.Add(BlobField, Texts.BlobName);
            return null;
        }

        return name;
    }

    private async Task<StoredFile?> FixInvoiceAsync(string name, FieldErrors errors, CancellationToken cancellationToken)
    {
        var invoice = await files.SnapshotAsync(Container, name, cancellationToken);
        if (invoice is not null && invoice.Kind != FileKind.Pdf)
        {
            errors.AddUnsupportedFile(BlobField, invoice.Kind == FileKind.DamagedPdf ? Texts.DamagedPdf : Texts.NotPdf);
        }

        return invoice;
    }
}
