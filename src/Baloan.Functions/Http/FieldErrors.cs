using Baloan.Client;

namespace Baloan.Functions.Http;

/// <summary>Collects all faults of a request, so that they can be reported at once.</summary>
public sealed class FieldErrors
{
    private readonly List<(string Field, Text Text, object[] Arguments)> faults = [];
    private Text? unsupportedFile;

    /// <summary>Whether there is no fault yet.</summary>
    public bool IsEmpty => faults.Count == 0;

    /// <summary>Whether a field has a fault already.</summary>
    public bool Has(string field) => faults.Exists(fault => fault.Field == field);

    /// <summary>Adds a fault of a field.</summary>
    public void Add(string field, Text text, params object[] arguments) => faults.Add((field, text, arguments));

    /// <summary>Adds the faults that were collected elsewhere.</summary>
    public void Add(FieldErrors others) => faults.AddRange(others.faults);

    /// <summary>Adds the fault that a file's content is of no type that the operation takes.</summary>
    public void AddUnsupportedFile(string field, Text text)
    {
        unsupportedFile = text;
        Add(field, text);
    }

    /// <summary>The faults as a problem document has them.</summary>
    public IReadOnlyDictionary<string, string[]> In(Language language) =>
        faults
            .GroupBy(fault => fault.Field)
            .ToDictionary(field => field.Key, field => field.Select(f => f.Text.In(language, f.Arguments)).Distinct().ToArray());

    /// <summary>Does nothing where there is no fault.</summary>
    /// <exception cref="ProblemException">415 where the file's type is the only fault, else 400.</exception>
    public void ThrowIfAny()
    {
        if (IsEmpty)
        {
            return;
        }

        throw unsupportedFile is { } text && faults.Count == 1
            ? new ProblemException(415, "unsupported_file_type", language => text.In(language), errors: this)
            : new ProblemException(400, "invalid_request", language => Texts.SeeErrors.In(language), errors: this);
    }
}
