using System.Globalization;
using System.Reflection;
using System.Text;
using Baloan.Core.Settlements;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Responses;
using Baloan.Functions.OpenApi;

namespace Baloan.Documentation.Tests;

/// <summary>docs/problems.md, which is made from the app's own description.</summary>
public sealed class ProblemPageTests
{
    private const string Page = "docs/problems.md";
    private const string Again =
        "BALOAN_WRITE_PAGES=1 dotnet run --project tests/Baloan.Documentation.Tests -- -class '*.ProblemPageTests'";
    private const int ManyCalls = 8;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_page_of_problems_says_what_the_app_says()
    {
        var path = Path.Combine(Repository.Folder, Page);
        var text = Text();
        if (Environment.GetEnvironmentVariable("BALOAN_WRITE_PAGES") is not (null or ""))
        {
            await File.WriteAllTextAsync(path, text, Cancel);
        }

        (File.Exists(path) ? Repository.Read(Page) : "").ShouldBe(text, $"It is written anew by: {Again}");
    }

    private static string Text()
    {
        var problems =
            from operation in ApiDocuments.Operations()
            from problem in operation.Problems
            group (Call: $"{operation.Method} {operation.Path}", problem) by problem.Code into code
            orderby code.Key
            select (
                Code: code.Key,
                Statuses: code.Select(one => one.problem.Status).Distinct().Order().ToList(),
                Calls: code.Select(one => one.Call).Distinct().ToList(),
                Details: code.Select(one => one.problem.Detail).Distinct().ToList(),
                RetryAfter: code.Any(one => one.problem.HasRetryAfter)
            );
        var page = new StringBuilder(
            $"""
            # Problems

            Every `code` that a problem document can have, with its status, the calls that may answer it, and its sentences, which say what
            happened and what to do. They come in English or, with `Accept-Language: fa`, in Persian; the form of the document stands in
            [api.md](api.md#errors). Where Baloan gave a reason of its own, its sentence stands in the place of ours.

            A test makes this page from the app and fails where it differs. It is written anew by

            ```bash
            {Again}
            ```

            ## Answers


            """.ReplaceLineEndings("\n")
        );
        foreach (var (code, statuses, calls, details, retryAfter) in problems)
        {
            page.Append(CultureInfo.InvariantCulture, $"### `{code}`\n\n**{string.Join(" or ", statuses)}**");
            page.Append(retryAfter ? ", with `Retry-After`: " : ": ");
            page.Append(calls.Count > ManyCalls ? $"{calls.Count} calls" : string.Join(", ", calls.Select(call => $"`{call}`")))
                .Append("\n\n");
            details.ForEach(detail => Say(page, detail));
        }

        page.Append(
            """
            ## Errors of settlements and uploads

            The `error` of a settlement or an upload that was `rejected`, `failed` or needs review has a `code` too: Baloan’s own where Baloan
            refused, and otherwise one of these.


            """.ReplaceLineEndings("\n")
        );
        foreach (
            var code in typeof(SettlementErrors)
                .GetFields(BindingFlags.Public | BindingFlags.Static)
                .Select(field => field.GetRawConstantValue())
                .OfType<string>()
                .Order(StringComparer.Ordinal)
        )
        {
            page.Append(CultureInfo.InvariantCulture, $"### error `{code}`\n\n");
            Say(page, SettlementTexts.TextOf(code));
        }

        return page.ToString().TrimEnd() + "\n";
    }

    private static void Say(StringBuilder page, Text text) =>
        page.Append(CultureInfo.InvariantCulture, $"{Escaped(text.English)}\n\n<p dir=\"rtl\" lang=\"fa\">{Escaped(text.Persian)}</p>\n\n");

    private static string Escaped(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace("_", "\\_", StringComparison.Ordinal);
}
