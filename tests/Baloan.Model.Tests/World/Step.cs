using System.Globalization;

namespace Baloan.Model.Tests.World;

/// <summary>One step of a sequence. Every step can be taken at any time; one that does not fit does nothing.</summary>
/// <param name="Name">What it is.</param>
/// <param name="A">Its first number.</param>
/// <param name="B">Its second number.</param>
/// <param name="C">Its third number.</param>
internal readonly record struct Step(string Name, int A = 0, int B = 0, int C = 0)
{
    /// <summary>Reads a sequence as <see cref="TextOf"/> writes it.</summary>
    public static IReadOnlyList<Step> Parse(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ParseOne)];

    public static string TextOf(IEnumerable<Step> steps) => string.Join(' ', steps);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}:{A}:{B}:{C}");

    private static Step ParseOne(string text)
    {
        var parts = text.Split(':');
        int Number(int index) => int.Parse(parts[index], CultureInfo.InvariantCulture);
        return new(parts[0], Number(1), Number(2), Number(3));
    }
}
