using Baloan.Model.Tests.World;
using FsCheck;
using FsCheck.Fluent;

namespace Baloan.Model.Tests.Loans;

public sealed class OpeningModelTests
{
    private static readonly Fate[] Answers =
    [
        Fate.Unavailable,
        Fate.RefusedInHtml,
        Fate.RefusedEmpty,
        Fate.RefusedWithSuccess,
        Fate.NotFound,
        Fate.NotFoundInHtml,
        Fate.Forbidden,
        Fate.Conflict,
        Fate.TooLarge,
        Fate.ThrottledInHtml,
        Fate.ClientClosed,
        Fate.BadGateway,
        Fate.Accepted,
        Fate.Pending,
        Fate.OkWithCode,
        Fate.OkWithNothing,
        Fate.Redirect,
    ];

    private static readonly Gen<int> AnswerFates =
        from fate in Gen.Elements(Answers)
        from happened in Gen.Elements(0, (int)Fate.Happened)
        select (int)fate | happened;

    private static readonly Gen<int> BaloanFates = Gen.Frequency(
        (
            2,
            Gen.Elements([.. Enum.GetValues<Fate>().Where(fate => fate is not (Fate.Happened or Fate.SentOnTwice or Fate.OkWithOldCredit))])
                .Select(fate => (int)fate)
        ),
        (2, AnswerFates)
    );

    private static readonly Gen<int> StorageFates = Gen.Elements(
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

    private static readonly Gen<Step> Posts =
        from instance in Gen.Choose(0, 1)
        from key in Gen.Frequency((6, Gen.Constant(0)), (2, Gen.Constant(1)), (1, Gen.Constant(2)))
        from other in Gen.Frequency((9, Gen.Constant(0)), (1, Gen.Constant(1)))
        select new Step("open", instance, key, other);

    private static readonly Gen<Step[]> Steps = Gen.Frequency((16, OneStep.Select(step => new[] { step })), (1, Erasures));

    /// <summary>
    /// Loans end, days go by, and an erasure gets as far as it does: whoever does it dies, loses an answer or stands still, while the same
    /// is asked for once more under its key.
    /// </summary>
    private static Gen<Step[]> Erasures =>
        from instance in Gen.Choose(0, 1)
        from days in Gen.Elements(9, 31)
        from erasure in Gen.Frequency(
            (1, Gen.Choose(0, 1).Select(customer => new Step("erase", instance, customer))),
            (2, Gen.Constant(new Step("retention", instance)))
        )
        from held in Gen.Choose(0, 12)
        from interrupted in Gen.Frequency(
            (1, Gen.Constant(new Step("death", instance))),
            (2, from pick in Gen.Choose(0, 5) from fate in StorageFates select new Step("fate", pick, fate)),
            (1, Gen.Constant(new Step("still", instance))),
            (2, Gen.Constant(new Step("run", 60)))
        )
        from post in Posts
        select new[]
        {
            new Step("run", 60),
            new Step("paid", 1 - instance),
            new Step("run", 60),
            new Step("resolve", 1 - instance),
            new Step("run", 60),
            new Step("age", days),
            erasure,
            new Step("run", held),
            interrupted,
            post with
            {
                A = 1 - instance,
            },
            new Step("run", 60),
            new Step("go", instance),
        };

    private static Gen<Step> OneStep =>
        Gen.Frequency(
            (5, Posts),
            (
                8,
                from count in Gen.Frequency((3, Gen.Choose(1, 10)), (1, Gen.Constant(40)))
                from picks in Gen.Choose(0, 20)
                select new Step("run", count, picks)
            ),
            (4, from pick in Gen.Choose(0, 5) from fate in StorageFates select new Step("fate", pick, fate)),
            (5, from fate in BaloanFates select new Step("plan", 0, fate)),
            (
                3,
                from duration in Gen.Frequency((12, Gen.Choose(0, 3)), (2, Gen.Choose(4, 5)))
                from calm in Gen.Elements(80, 0)
                select new Step("time", duration, calm)
            ),
            (1, from service in Gen.Choose(0, 2) select new Step("away", service)),
            (1, from lateness in Gen.Choose(0, OpeningWorld.LatenessCount - 1) select new Step("late", lateness)),
            (1, from instance in Gen.Choose(0, 1) select new Step("death", instance)),
            (1, from instance in Gen.Choose(0, 1) select new Step("still", instance)),
            (2, from instance in Gen.Choose(0, 1) select new Step("go", instance)),
            (
                1,
                from instance in Gen.Choose(0, 1)
                from error in Gen.Choose(0, World.World.ClockErrorCount - 1)
                select new Step("clock", instance, error)
            ),
            (1, from away in Gen.Choose(1, 4) select new Step("vault", away)),
            (1, from instance in Gen.Choose(0, 1) select new Step("sweep", instance)),
            (1, from instance in Gen.Choose(0, 1) select new Step("resolve", instance))
        );

    [Fact]
    public void Under_one_key_no_loan_is_opened_twice_and_what_is_not_known_stays_listed() =>
        new Sequences(
            nameof(Under_one_key_no_loan_is_opened_twice_and_what_is_not_known_stays_listed),
            Posts,
            Steps,
            trace => new OpeningWorld { Trace = trace },
            part: 3
        ).Run();
}
