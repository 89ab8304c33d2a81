using Baloan.Model.Tests.Storage;
using Baloan.Model.Tests.World;
using FsCheck;
using FsCheck.Fluent;

namespace Baloan.Model.Tests.Settlements;

public sealed class SettlementModelTests
{
    private static readonly Gen<int> StorageFates = Gen.Elements(
            Fate.NoConnection,
            Fate.CutBefore,
            Fate.CutAfter,
            Fate.CutAfter,
            Fate.ErrorBefore,
            Fate.ErrorAfter,
            Fate.Done,
            Fate.Done,
            Fate.Taken,
            Fate.DeathBefore,
            Fate.DeathMeanwhile,
            Fate.DeathAfter,
            Fate.Unavailable
        )
        .Select(fate => (int)fate);

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
        Fate.OkWithOldCredit,
        Fate.Redirect,
    ];

    /// <summary>Whatever is answered, it has happened, or happens later or never.</summary>
    private static readonly Gen<int> AnswerFates =
        from fate in Gen.Elements(Answers)
        from happened in Gen.Elements(0, (int)Fate.Happened)
        select (int)fate | happened;

    private static readonly Gen<int> BaloanFates = Gen.Frequency(
        (3, Gen.Elements([.. Enum.GetValues<Fate>().Where(fate => fate != Fate.Happened)]).Select(fate => (int)fate)),
        (2, AnswerFates),
        (1, Gen.Constant((int)(Fate.Refused | Fate.Happened)))
    );

    private static readonly Gen<int> Unanswered = Gen.Frequency(
        (
            2,
            Gen.Elements(
                    Fate.CutBefore,
                    Fate.CutBefore,
                    Fate.CutAfter,
                    Fate.ErrorBefore,
                    Fate.ErrorAfter,
                    Fate.GarbageBefore,
                    Fate.GarbageAfter,
                    Fate.Taken
                )
                .Select(fate => (int)fate)
        ),
        (2, AnswerFates)
    );

    private static readonly Gen<Step> Posts =
        from instance in Gen.Choose(0, 1)
        from code in Gen.Frequency((6, Gen.Constant(0)), (3, Gen.Constant(1)), (1, Gen.Constant(2)))
        from change in Gen.Frequency((8, Gen.Constant(0)), (1, Gen.Choose(1, 3)))
        from form in Gen.Frequency((8, Gen.Choose(0, 3)), (1, Gen.Choose(4, 7)))
        select new Step("post", instance, code, change + (form * 4));

    private static readonly Gen<Step[]> Steps = StepsWith(SettlementWorld.AmountCount - 1);

    private static Sequences WithErasures =>
        new(
            nameof(What_is_erased_moves_no_money_again_and_loses_nothing_that_is_under_way),
            Posts,
            Gen.Frequency((6, Steps), (1, Erasures)),
            trace => new SettlementWorld { Trace = trace },
            part: 2
        );

    [Fact]
    public void Money_is_moved_at_most_once_and_nothing_accepted_is_lost() =>
        new Sequences(
            nameof(Money_is_moved_at_most_once_and_nothing_accepted_is_lost),
            Posts,
            Steps,
            trace => new SettlementWorld(withCoincidence: false) { Trace = trace }
        ).Run();

    /// <summary>Spending exactly the total elsewhere at the same time deceives; nothing else does, and this counts how often.</summary>
    [Fact]
    public void Only_the_one_coincidence_deceives() =>
        new Sequences(
            nameof(Only_the_one_coincidence_deceives),
            Posts,
            StepsWith(SettlementWorld.AmountCount),
            trace => new SettlementWorld(withCoincidence: true) { Trace = trace },
            part: 10
        ).Run();

    /// <summary>A credit that is some time old deceives only where something in front has a duplicate refused; nothing else does.</summary>
    [Fact]
    public void An_old_credit_is_no_proof() =>
        new Sequences(
            nameof(An_old_credit_is_no_proof),
            Posts,
            Gen.Frequency((12, Steps), (1, Gen.Choose(0, SettlementWorld.LagCount - 1).Select(lag => new[] { new Step("lag", lag) }))),
            trace => new SettlementWorld(withOldCredit: true) { Trace = trace },
            part: 3
        ).Run();

    /// <summary>What tells of a customer goes after days or on request, whatever dies over it, and the code stays the code.</summary>
    [Fact]
    public void What_is_erased_moves_no_money_again_and_loses_nothing_that_is_under_way() => WithErasures.Run();

    [Fact]
    public void The_end_of_an_attempt_is_told_although_a_POST_found_it_standing_still_and_another_one_began_the_next() =>
        WithErasures.Replay(
            "post:0:1:0 post:0:0:0 run:6:0:0 run:11:0:0 age:1:0:0 post:0:1:0 deliver:0:0:0 run:5:0:0 deliver:0:0:0 run:19:0:0 age:1:0:0 "
                + "post:0:1:0"
        );

    internal static Func<Action<StorageRequest, StorageAnswer>, Sequences> Sequences(
        Func<Action<StorageRequest, StorageAnswer>, SettlementWorld> newWorld
    ) => told => new Sequences(nameof(SettlementModelTests), Posts, Steps, _ => newWorld(told));

    private static Gen<Step[]> StepsWith(int lastAmount) =>
        Gen.Frequency(
            (12, OneStep(lastAmount).Select(step => new[] { step })),
            (1, Unsure),
            (
                1,
                from instance in Gen.Choose(0, 1)
                from held in Gen.Choose(3, 12)
                from duration in Gen.Choose(2, 4)
                from others in Gen.Choose(1, 3)
                select new[] { new Step("deliver", instance), new Step("run", held), new Step("still", instance) }
                    .Concat(Elsewhere(instance, duration, others))
                    .Append(new Step("go", instance))
                    .Append(new Step("run", 40))
                    .ToArray()
            ),
            (
                1,
                from instance in Gen.Choose(0, 1)
                from duration in Gen.Choose(1, 4)
                select new[] { new Step("time", duration, 80), new Step("deliver", instance), new Step("run", 60) }
            )
        );

    /// <summary>A settlement that goes straight to Baloan and gets no answer. Left to chance alone, these would be too few.</summary>
    private static Gen<Step[]> Unsure =>
        from post in Posts
        from fate in Unanswered
        from lateness in Gen.Choose(0, SettlementWorld.LatenessCount - 1)
        select new[]
        {
            new Step("late", lateness),
            new Step("plan", 0, fate),
            post,
            new Step("run", 60),
            new Step("deliver", post.A),
            new Step("run", 60),
        };

    /// <summary>
    /// Days go by, and an erasure gets as far as it does: whoever does it dies, loses an answer or stands still, while the code is asked
    /// for once more.
    /// </summary>
    private static Gen<Step[]> Erasures =>
        from instance in Gen.Choose(0, 1)
        from days in Gen.Elements(9, 31)
        from erasure in Gen.Frequency(
            (2, Gen.Choose(0, 2).Select(customer => new Step("erase", instance, customer))),
            (1, Gen.Constant(new Step("retention", instance)))
        )
        from held in Gen.Choose(0, 25)
        from interrupted in Gen.Frequency(
            (2, Gen.Constant(new Step("death", instance))),
            (2, from pick in Gen.Choose(0, 5) from fate in StorageFates select new Step("fate", pick, fate)),
            (1, Gen.Constant(new Step("still", instance))),
            (1, Gen.Constant(new Step("run", 60)))
        )
        from post in Posts
        select new[]
        {
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
            new Step("deliver", 1 - instance),
            new Step("run", 60),
            new Step("go", instance),
        };

    /// <summary>What the other instance does while one stands still.</summary>
    private static Step[] Elsewhere(int instance, int duration, int times) =>
        [
            .. Enumerable
                .Repeat(
                    new[]
                    {
                        new Step("time", duration, 80),
                        new Step("sweep", 1 - instance),
                        new Step("run", 60),
                        new Step("deliver", 1 - instance),
                        new Step("run", 60),
                    },
                    times
                )
                .SelectMany(steps => steps),
        ];

    private static Gen<Step> OneStep(int lastAmount) =>
        Gen.Frequency(
            (4, Posts),
            (
                8,
                from instance in Gen.Choose(0, 1)
                from pick in Gen.Choose(0, 5)
                from twice in Gen.Frequency((4, Gen.Constant(0)), (1, Gen.Constant(1)))
                select new Step("deliver", instance, pick, twice)
            ),
            (
                10,
                from count in Gen.Frequency((2, Gen.Choose(1, 15)), (2, Gen.Constant(40)))
                from picks in Gen.Choose(0, 20)
                select new Step("run", count, picks)
            ),
            (5, from pick in Gen.Choose(0, 5) from fate in StorageFates select new Step("fate", pick, fate)),
            (
                3,
                from operation in Gen.Frequency((4, Gen.Constant(0)), (2, Gen.Constant(1)), (2, Gen.Constant(2)))
                from fate in BaloanFates
                select new Step("plan", operation, fate)
            ),
            (5, from fate in Unanswered select new Step("plan", 0, fate)),
            (
                6,
                from duration in Gen.Frequency(
                    (15, Gen.Choose(0, 3)),
                    (3, Gen.Constant(4)),
                    (1, Gen.Choose(5, World.World.DurationCount - 1))
                )
                from calm in Gen.Frequency((3, Gen.Constant(80)), (1, Gen.Constant(0)))
                select new Step("time", duration, calm)
            ),
            (2, from instance in Gen.Choose(0, 1) select new Step("sweep", instance)),
            (
                2,
                from customer in Gen.Frequency((4, Gen.Constant(0)), (1, Gen.Constant(1)))
                from amount in Gen.Choose(0, lastAmount)
                select new Step("spend", customer, amount)
            ),
            (1, from instance in Gen.Choose(0, 1) select new Step("death", instance)),
            (1, from instance in Gen.Choose(0, 1) select new Step("still", instance)),
            (2, from instance in Gen.Choose(0, 1) select new Step("go", instance)),
            (
                1,
                from instance in Gen.Choose(0, 1)
                from error in Gen.Choose(0, World.World.ClockErrorCount - 1)
                select new Step("clock", instance, error)
            ),
            (2, from lateness in Gen.Choose(0, SettlementWorld.LatenessCount - 1) select new Step("late", lateness)),
            (1, from instance in Gen.Choose(0, 1) from code in Gen.Choose(0, 2) select new Step("get", instance, code)),
            (1, from away in Gen.Choose(1, 6) select new Step("vault", away)),
            (1, from instance in Gen.Choose(0, 1) from code in Gen.Choose(0, 2) select new Step("resolve", instance, code)),
            (1, from instance in Gen.Choose(0, 1) from code in Gen.Choose(0, 2) select new Step("withdraw", instance, code)),
            (1, from code in Gen.Choose(0, 2) select new Step("older", code)),
            (
                1,
                from code in Gen.Choose(0, 9)
                from byStatus in Gen.Choose(0, 1)
                select code < 3 ? new Step("newer", code, byStatus) : new Step("go", code)
            )
        );
}
