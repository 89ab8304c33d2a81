using Azure;
using Baloan.Client;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Functions;

/// <summary>The invoice of a settlement.</summary>
public sealed class GetInvoiceFunction(SettlementStore store, FileStore files)
{
    /// <summary><c>GET /api/merchant/settlements/{code}/invoice</c>: the PDF as it was sent, to be saved and not shown.</summary>
    [Function("GetInvoice")]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "merchant/settlements/{settlementCode}/invoice")] HttpRequest request,
        string settlementCode
    )
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var row =
            await SettlementCodes.FindAsync(store, SettlementCodes.FromRoute(settlementCode), cancellationToken)
            ?? throw new ProblemException(404, "not_found", Texts.NoSettlement);
        if (row.InvoiceBlob.Length == 0)
        {
            throw Gone();
        }

        try
        {
            var name = NameOf(row);
            var invoice = await files.OpenUnchangedAsync(StorageSetup.InvoicesContainer, row.Invoice, name, cancellationToken);
            var content = await invoice.OpenAsync(cancellationToken);
            ForeignContent.Protect(request.HttpContext.Response, name);
            return new StreamedAnswer(
                invoice.ContentType,
                invoice.Length,
                async (answer, token) =>
                {
                    await using (content)
                    {
                        await content.CopyToAsync(answer, token);
                    }
                }
            );
        }
        catch (RequestFailedException gone) when (gone.Status == 404)
        {
            throw Gone();
        }
        catch (FileChangedException)
        {
            throw new ProblemException(409, "invoice_changed", BookTexts.InvoiceNotAsSent);
        }
    }

    private static ProblemException Gone() => new(404, "not_found", BookTexts.InvoiceGone);

    // A PDF can be a page as well, which a name of another kind would have opened as one.
    private static string NameOf(Settlement row)
    {
        var name = FileNames.Clean(row.InvoiceName is { Length: > 0 } given ? given : row.Code.Replace('/', '-'));
        return name.EndsWith(".pdf", StringComparison.OrdinalIgnoreCase) ? name : $"{name}.pdf";
    }
}
