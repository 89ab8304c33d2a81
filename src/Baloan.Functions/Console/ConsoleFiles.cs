using System.Text;

namespace Baloan.Functions.Console;

/// <summary>The console's page and what it asks for.</summary>
internal static class ConsoleFiles
{
    private const string PageName = "index.html";

    private static readonly EmbeddedFiles Files = new("console/");

    /// <summary>The page itself, before the owner's settings are in it.</summary>
    public static string Page => Encoding.UTF8.GetString(Files.ContentOf(PageName));

    /// <summary>A file that the page asks for; null where there is none of that name.</summary>
    public static PageFile? Find(string name) => name == PageName ? null : Files.Find(name);
}
