using System.Globalization;

namespace Baloan.Model.Tests.Settlements;

/// <summary>
/// The rules of settlements alone, without storage, HTTP or threads: whoever carries them out may do so at any time, twice, half, or on
/// what was read long ago. Without all the rest, hundreds of thousands of sequences take seconds.
/// </summary>
public sealed class RulesModelTests
{
    private const int TimesMore = 200;

    [Fact]
    public void The_rules_move_money_at_most_once_and_say_nothing_that_is_not_so()
    {
        var count = Sequences.Count * TimesMore;
        var coverage = new World.Coverage();
        var gate = new Lock();
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        Parallel.For(
            0,
            Environment.ProcessorCount,
            part =>
            {
                var own = new World.Coverage();
                for (var number = part; number < count; number += Environment.ProcessorCount)
                {
                    Play(number, own);
                }

                lock (gate)
                {
                    coverage.Add(own);
                }
            }
        );
        var took = System.Diagnostics.Stopwatch.GetElapsedTime(began);
        var text =
            string.Create(
                CultureInfo.InvariantCulture,
                $"{count} sequences of the rules, seed {Sequences.Seed}, in {took.TotalSeconds:F1} s ({count / took.TotalSeconds:F0} a "
                    + $"second)\n"
            )
            + string.Concat(
                coverage.All.Select(entry => string.Create(CultureInfo.InvariantCulture, $"  {entry.Key, -60} {entry.Value, 12:N0}\n"))
            );
        Sequences.Publish(nameof(The_rules_move_money_at_most_once_and_say_nothing_that_is_not_so), text);
    }

    private static void Play(int number, World.Coverage coverage)
    {
        try
        {
            new RulesWorld(ChanceOf(number), coverage, null).Play();
        }
        catch (World.ModelException)
        {
            // Once more, and told step by step.
            var told = new List<string>();
            try
            {
                new RulesWorld(ChanceOf(number), new World.Coverage(), told.Add).Play();
            }
            catch (World.ModelException again)
            {
                throw new World.ModelException($"Sequence {number} of seed {Sequences.Seed}: {again.Message}\n{string.Join('\n', told)}");
            }

            throw;
        }
    }

    private static Random ChanceOf(int number) => new(unchecked(((int)Sequences.Seed * 1_000_003) + number));
}
