using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Baloan.Functions.Tests.ApiDescription;
using Baloan.Functions.Tests.Fixtures;

namespace Baloan.Functions.Tests.BadInput;

/// <summary>
/// Makes bad requests for every operation of the description, out of its own examples. The same seed and number make the same request.
/// </summary>
/// <remarks>
/// Nearly all are refused before storage is asked: what gets through to Azurite takes a hundred times as long. No settlement among them
/// has an OTP that was sent, so that no money can move.
/// </remarks>
internal sealed class BadRequests(Description description, int seed)
{
    private static readonly string[] JsonTypes =
    [
        "application/json",
        "application/json; charset=utf-8",
        "APPLICATION/JSON;charset=\"UTF-8\"",
    ];

    private static readonly string[] OtherTypes =
    [
        "",
        "text/plain",
        "application/jsonp",
        "application/json; charset=utf-16",
        "application/json; charset=",
        "application",
        "/",
        ";;;",
        "*/*",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"",
        "multipart/mixed; boundary=x",
        "multipart/form-data; boundary=x; boundary=y",
        $"multipart/form-data; boundary={new string('b', 71)}",
        "multipart/form-data; boundary=a b",
        "application/problem+json",
        "application/json,application/json",
        "\"application/json\"",
        "application/json;;",
        new string('a', 2_000),
        "text/html;<script>",
        "application/json\u00a0",
    ];

    private static readonly string[] Values =
    [
        "null",
        "true",
        "{}",
        "[]",
        "[[[]]]",
        "0",
        "-1",
        "-0",
        "1.5",
        "1e999",
        "1E-400",
        "999999999999999999999999999999",
        "9223372036854775808",
        "12345678901",
        "\"\"",
        "\" \"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"\\r\\nSet-Cookie: a=b\"",
        "\"../../etc/passwd\"",
        "\"' or 1 eq 1 or '\"",
        "\"<script>alert(1)</script>\"",
        "\"{{7*7}}\"",
        "\"%00%2f%2e%2e\"",
        "\"\\u202e۱۲۳\"",
        "\"۱۲۳۴۵۶۷۸۹۰\"",
        "\"123456789012345678901234567890\"",
        "\"https://169.254.169.254/metadata\"",
        "\"file:///etc/passwd\"",
        "\"http://[::1\"",
        "\"2026-02-30\"",
        "\"0001-01-01\"",
        "\"1369-12-30\"",
        "NaN",
        "Infinity",
        "undefined",
        "'x'",
        "01",
        "+1",
        ".5",
        "0x10",
        "1_000",
        "\"\t\"",
        "\"\\x\"",
        "\"open",
        "/* */ 1",
        "// 1\n1",
        "",
        ",",
        "}",
    ];

    private static readonly string[] Headers =
    [
        "Accept-Language: ;;;;",
        "Accept-Language: fa;q=NaN, en;q=9",
        "Accept-Language: *;q=-1",
        "Accept-Language: ,,,",
        "Accept-Language: \u00e9\u00ff",
        "Accept-Language: fa;q=0.0000000001,en;q=1e5",
        "Accept: nothing/at-all",
        "Accept-Charset: utf-7",
        "Accept-Encoding: br;q=x, gzip, deflate",
        "Content-Encoding: gzip",
        "Content-Encoding: br, br",
        "If-Match: *",
        "If-Match: W/\"",
        "If-None-Match: \"x\"",
        "If-Modified-Since: yesterday",
        "If-Unmodified-Since: 0",
        "Range: bytes=0-0,-1",
        "Range: bytes=9999999999999999999-",
        "Expect: 100-continue",
        "TE: trailers",
        "Upgrade: h2c",
        "Upgrade: websocket",
        "Connection: Upgrade, HTTP2-Settings",
        "HTTP2-Settings: AAMAAABkAAQAAP__",
        "Origin: null",
        "Cookie: a=b; c=\"",
        "Authorization: Bearer x",
        "Authorization: Basic ====",
        "traceparent: 00-00000000000000000000000000000000-0000000000000000-00",
        "traceparent: ff-x",
        "tracestate: =,=,=",
        "baggage: a=%ff,,",
        "X-HTTP-Method-Override: DELETE",
        "X-Original-URL: /admin/functions/VerifySettlements",
        "X-Forwarded-For: ' or 1=1",
        "X-Forwarded-Host: evil.example",
        "X-Forwarded-Proto: javascript",
        "Forwarded: for=\"_x\";host=evil.example",
        "Content-Disposition: attachment; filename=../x",
        "X-Empty:",
        "X-Long: " + LongText,
        "Content-Location: //evil.example",
        "Content-Range: bytes 0-1/1",
        "Content-MD5: x",
        "Trailer: Host",
        "Max-Forwards: -1",
        "Via: 1.1 \u00fc",
        "Date: never",
        "x-functions-clientid: master",
        "x-ms-client-principal: e30=",
        "x-ms-version: 1900-01-01",
    ];

    private static readonly string[] NoHttp =
    [
        "GET",
        "GET /api/health",
        "GET /api/health HTTP/9.9\r\nHost: a\r\n\r\n",
        "GET  /api/health HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\n\r\n\r\n",
        "\0\0\0\0\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "G<T /api/health HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET api/health HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /api/health HTTP/1.1\r\n\r\n",
        "GET /api/health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /api/health HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET /api/health HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET /api/health HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n",
        "GET /api/health HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
        "GET /api/health HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
        "GET /api/health HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
        "GET /api/\0health HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /api/\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /api/%00 HTTP/1.1\r\nHost: a\r\n\r\n",
        "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003\r\n\r\n",
        "CONNECT evil.example:443 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://evil.example/api/health HTTP/1.1\r\nHost: a\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /api/merchant/otp HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST /api/merchant/otp HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\n12",
        "POST /api/merchant/otp HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST /api/merchant/otp HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12",
        "POST /api/merchant/otp HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST /api/merchant/otp HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "POST /api/merchant/otp HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ];

    private static readonly string[] Segments =
    [
        "",
        "%20",
        "..",
        "%2e%2e",
        "%2e%2e%2f",
        "a%2Fb",
        "%5c",
        "%00",
        "%0d%0aX:%20y",
        "'",
        "%27%20or%201%20eq%201",
        "%23",
        "%3f",
        "%25",
        "%2525",
        "%ff%fe",
        "%c0%ae",
        "%ed%a0%80",
        "<script>",
        "%3Cscript%3E",
        "()",
        "*",
        "~",
        ";a=b",
        "null",
        "undefined",
        "-1",
        "00000000-0000-0000-0000-00000000000g",
        "۰۰۰",
        "%DB%B0",
        "{settlementCode}",
        "%7Bid%7D",
        "a+b",
        "CON",
        "AUX.txt",
        "\u00e9",
        "!0000",
        "open",
        "hold",
        "!key",
    ];

    private static readonly string[] QueryValues =
    [
        "",
        "0",
        "-1",
        "101",
        "1e3",
        "99999999999999999999",
        "۵",
        "%D9%A5",
        "1.5",
        " ",
        "%00",
        "%ff",
        "%2",
        "%zz",
        "NaN",
        "null",
        "'",
        "%27%20or%201%20eq%201",
        "<script>",
        "%0d%0a",
        "AAAA",
        "====",
        "AAAA%3D%3D",
        "//8",
        "%2b%2f",
        "queued,settled",
        "QUEUED",
        "*",
        "1&top=2",
        "1&continuation=x&continuation=y",
        "[]",
        "{}",
        "MjUyNDE0NTY3ODkwMTIzNDU2Ny1-fn5-",
        "_".PadRight(1_025, 'A'),
        "1%00",
        "+1",
        "０",
    ];

    private readonly Operation[] operations =
    [
        .. description.Operations.SelectMany(operation => Enumerable.Repeat(operation, WeightOf(operation))),
    ];

    private static string LongText => new('x', 3_000);

    public BadRequest Make(int number)
    {
        var random = new Random(unchecked((seed * 1_000_003) + number));
        var operation = Pick(random, operations);
        return random.Next(100) switch
        {
            < 3 => new(number, operation, "no HTTP", Latin(Pick(random, NoHttp)), Ending.WaitsForServer),
            < 6 => Garbage(number, operation, random),
            < 14 when operation.Of("query").Any() || !CanBeSpoiled(operation) => Query(number, operation, random),
            < 24 => Path(number, operation, random),
            _ when operation.Body is null && operation.Of("query").Any() => Query(number, operation, random),
            _ when operation.Body is null => Path(number, operation, random),
            _ => Body(number, operation, random),
        };
    }

    // What has nothing in it that could be wrong does its work, which takes time.
    private static int WeightOf(Operation operation) =>
        CanBeSpoiled(operation)
            ? operation.Body is null
                ? 10
                : 20
            : 1;

    private static bool CanBeSpoiled(Operation operation) => operation.Body is not null || operation.Parameters.Any();

    private static BadRequest Garbage(int number, Operation operation, Random random)
    {
        var bytes = new byte[random.Next(1, 400)];
        random.NextBytes(bytes);
        var request = Latin($"{operation.Method} /api{operation.Path} HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
        if (random.Next(2) == 0)
        {
            // A request with some bytes of it changed, which may be HTTP still.
            for (var i = random.Next(1, 6); i > 0; i--)
            {
                request[random.Next(request.Length)] = (byte)random.Next(256);
            }

            bytes = request;
        }

        return new(number, operation, "garbage", [.. bytes, .. "\r\n\r\n"u8], Ending.EndsEarly);
    }

    private BadRequest Query(int number, Operation operation, Random random)
    {
        string[] names = [.. operation.Of("query"), "code", "x", "", "top[]", "%74op", "TOP"];
        var query = string.Join(
            '&',
            Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"{Pick(random, names)}={Pick(random, QueryValues)}")
        );
        // Only what is refused for certain comes often: a list reads storage.
        var known = operation.Of("query").ToArray();
        if (known.Length > 0 && random.Next(50) != 0)
        {
            query += $"&{Pick(random, known)}=!";
        }
        else if (known.Length == 0 && random.Next(20) != 0)
        {
            return new(
                number,
                operation,
                "query, no key",
                Request(operation, random, PathOf(operation, random, spoil: false), "?" + query, [], null, key: false),
                Ending.Waits
            );
        }

        return new(
            number,
            operation,
            "query",
            Request(
                operation,
                random,
                PathOf(operation, random, spoil: false),
                "?" + query.Replace(" ", "+", StringComparison.Ordinal),
                [],
                null
            ),
            Ending.Waits
        );
    }

    private BadRequest Path(int number, Operation operation, Random random)
    {
        var path = PathOf(operation, random, spoil: true);
        if (!operation.Of("path").Any() || random.Next(4) == 0)
        {
            path = random.Next(6) switch
            {
                0 => path + "/" + Pick(random, Segments),
                1 => path.Replace("/", "//", StringComparison.Ordinal),
                2 => "/" + Pick(random, Segments) + path,
                3 => path + ";" + Pick(random, Segments),
                4 => path.Replace("/", "%2f", StringComparison.Ordinal),
                _ => path[..random.Next(path.Length)] + Pick(random, Segments),
            };
        }

        var method =
            random.Next(5) == 0
                ? Pick(random, ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "POST", "BREW", "get"])
                : operation.Method;
        var ascii = string.Concat(path.Select(c => c is > ' ' and < (char)0x7F ? $"{c}" : Uri.EscapeDataString($"{c}")));
        // Whoever reads nothing bad in the path would do the work; a key that is missing is a fault as well.
        var key = random.Next(operation.Body is null ? 3 : 2) == 0;
        return new(
            number,
            operation,
            $"path {method}",
            Request(operation with { Method = method }, random, ascii, "", "{}"u8.ToArray(), "application/json", key),
            Ending.Waits
        );
    }

    private BadRequest Body(int number, Operation operation, Random random)
    {
        var types = operation.Body!.Select(type => type.Key).ToArray();
        var type = Pick(random, types);
        var (body, contentType, kind) = type == "multipart/form-data" ? Form(random, operation) : Json(random, operation, type);
        if (random.Next(12) == 0)
        {
            (contentType, kind) = (Pick(random, OtherTypes), "content type");
        }

        var path = PathOf(operation, random, spoil: random.Next(20) == 0);
        var request = Request(
            operation,
            random,
            path,
            random.Next(30) == 0 ? "?" + Pick(random, QueryValues.Where(v => !v.Contains(' ')).ToArray()) : "",
            body,
            contentType
        );
        return random.Next(20) switch
        {
            0 => new(number, operation, kind + ", hung up", request[..random.Next(1, request.Length)], Ending.HangsUp),
            1 => new(
                number,
                operation,
                kind + ", ended early",
                request[..random.Next(request.Length - (body.Length / 2), request.Length)],
                Ending.EndsEarly
            ),
            _ => new(number, operation, kind, request, Ending.Waits),
        };
    }

    private (byte[] Body, string ContentType, string Kind) Json(Random random, Operation operation, string type)
    {
        var content = operation.Body![type]!;
        var example = content["example"] ?? content["examples"]?.AsObject().First().Value!["value"];
        var text = example!.ToJsonString();
        var contentType = Pick(random, JsonTypes);
        switch (random.Next(14))
        {
            case 0:
                return (Encoding.UTF8.GetBytes(text[..random.Next(text.Length)]), contentType, "JSON cut off");
            case 1 or 2 or 3 or 4:
                return (Encoding.UTF8.GetBytes(Spoiled(example, random)), contentType, "JSON with a wrong value");
            case 5:
                var depth = random.Next(10, 20_000);
                return (
                    Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(random.Next(2) == 0 ? "[" : "{\"a\":", depth))),
                    contentType,
                    "JSON nested deep"
                );
            case 6:
                return (
                    Encoding.UTF8.GetBytes("{\"national_identifier\":1,\"uuid\":1," + text[1..^1] + "," + text[1..]),
                    contentType,
                    "JSON with names twice"
                );
            case 7:
                return (
                    Pick(random, [Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32])
                        .GetBytes("\uFEFF" + text[..random.Next(text.Length)]),
                    contentType,
                    "JSON in UTF-16 or 32 cut off"
                );
            case 8:
                return ([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Spoiled(example, random))], contentType, "JSON with a mark");
            case 9:
                var bytes = Encoding.UTF8.GetBytes(text);
                for (var i = random.Next(1, 8); i > 0; i--)
                {
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                }

                return (bytes, contentType, "JSON with changed bytes");
            case 10:
                return (Encoding.UTF8.GetBytes(Pick(random, Values)), contentType, "JSON that is no object");
            case 11:
                return (
                    Encoding.UTF8.GetBytes(
                        Pick(
                            random,
                            [
                                "/* a */" + text,
                                text + "// b",
                                text + text,
                                text + "\0",
                                text.Replace(":", "=", StringComparison.Ordinal),
                                text.Replace('"', '\''),
                            ]
                        )
                    ),
                    contentType,
                    "JSON of another dialect"
                );
            case 12 when random.Next(8) == 0:
                return (
                    Encoding.UTF8.GetBytes("{\"x\":\"" + new string('x', random.Next(65_000, 80_000)) + "\"," + text[1..]),
                    contentType,
                    "JSON too large"
                );
            default:
                var fields = example.DeepClone().AsObject();
                var name = Pick(random, fields.Select(field => field.Key).ToArray());
                fields.Remove(name);
                fields[Pick(random, ["x", "", "\ud83d\ude00", "__proto__", name.ToUpperInvariant(), name + " ", "$type"])] = "y";
                return (Encoding.UTF8.GetBytes(fields.ToJsonString()), contentType, "JSON with a field missing");
        }
    }

    /// <summary>An example in which one or two of the values, at any depth, is another.</summary>
    internal static string Spoiled(JsonNode example, Random random)
    {
        var text = example.ToJsonString();
        for (var i = random.Next(1, 3); i > 0; i--)
        {
            var places = new List<(int From, int To)>();
            try
            {
                var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
                while (reader.Read())
                {
                    if (
                        reader.TokenType
                        is JsonTokenType.String
                            or JsonTokenType.Number
                            or JsonTokenType.True
                            or JsonTokenType.False
                            or JsonTokenType.Null
                    )
                    {
                        places.Add(((int)reader.TokenStartIndex, (int)reader.BytesConsumed));
                    }
                }
            }
            catch (JsonException)
            {
                // It is spoiled enough.
                return text;
            }

            if (places.Count == 0)
            {
                return text;
            }

            var bytes = Encoding.UTF8.GetBytes(text);
            var (from, to) = places[random.Next(places.Count)];
            text = Encoding.UTF8.GetString(bytes[..from]) + Pick(random, Values) + Encoding.UTF8.GetString(bytes[to..]);
        }

        return text;
    }

    private static (byte[] Body, string ContentType, string Kind) Form(Random random, Operation operation)
    {
        var boundary = random.Next(10) == 0 ? "b'()+_,-./:=?" : "bnd";
        var contentType = $"multipart/form-data; boundary=\"{boundary}\"";
        var names =
            operation.Body!["multipart/form-data"]!["schema"]!["properties"]?.AsObject().Select(field => field.Key).ToArray()
            ?? ["national_identifier", "otp", "token", "data", "file"];
        var parts = names.Where(_ => random.Next(5) != 0).Select(name => PartOf(name, random)).ToList();
        var kind = "form with missing or wrong fields";
        switch (random.Next(10))
        {
            case 0:
                parts.Add(Pick(random, parts.Append(PartOf("file", random)).ToArray()));
                kind = "form with a field twice";
                break;
            case 1:
                parts.AddRange(Enumerable.Range(0, 40).Select(i => Part($"x{i}", "y")));
                kind = "form with many parts";
                break;
            case 2:
                parts.Insert(
                    0,
                    $"Content-Disposition: form-data; name=\"x\"\r\nX-Long: {new string('h', random.Next(1_000, 40_000))}\r\n\r\ny"
                );
                kind = "form with a huge part header";
                break;
            case 3:
                parts.Insert(
                    0,
                    Pick(
                        random,
                        [
                            "\r\n\r\n",
                            "Content-Disposition\r\n\r\nx",
                            "Content-Disposition: form-data; name=\r\n\r\nx",
                            "X: y\r\n\r\nx",
                            ": \r\n\r\n",
                            "Content-Disposition: ;;;\r\n\r\nx",
                            "no header at all",
                            "Content-Disposition: form-data; name=\"file\"; filename*=UTF-8''%ff%00\r\n\r\nx",
                            string.Concat(Enumerable.Range(0, 50).Select(i => $"X{i}: y\r\n")) + "\r\nx",
                        ]
                    )
                );
                kind = "form with a broken part header";
                break;
            case 4:
                contentType = $"multipart/form-data; boundary={Pick(random, ["other", "bn", "bndd", "--bnd", "\"bnd", "b n d"])}";
                kind = "form with another boundary";
                break;
            case 5:
                parts.Add(Part("national_identifier", new string('1', 20_000)));
                kind = "form with a long field";
                break;
            case 6:
                parts.Insert(
                    0,
                    Part(
                        "file",
                        random.Next(3) == 0 ? new string('%', 300_000) : "<html>",
                        fileName: Pick(
                            random,
                            ["../../etc/passwd", "C:\\x", "a\u0001b", "<script>.pdf", "", new string('n', 300), "%2e%2e", "a\"b"]
                        )
                    )
                );
                kind = "form with a file of another kind";
                break;
            default:
                break;
        }

        var body = string.Concat(parts.Select(part => $"--{boundary}\r\n{part}\r\n")) + $"--{boundary}--\r\n";
        body = random.Next(8) switch
        {
            0 => body[..random.Next(body.Length)],
            1 => body.Replace("\r\n", "\n", StringComparison.Ordinal),
            2 => Pick(
                random,
                ["", "--bnd", "--bnd--", "\r\n", "--bnd\r\n", "--bnd\r\n\r\n", new string('-', 5_000), "preamble\r\n" + body + "epilogue"]
            ),
            _ => body,
        };
        return (Latin(body), contentType, kind);
    }

    private static string PartOf(string name, Random random) =>
        name switch
        {
            "file" => Part("file", random.Next(2) == 0 ? "GIF89a" : "", fileName: "invoice.pdf"),
            "data" => Part(
                name,
                Pick(
                    random,
                    [
                        "{}",
                        "[]",
                        "{\"code\":\"..\",\"bill\":{\"total\":0}}",
                        "{\"code\":\"a\",\"bill\":{\"total\":1e99}}",
                        "{\"code\":\"a\",\"code\":\"b\"}",
                        "{\"code\":\"\\ud800\",\"bill\":[]}",
                        "{\"code\":{},\"bill\":null}",
                        "{",
                        "",
                    ]
                )
            ),
            "national_identifier" => Part(name, Pick(random, ["0012345678", "", "12", "\u00ff\u00fe", "0000000000000", "abcdefghij"])),
            _ => Part(name, Pick(random, ["11111", "", "x", "' or '", "\0", new string('9', 300)])),
        };

    private static string Part(string name, string content, string? fileName = null) =>
        $"Content-Disposition: form-data; name=\"{name}\"{(fileName is null ? "" : $"; filename=\"{fileName}\"")}\r\n\r\n{content}";

    private static string PathOf(Operation operation, Random random, bool spoil)
    {
        var path = operation.Path;
        foreach (var name in operation.Of("path"))
        {
            // Nothing is recorded under what is of the wrong form, and so storage is not asked.
            var value =
                spoil ? Pick(random, Segments)
                : random.Next(40) == 0 ? Guid.Empty.ToString()
                : "..x%25";
            path = path.Replace($"{{{name}}}", value, StringComparison.Ordinal);
        }

        return path;
    }

    private static byte[] Request(
        Operation operation,
        Random random,
        string path,
        string query,
        byte[] body,
        string? contentType,
        bool key = true
    )
    {
        var head = new StringBuilder(512);
        var ascii = string.Concat(query.Select(c => c is > ' ' and < (char)0x7F ? $"{c}" : Uri.EscapeDataString($"{c}")));
        head.Append(CultureInfo.InvariantCulture, $"{operation.Method} /api{path}{ascii} HTTP/1.1\r\nHost: localhost\r\n");
        if (key)
        {
            head.Append(CultureInfo.InvariantCulture, $"x-functions-key: {RunningApps.AdminKey}\r\n");
        }

        for (var i = random.Next(6); i >= 4; i--)
        {
            head.Append(Pick(random, Headers)).Append("\r\n");
        }

        if (contentType is { Length: > 0 } && body.Length > 0)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Type: {contentType}\r\n");
        }

        if (random.Next(8) == 0)
        {
            head.Append("Transfer-Encoding: chunked\r\n\r\n");
            return [.. Latin(head.ToString()), .. Chunked(body, random)];
        }

        head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n");
        return [.. Latin(head.ToString()), .. body];
    }

    private static byte[] Chunked(byte[] body, Random random)
    {
        var chunked = new List<byte>(body.Length + 100);
        for (var at = 0; at < body.Length; )
        {
            var length = Math.Min(body.Length - at, random.Next(1, 20_000));
            chunked.AddRange(Latin($"{length:x}\r\n"));
            chunked.AddRange(body.AsSpan(at, length));
            chunked.AddRange("\r\n"u8);
            at += length;
        }

        chunked.AddRange("0\r\n\r\n"u8);
        return [.. chunked];
    }

    private static byte[] Latin(string text) => Encoding.Latin1.GetBytes(text);

    internal static T Pick<T>(Random random, IReadOnlyList<T> among) => among[random.Next(among.Count)];
}
