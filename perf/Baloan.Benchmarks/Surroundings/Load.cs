using System.Diagnostics;

namespace Baloan.Benchmarks.Surroundings;

/// <summary>What a number of callers saw, each of which makes its next call when the one before is answered.</summary>
/// <param name="sorted">How long each call took, in ticks of <see cref="Stopwatch"/>, shortest first.</param>
/// <param name="elapsed">How long all of it took.</param>
internal sealed class Load(long[] sorted, TimeSpan elapsed)
{
    public int Count => sorted.Length;

    public double PerSecond => Count / elapsed.TotalSeconds;

    /// <summary>Milliseconds.</summary>
    public double Median => At(0.5);

    /// <summary>Milliseconds.</summary>
    public double Percentile99 => At(0.99);

    /// <summary>Milliseconds.</summary>
    /// <param name="share">Of the calls that took no longer, 0 to 1.</param>
    private double At(double share) => Stopwatch.GetElapsedTime(0, sorted[(int)Math.Ceiling(share * sorted.Length) - 1]).TotalMilliseconds;

    /// <param name="callers">How many at once.</param>
    /// <param name="time">No call begins after it.</param>
    /// <param name="call">Makes a call, given the caller's number and how many it has made.</param>
    /// <param name="most">How many calls each caller makes at the most.</param>
    public static async Task<Load> RunAsync(int callers, TimeSpan time, Func<int, int, Task> call, int most = int.MaxValue)
    {
        var began = Stopwatch.GetTimestamp();
        var taken = await Task.WhenAll(
            Enumerable
                .Range(0, callers)
                .Select(caller =>
                    Task.Run(async () =>
                    {
                        var own = new List<long>(16_384);
                        while (own.Count == 0 || (own.Count < most && Stopwatch.GetElapsedTime(began) < time))
                        {
                            var sent = Stopwatch.GetTimestamp();
                            await call(caller, own.Count);
                            own.Add(Stopwatch.GetTimestamp() - sent);
                        }

                        return own;
                    })
                )
        );
        var elapsed = Stopwatch.GetElapsedTime(began);
        var sorted = taken.SelectMany(own => own).ToArray();
        Array.Sort(sorted);
        return new Load(sorted, elapsed);
    }
}
