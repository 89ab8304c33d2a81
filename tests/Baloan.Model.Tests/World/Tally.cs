namespace Baloan.Model.Tests.World;

/// <summary>Counts what happens, so that nobody has to believe in it.</summary>
internal sealed class Coverage
{
    private readonly SortedDictionary<string, long> counts = new(StringComparer.Ordinal);

    public long this[string what] => counts.GetValueOrDefault(what);

    public IEnumerable<KeyValuePair<string, long>> All => counts;

    public void Count(string what, long times = 1) => counts[what] = counts.GetValueOrDefault(what) + times;

    public void Add(Coverage other)
    {
        foreach (var (what, times) in other.counts)
        {
            Count(what, times);
        }
    }
}
