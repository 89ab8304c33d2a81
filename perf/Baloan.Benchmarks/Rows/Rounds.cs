namespace Baloan.Benchmarks.Rows;

/// <summary>How long is measured, and what a person sees of it meanwhile.</summary>
/// <param name="Count">How often each figure is taken; the median counts.</param>
/// <param name="Seconds">How long the load of one round lasts.</param>
/// <param name="Progress">Told what is done now.</param>
internal sealed record Rounds(int Count, double Seconds, Action<string> Progress)
{
    public TimeSpan Time => TimeSpan.FromSeconds(Seconds);

    /// <summary>Runs rounds; in each, all rivals take their turn, so that a slow minute of the machine is a slow minute for all.</summary>
    public async Task RunAsync(string what, Func<int, Task> round)
    {
        for (var i = 1; i <= Count; i++)
        {
            Progress($"{what}: round {i} of {Count}");
            await round(i);
        }
    }
}

/// <summary>A figure of each round.</summary>
internal sealed class Samples
{
    private readonly Dictionary<string, List<double>> taken = [];

    public void Add(string name, double value)
    {
        if (!taken.TryGetValue(name, out var values))
        {
            taken.Add(name, values = []);
        }

        values.Add(value);
    }

    /// <summary>The median of all rounds.</summary>
    public double Of(string name)
    {
        var sorted = taken[name].Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
