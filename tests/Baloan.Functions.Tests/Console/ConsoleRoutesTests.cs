using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Baloan.Functions.Tests.Fixtures;

namespace Baloan.Functions.Tests.Console;

/// <summary>How the console's page and its files are sent. What they do is tried in a browser, in <c>Baloan.Browser.Tests</c>.</summary>
public sealed partial class ConsoleRoutesTests(StorageAccounts storage) : ApiTests(storage)
{
    [Fact]
    public async Task The_page_needs_no_key_has_no_data_and_allows_nothing_but_its_own_files()
    {
        using var answer = await GetAsync("api/console");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/html; charset=utf-8");
        One(answer, "Content-Security-Policy")
            .ShouldBe(
                "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; "
                    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            );
        One(answer, "X-Content-Type-Options").ShouldBe("nosniff");
        One(answer, "Referrer-Policy").ShouldBe("no-referrer");
        answer.Headers.CacheControl!.ToString().ShouldBe("no-cache");
        answer.Headers.Vary.ShouldBe(["Accept-Encoding", "Accept-Language"]);
        var html = await answer.Content.ReadAsStringAsync(Cancel);
        html.ShouldNotContain("://");
        InlineScript().IsMatch(html).ShouldBeFalse(html);
        html.ShouldNotContain("style=");
        Files(html).Count.ShouldBeGreaterThan(2);
        html.ShouldContain("data-time-zone=\"Asia/Tehran\"");
    }

    [Theory]
    [InlineData(null, "en", "ltr")]
    [InlineData("de", "en", "ltr")]
    [InlineData("fa-IR,fa;q=0.9,en;q=0.8", "fa", "rtl")]
    [InlineData("en-GB,fa;q=0.9", "en", "ltr")]
    [InlineData("fa, en", "fa", "rtl")]
    [InlineData("en, fa", "en", "ltr")]
    [InlineData("de, fa;q=0.5, en;q=0.4", "fa", "rtl")]
    [InlineData("fa;q=0", "en", "ltr")]
    [InlineData("fat", "en", "ltr")]
    public async Task The_page_comes_in_the_language_that_is_asked_for(string? accepted, string language, string direction)
    {
        using var answer = await GetAsync("api/console", ("Accept-Language", accepted));

        answer.Content.Headers.ContentLanguage.ShouldBe([language]);
        (await answer.Content.ReadAsStringAsync(Cancel)).ShouldContain($"<html lang=\"{language}\" dir=\"{direction}\">");
    }

    [Fact]
    public async Task Every_file_comes_with_its_type_compressed_and_once()
    {
        using var page = await GetAsync("api/console");
        var wanted = new Queue<string>(Files(await page.Content.ReadAsStringAsync(Cancel)));
        var seen = new HashSet<string>();
        while (wanted.TryDequeue(out var name))
        {
            if (!seen.Add(name))
            {
                continue;
            }

            using var plain = await GetAsync($"api/console/{name}");
            plain.StatusCode.ShouldBe(HttpStatusCode.OK, name);
            var content = await plain.Content.ReadAsByteArrayAsync(Cancel);
            plain.Content.Headers.ContentType!.MediaType.ShouldBe(
                Path.GetExtension(name) switch
                {
                    ".js" => "text/javascript",
                    ".css" => "text/css",
                    ".svg" => "image/svg+xml",
                    _ => "font/woff2",
                }
            );
            One(plain, "X-Content-Type-Options").ShouldBe("nosniff");
            foreach (var encoding in new[] { "br", "gzip" })
            {
                using var packed = await GetAsync($"api/console/{name}", ("Accept-Encoding", encoding));
                var bytes = await packed.Content.ReadAsByteArrayAsync(Cancel);
                packed.Content.Headers.ContentEncoding.ShouldBe(name.EndsWith(".woff2", StringComparison.Ordinal) ? [] : [encoding]);
                (await UnpackAsync(bytes, packed.Content.Headers.ContentEncoding.SingleOrDefault())).ShouldBe(content, name);
                packed.Headers.ETag!.Equals(plain.Headers.ETag).ShouldBe(packed.Content.Headers.ContentEncoding.Count == 0, name);

                using var again = await GetAsync(
                    $"api/console/{name}",
                    ("Accept-Encoding", encoding),
                    ("If-None-Match", packed.Headers.ETag.ToString())
                );
                again.StatusCode.ShouldBe(HttpStatusCode.NotModified);
                (await again.Content.ReadAsByteArrayAsync(Cancel)).ShouldBeEmpty();
            }

            foreach (var next in Path.GetExtension(name) is ".js" or ".css" ? Files(Encoding.UTF8.GetString(content)) : [])
            {
                wanted.Enqueue(next);
            }
        }

        seen.ShouldContain("vazirmatn-arabic-wght-normal.woff2");
        seen.ShouldContain("Vazir-Code.woff2");
        seen.ShouldContain("text-fa.js");
        seen.ShouldContain("counter.js");
    }

    [Theory]
    [InlineData("en")]
    [InlineData("fa")]
    public async Task The_page_asks_at_once_for_all_that_the_overview_begins_with(string language)
    {
        using var page = await GetAsync("api/console", ("Accept-Language", language));
        var asked = PreloadedModule().Matches(await page.Content.ReadAsStringAsync(Cancel)).Select(match => match.Groups["name"].Value);
        var needed = new HashSet<string>();
        var found = new Queue<string>(["app.js", "overview.js", $"text-{language}.js"]);
        while (found.TryDequeue(out var name))
        {
            if (needed.Add(name))
            {
                using var module = await GetAsync($"api/console/{name}");
                foreach (Match match in ImportedModule().Matches(await module.Content.ReadAsStringAsync(Cancel)))
                {
                    found.Enqueue(match.Groups["name"].Value);
                }
            }
        }

        asked.Append("app.js").ShouldBe(needed, ignoreOrder: true);
    }

    [Theory]
    [InlineData("vazirmatn.LICENSE.txt", "SIL Open Font License")]
    [InlineData("Vazir-Code.LICENSE.txt", "Bitstream Vera Fonts Copyright")]
    public async Task Typefaces_come_with_their_licences(string name, string text)
    {
        using var answer = await GetAsync($"api/console/{name}");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync(Cancel)).ShouldContain(text);
    }

    [Theory]
    [InlineData("index.html")]
    [InlineData("package.json")]
    [InlineData("..%2Fhost.json")]
    [InlineData("%2e%2e%2fconsole")]
    [InlineData("App.js")]
    [InlineData("<script>")]
    public async Task Nothing_else_is_a_file_of_the_console(string name)
    {
        using var answer = await GetAsync($"api/console/{name}");

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Theory]
    [InlineData("br;q=0", null)]
    [InlineData("identity", null)]
    [InlineData("gzip, deflate, br", "br")]
    [InlineData("gzip;q=0.5, br;q=0", "gzip")]
    [InlineData("rubbish;;;", null)]
    public async Task A_file_is_compressed_as_the_caller_takes_it(string accepted, string? encoding)
    {
        using var answer = await GetAsync("api/console/app.js", ("Accept-Encoding", accepted));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentEncoding.SingleOrDefault().ShouldBe(encoding);
    }

    private async Task<HttpResponseMessage> GetAsync(string path, params (string Name, string? Value)[] headers)
    {
        using var http = new HttpClient(
            new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None, AllowAutoRedirect = false }
        )
        {
            BaseAddress = Apps.Second.App.BaseAddress,
        };
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers.Where(header => header.Value is not null))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await http.SendAsync(request, Cancel);
    }

    private static string One(HttpResponseMessage answer, string header) => answer.Headers.GetValues(header).Single();

    private static async Task<byte[]> UnpackAsync(byte[] bytes, string? encoding)
    {
        if (encoding is null)
        {
            return bytes;
        }

        using var source = new MemoryStream(bytes);
        await using Stream unpacking =
            encoding == "br" ? new BrotliStream(source, CompressionMode.Decompress) : new GZipStream(source, CompressionMode.Decompress);
        using var result = new MemoryStream();
        await unpacking.CopyToAsync(result, Cancel);
        return result.ToArray();
    }

    /// <summary>The files that a page, script or style sheet names.</summary>
    private static IReadOnlyList<string> Files(string text) =>
        [.. NamedFile().Matches(text).Select(match => match.Groups["name"].Value).Distinct()];

    [GeneratedRegex(@"(?:""console/|'\./|url\()(?<name>[\w.-]+\.(?:js|css|svg|woff2))")]
    private static partial Regex NamedFile();

    [GeneratedRegex(@"<link rel=""modulepreload"" href=""console/(?<name>[\w.-]+)"">")]
    private static partial Regex PreloadedModule();

    [GeneratedRegex(@"^(?:import|export) [^;]*? from '\./(?<name>[\w.-]+)'", RegexOptions.Multiline)]
    private static partial Regex ImportedModule();

    [GeneratedRegex(@"<script(?![^>]*\ssrc=)|\son\w+=|<style", RegexOptions.IgnoreCase)]
    private static partial Regex InlineScript();
}
