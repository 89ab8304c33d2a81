using System.Globalization;
using Baloan.Client;

namespace Baloan.Functions.Http;

/// <summary>A sentence for the caller in both languages of the API.</summary>
/// <param name="English">The English sentence; <c>{0}</c> and so on stand for arguments.</param>
/// <param name="Persian">The same in Persian.</param>
public sealed record Text(string English, string Persian)
{
    /// <summary>The sentence in one language, with its arguments filled in.</summary>
    public string In(Language language, params object[] arguments)
    {
        var text = language == Language.Persian ? Persian : English;
        return arguments.Length == 0 ? text : string.Format(CultureInfo.InvariantCulture, text, arguments);
    }
}
