using System.Text;
using Baloan.Client;

namespace Baloan.Functions.Console;

/// <summary>The console's page and what it asks for.</summary>
internal static class ConsoleFiles
{
    private const string PageName = "index.html";
    private const string EnglishPage = "<html lang=\"en\" dir=\"ltr\">";
    private const string PersianPage = "<html lang=\"fa\" dir=\"rtl\">";

    private static readonly EmbeddedFiles Files = new("console/");

    private static readonly Lazy<PageFile> Persian = new(() => new(
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Files.ContentOf(PageName)).Replace(EnglishPage, PersianPage, StringComparison.Ordinal)), EmbeddedFiles.TypeOf(PageName)));

    /// <summary>The page itself.</summary>
    public static PageFile Page(Language language) => language == Language.Persian ? Persian.Value : Files.Find(PageName)!;

    /// <summary>A file that the page asks for; null where there is none of that name.</summary>
    public static PageFile? Find(string name) => name == PageName ? null : Files.Find(name);
}
