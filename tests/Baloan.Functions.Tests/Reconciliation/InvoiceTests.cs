using System.Net;
using System.Net.Http.Headers;
using Azure.Storage.Blobs;
using Baloan.Functions.Tests.Fixtures;

namespace Baloan.Functions.Tests.Reconciliation;

public sealed class InvoiceTests(StorageAccounts storage) : ApiTests(storage)
{
    [Theory]
    [InlineData(2_000, "فاکتور.pdf", "filename*=UTF-8''%D9%81%D8%A7%DA%A9%D8%AA%D9%88%D8%B1.pdf")]
    [InlineData(400_000, "invoice.html", "filename=invoice.html.pdf")]
    public async Task An_invoice_comes_as_it_was_sent_to_be_saved_and_never_shown(int size, string name, string disposition)
    {
        var form = new SettlementForm { File = Given.Pdf(size) };
        await Api.SendOtpAsync(form.NationalIdentifier!);
        var content = (form with { File = null }).ToContent();
        content.Add(new ByteArrayContent(form.File!), "file", name);
        (await Api.PostAsync("api/merchant/settlements", content)).Status.ShouldBe(202);

        using var answer = await GetAsync(form.Code);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsByteArrayAsync(Cancel)).ShouldBe(form.File);
        answer.Content.Headers.ContentType.ShouldBe(new MediaTypeHeaderValue("application/pdf"));
        answer.Content.Headers.ContentLength.ShouldBe(size);
        answer.Content.Headers.ContentDisposition!.ToString().ShouldStartWith("attachment; ");
        answer.Content.Headers.GetValues("Content-Disposition").Single().ShouldContain(disposition);
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        answer.Headers.GetValues("Content-Security-Policy").ShouldBe(["sandbox; default-src 'none'"]);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    [Fact]
    public async Task An_invoice_that_aged_out_is_not_found_and_one_that_was_changed_is_not_shown_as_it()
    {
        var form = await Api.AcceptedAsync(new SettlementForm());
        var settled = await Api.EndedAsync(form.Code);
        var blob = new BlobClient(Apps.Second.ConnectionString, "invoices", settled.Json["invoice"]!["blob"]!.GetValue<string>());

        await blob.UploadAsync(BinaryData.FromBytes(Given.Pdf()), overwrite: true, Cancel);
        (await Api.GetAsync($"api/merchant/settlements/{form.Code}/invoice")).ShouldBeProblem(409, "invoice_changed");
        await blob.DeleteAsync(cancellationToken: Cancel);
        (await Api.GetAsync($"api/merchant/settlements/{form.Code}/invoice")).ShouldBeProblem(404, "not_found");
        (await Api.GetAsync($"api/merchant/settlements/{Given.Code()}/invoice")).ShouldBeProblem(404, "not_found");
    }

    private async Task<HttpResponseMessage> GetAsync(string code)
    {
        using var http = new HttpClient { BaseAddress = Apps.Second.App.BaseAddress };
        http.DefaultRequestHeaders.Add("x-functions-key", RunningApps.FunctionKey);
        return await http.GetAsync($"api/merchant/settlements/{code}/invoice", Cancel);
    }
}
