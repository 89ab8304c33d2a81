namespace Baloan.Client;

/// <summary>
/// One of the documented errors of the partnership gateway. <see cref="BaloanException.TextIn"/> gives the text to show, with its
/// placeholder filled.
/// </summary>
/// <param name="Code">Baloan's code.</param>
/// <param name="English">
/// The English text. May hold a placeholder: <c>{phone_number}</c> or <c>{service_name}</c>. Ours; the documents have none.
/// </param>
/// <param name="Persian">The Persian text of the documents, with the same placeholder.</param>
public sealed record LoanError(string Code, string English, string Persian)
{
    /// <summary>What the placeholder is called; null where there is none.</summary>
    internal string? Placeholder { get; init; }

    /// <summary>The English text for when nobody knows what to put in the placeholder.</summary>
    internal string? EnglishWithout { get; init; }

    /// <summary>The Persian text for when nobody knows what to put in the placeholder.</summary>
    internal string? PersianWithout { get; init; }
}
