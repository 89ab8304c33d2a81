namespace Baloan.Benchmarks.Report;

/// <summary>One line of the table.</summary>
/// <param name="What">What was measured, with its unit.</param>
/// <param name="Against">What it is held against; null where it stands alone.</param>
/// <param name="Rival">The rival's figure, the median of all rounds.</param>
/// <param name="App">The app's, the median of all rounds.</param>
/// <param name="Target">What it should be; null where it is only told.</param>
internal sealed record Figure(string What, string? Against, double? Rival, double App, Target? Target = null)
{
    public double? Ratio => Rival is > 0 ? App / Rival : null;

    public bool? Met => Target?.IsMet(App, Ratio);
}

/// <summary>What a figure should be.</summary>
internal sealed record Target(string Text, Func<double, double?, bool> IsMet)
{
    /// <summary>At most so many times the rival's.</summary>
    public static Target AtMostTimes(double times) =>
        new(FormattableString.Invariant($"at most {times} times"), (_, ratio) => ratio <= times);

    /// <summary>At least so many times the rival's.</summary>
    public static Target AtLeastTimes(double times) =>
        new(FormattableString.Invariant($"at least {times} times"), (_, ratio) => ratio >= times);

    /// <summary>Below so much, whatever the rival's.</summary>
    public static Target Under(double most, string unit) =>
        new(FormattableString.Invariant($"under {most} {unit}"), (app, _) => app < most);
}
