using System.Globalization;
using System.Net;
using System.Text;
using Baloan.Client;

namespace Baloan.Functions.Console;

/// <summary>The console's page, with the owner's settings in it, in both languages.</summary>
public sealed class ConsolePage
{
    private const string EnglishPage = "<html lang=\"en\" dir=\"ltr\">";
    private const string PersianPage = "<html lang=\"fa\" dir=\"rtl\">";
    private const string EnglishTexts = "console/text-en.js";
    private const string PersianTexts = "console/text-fa.js";
    private const string NoSettings = "data-shop=\"\" data-support=\"\" data-time-zone=\"\" data-lock-after-minutes=\"\"";

    private readonly PageFile english;
    private readonly PageFile persian;

    /// <summary>Puts the page together, once.</summary>
    public ConsolePage(ConsoleOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        static string Quoted(string text) => $"\"{WebUtility.HtmlEncode(text)}\"";
        var minutes = options.LockAfterMinutes.ToString(CultureInfo.InvariantCulture);
        var page = ConsoleFiles.Page.Replace(
            NoSettings,
            $"data-shop={Quoted(options.ShopName)} data-support={Quoted(options.Support)} data-time-zone={Quoted(options.TimeZone)} "
                + $"data-lock-after-minutes={Quoted(minutes)}",
            StringComparison.Ordinal
        );
        english = FileOf(page);
        persian = FileOf(
            page.Replace(EnglishPage, PersianPage, StringComparison.Ordinal).Replace(EnglishTexts, PersianTexts, StringComparison.Ordinal)
        );
    }

    /// <summary>The page as it is sent to a reader of a language.</summary>
    internal PageFile For(Language language) => language == Language.Persian ? persian : english;

    private static PageFile FileOf(string html) => new(Encoding.UTF8.GetBytes(html), "text/html; charset=utf-8");
}
