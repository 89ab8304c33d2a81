using System.Net.Http.Headers;
using Baloan.Functions.Tests.Fixtures;

namespace Baloan.Functions.Tests.Http;

public sealed class UploadRoutesTests(StorageAccounts storage) : ApiTests(storage)
{
    private const string Route = "api/merchant/uploads";

    [Theory]
    [InlineData("pdf", "v2")]
    [InlineData("jpg", "v2")]
    [InlineData("png", "v1")]
    public async Task A_file_goes_to_Baloan_whatever_it_is_called(string kind, string version)
    {
        var api = version == "v1" ? FirstApi : Api;
        var app = version == "v1" ? Apps.First : Apps.Second;
        var file = kind switch
        {
            "pdf" => Given.Pdf(),
            "jpg" => Given.Jpeg(),
            _ => Given.Png(),
        };

        var accepted = await api.PostAsync(Route, Form(file, "سند مشتری.exe"));

        accepted.Status.ShouldBe(202, accepted.Text);
        accepted.Headers.RetryAfter.ShouldNotBeNull();
        accepted.Location.ShouldBe(new Uri(app.App.BaseAddress, $"{Route}/{accepted.Field("id")}"));
        accepted.Field("status").ShouldBe("queued");
        var uploaded = await api.EndOfAsync(accepted.Location.PathAndQuery);
        uploaded.Status.ShouldBe(200, uploaded.Text);
        uploaded.Field("status").ShouldBe("uploaded");
        uploaded.Field("file_name").ShouldBe("سند مشتری.exe");
        uploaded.Json["size"]!.GetValue<long>().ShouldBe(file.Length);
        Guid.TryParse(uploaded.Field("uuid"), out _).ShouldBeTrue();
        uploaded.Field("file").ShouldStartWith(Baloan.BaseAddress.AbsoluteUri);
        uploaded.Field("file").ShouldContain($".{kind}?");
    }

    [Fact]
    public async Task An_upload_is_found_by_its_id_in_whatever_digits_and_case()
    {
        var id = (await Api.PostAsync(Route, Form(Given.Pdf(), "a.pdf"))).Field("id");
        var persian = string.Concat(id.Select(c => char.IsAsciiDigit(c) ? (char)('۰' + (c - '0')) : c));

        foreach (var spelling in new[] { id.ToUpperInvariant(), persian })
        {
            (await Api.EndOfAsync($"{Route}/{spelling}")).Field("id").ShouldBe(id);
        }
    }

    [Fact]
    public async Task A_file_name_is_read_as_a_quoted_string()
    {
        var form = Form(Given.Pdf(), "x");
        form.First().Headers.Remove("Content-Disposition");
        form.First().Headers.TryAddWithoutValidation("Content-Disposition", "form-data; name=\"file\"; filename=\"a\\\"b.pdf\"");

        (await Api.PostAsync(Route, form)).Field("file_name").ShouldBe("a\"b.pdf");
    }

    [Fact]
    public async Task A_file_is_taken_by_its_bytes_and_not_by_its_name() =>
        (await Api.PostAsync(Route, Form("MZ this is a program"u8.ToArray(), "innocent.pdf"))).ShouldBeProblem(
            415,
            "unsupported_file_type",
            "file"
        );

    [Fact]
    public async Task An_empty_file_is_refused() =>
        (await Api.PostAsync(Route, Form([], "empty.pdf"))).ShouldBeProblem(415, "unsupported_file_type", "file");

    [Fact]
    public async Task A_form_without_a_file_or_with_two_is_refused()
    {
        var empty = new MultipartFormDataContent { { new StringContent("x"), "something" } };
        (await Api.PostAsync(Route, empty)).ShouldBeProblem(400, "invalid_request", "file");
        var two = Form(Given.Pdf(), "one.pdf");
        two.Add(new ByteArrayContent(Given.Pdf()), "file", "two.pdf");
        (await Api.PostAsync(Route, two)).ShouldBeProblem(400, "invalid_request", "file");
    }

    [Fact]
    public async Task A_file_over_10_MB_is_refused() =>
        (await Api.PostAsync(Route, Form(Given.Pdf((10 * 1024 * 1024) + 1), "large.pdf"))).ShouldBeProblem(413, "file_too_large");

    [Theory]
    [InlineData("no-such-upload")]
    [InlineData("0123456789abcdef0123456789abcdef")]
    public async Task An_unknown_upload_is_not_found(string id) => (await Api.GetAsync($"{Route}/{id}")).ShouldBeProblem(404, "not_found");

    private static MultipartFormDataContent Form(byte[] file, string name)
    {
        var content = new ByteArrayContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return new MultipartFormDataContent { { content, "file", name } };
    }
}
