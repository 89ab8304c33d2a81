using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Baloan.Functions.Tests.Fixtures;

namespace Baloan.Functions.Tests.RealClients;

/// <summary>Invoices as the programs leave them that make and carry them.</summary>
public sealed class PdfTests(StorageAccounts storage) : ApiTests(storage)
{
    /// <summary>What stands before <c>%PDF-</c>.</summary>
    public static TheoryData<string> Beginnings =>
        [
            "\uFEFF",
            "\r\n\r\n",
            "   ",
            "\u001b%-12345X@PJL JOB\r\n@PJL ENTER LANGUAGE=PDF\r\n",
            "<br />\n<b>Warning</b>:  Undefined variable $order in <b>/var/www/invoice.php</b> on line <b>12</b><br />\n",
            "HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n",
            new string('x', 1024),
        ];

    [Theory]
    [MemberData(nameof(Beginnings))]
    public async Task A_PDF_is_one_whatever_its_maker_wrote_before_it(string beginning)
    {
        var form = new SettlementForm { File = [.. Encoding.UTF8.GetBytes(beginning), .. Given.Pdf()] };
        await Api.SendOtpAsync(form.NationalIdentifier!);

        var answer = await Api.SettleAsync(form);

        answer.Status.ShouldBe(202, answer.Text);
        (await Api.EndedAsync(form.Code)).Json["invoice"]!["sha256"]!.GetValue<string>().ShouldBe(Given.Sha256(form.File));
    }

    [Fact]
    public async Task What_is_no_PDF_stays_refused()
    {
        foreach (
            byte[] file in new byte[][]
            {
                [.. Encoding.ASCII.GetBytes(new string('x', 1025)), .. Given.Pdf()],
                [.. Given.Png(), .. Given.Pdf()],
                [.. Given.Jpeg()[..64], .. Given.Pdf()],
                Encoding.UTF8.GetBytes("<html><body>A file begins with %PDF- where it is a PDF.</body></html>"),
                "%PDF"u8.ToArray(),
                Encoding.Unicode.GetBytes("%PDF-1.7"),
            }
        )
        {
            (await Api.SettleAsync(new SettlementForm { File = file })).ShouldBeProblem(415, "unsupported_file_type", "file");
        }
    }

    [Theory]
    [InlineData(3_000)]
    [InlineData(900_000)]
    public async Task A_PDF_that_was_read_and_written_as_text_is_refused_before_it_is_sent(int size)
    {
        var damaged = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Given.Pdf(size)));
        var form = new SettlementForm { File = damaged };
        var blobs = new BlobServiceClient(Apps.Second.ConnectionString).GetBlobContainerClient("invoices");

        var answer = await Api.SettleAsync(form);

        answer.ShouldBeProblem(415, "unsupported_file_type", "file").Field("detail").ShouldContain("read and written as text");
        (await Api.GetAsync($"{Sent.Settlements}/{form.Code}")).Status.ShouldBe(404);
        (
            await blobs.GetBlobsAsync(cancellationToken: Cancel).AnyAsync(blob => blob.Properties.ContentLength == damaged.Length, Cancel)
        ).ShouldBeFalse();

        var name = $"damaged-{Guid.NewGuid():N}.pdf";
        await blobs.UploadBlobAsync(name, new BinaryData(damaged), Cancel);
        var json = new JsonObject
        {
            ["national_identifier"] = form.NationalIdentifier,
            ["otp"] = form.Otp,
            ["invoice_blob"] = name,
            ["data"] = new JsonObject
            {
                ["code"] = form.Code,
                ["bill"] = new JsonObject { ["total"] = 5 },
            },
        };
        (await Api.PostAsync(Sent.Settlements, json))
            .ShouldBeProblem(415, "unsupported_file_type", "invoice_blob")
            .Field("detail")
            .ShouldContain("read and written as text");
        using var upload = new MultipartFormDataContent { { new ByteArrayContent(damaged), "file", "a.pdf" } };
        (await Api.PostAsync("api/merchant/uploads", upload))
            .ShouldBeProblem(415, "unsupported_file_type", "file")
            .Field("detail")
            .ShouldContain("read and written as text");
    }

    [Fact]
    public async Task A_PDF_of_text_alone_is_a_PDF()
    {
        var text = "%PDF-1.4\n% فاکتور é\n1 0 obj\n<< /Type /Catalog >>\nendobj\nstartxref\n0\n%%EOF\n" + new string(' ', 400_000) + "ی";
        foreach (var file in new[] { text, text[..^400_001] })
        {
            var answer = await Api.SettleAsync(new SettlementForm { Otp = "99999", File = Encoding.UTF8.GetBytes(file) });

            answer.Status.ShouldBe(202, answer.Text);
        }
    }
}
