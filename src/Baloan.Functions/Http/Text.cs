using System.Globalization;
using Baloan.Client;

namespace Baloan.Functions.Http;

/// <summary>A sentence for the caller in both languages of the API.</summary>
/// <param name="English">The English sentence; <c>{0}</c> and so on stand for arguments.</param>
/// <param name="Persian">The same in Persian.</param>
public sealed record Text(string English, string Persian)
{
    /// <summary>
    /// The sentence in one language, with its arguments filled in: numbers in the digits of the language, all else as it is.
    /// </summary>
    public string In(Language language, params object[] arguments)
    {
        var (text, values) = language == Language.Persian ? (Persian, [.. arguments.Select(InPersian)]) : (English, arguments);
        return values.Length == 0 ? text : string.Format(CultureInfo.InvariantCulture, text, values);
    }

    /// <summary>The sentence in both languages, with its arguments filled in.</summary>
    public Text With(params object[] arguments) => new(In(Language.English, arguments), In(Language.Persian, arguments));

    private static object InPersian(object argument) => argument is int or long ? Digits.ToPersian($"{argument}") : argument;
}
