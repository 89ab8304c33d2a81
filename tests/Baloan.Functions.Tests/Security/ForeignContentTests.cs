using Baloan.Functions.Http.Requests;
using Microsoft.AspNetCore.Http;

namespace Baloan.Functions.Tests.Security;

public sealed class ForeignContentTests
{
    [Theory]
    [InlineData("invoice.pdf", "attachment; filename=invoice.pdf; filename*=UTF-8''invoice.pdf")]
    [InlineData("../../etc/passwd", "attachment; filename=passwd; filename*=UTF-8''passwd")]
    [InlineData("C:\\temp\\a.pdf", "attachment; filename=a.pdf; filename*=UTF-8''a.pdf")]
    [InlineData("a\r\nSet-Cookie: x.pdf", "attachment; filename=\"aSet-Cookie: x.pdf\"; filename*=UTF-8''aSet-Cookie%3A%20x.pdf")]
    [InlineData("", "attachment; filename=file; filename*=UTF-8''file")]
    public void What_somebody_else_made_is_saved_and_never_shown_or_run(string fileName, string expected)
    {
        var response = new DefaultHttpContext().Response;

        ForeignContent.Protect(response, fileName);

        response.Headers.ContentDisposition.ToString().ShouldBe(expected);
        response.Headers.XContentTypeOptions.ToString().ShouldBe("nosniff");
        response.Headers.ContentSecurityPolicy.ToString().ShouldBe("sandbox; default-src 'none'");
        response.Headers.CacheControl.ToString().ShouldBe("no-store");
    }
}
