using Baloan.Model.Tests.Storage;
using Baloan.Model.Tests.World;
using FsCheck;
using FsCheck.Fluent;

namespace Baloan.Model.Tests.Loans;

public sealed class LoanModelTests
{
    private static readonly Gen<int> Place = Gen.Choose(0, LoanWorld.PlaceCount - 1);
    private static readonly Gen<int> Loan = Gen.Frequency((4, Gen.Constant(0)), (1, Gen.Constant(1)));

    private static readonly Gen<Step> Callbacks =
        from place in Place
        from loan in Loan
        from kind in Gen.Choose(0, LoanWorld.KindCount - 1)
        select new Step("callback", place, loan, kind);

    private static readonly Gen<int> Fates = Gen.Elements(
            Fate.NoConnection,
            Fate.CutBefore,
            Fate.CutAfter,
            Fate.CutAfter,
            Fate.ErrorBefore,
            Fate.ErrorAfter,
            Fate.Done,
            Fate.DeathBefore,
            Fate.DeathMeanwhile,
            Fate.DeathAfter,
            Fate.Unavailable
        )
        .Select(fate => (int)fate);

    private static readonly Gen<Step[]> Steps = Gen.Frequency(
            (10, Callbacks),
            (
                8,
                from count in Gen.Frequency((3, Gen.Choose(1, 10)), (1, Gen.Constant(40)))
                from picks in Gen.Choose(0, 20)
                select new Step("run", count, picks)
            ),
            (5, from pick in Gen.Choose(0, 5) from fate in Fates select new Step("fate", pick, fate)),
            (
                3,
                from place in Place
                from pick in Gen.Choose(0, 3)
                from twice in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Constant(1)))
                select new Step("deliver", place, pick, twice)
            ),
            (
                3,
                from duration in Gen.Frequency((12, Gen.Choose(0, 3)), (2, Gen.Choose(4, 5)))
                from calm in Gen.Frequency((1, Gen.Constant(80)), (1, Gen.Constant(0)))
                select new Step("time", duration, calm)
            ),
            (2, from service in Gen.Choose(0, 2) select new Step("away", service)),
            (1, from place in Place from loan in Loan select new Step("open", place, loan)),
            (1, from place in Place select new Step("death", place)),
            (1, from place in Place select new Step("still", place)),
            (2, from place in Place select new Step("go", place)),
            (1, from place in Place select new Step("sweep", place)),
            (1, from place in Place select new Step("list", place))
        )
        .Select(step => new[] { step });

    [Fact]
    public void No_callback_is_lost_and_the_state_is_the_one_that_the_rules_give() =>
        new Sequences(
            nameof(No_callback_is_lost_and_the_state_is_the_one_that_the_rules_give),
            Callbacks,
            Steps,
            trace => new LoanWorld { Trace = trace },
            part: 3
        ).Run();

    internal static Func<Action<StorageRequest, StorageAnswer>, Sequences> Sequences(
        Func<Action<StorageRequest, StorageAnswer>, LoanWorld> newWorld
    ) => told => new Sequences(nameof(LoanModelTests), Callbacks, Steps, _ => newWorld(told));
}
