using System.Reflection;
using System.Runtime.Serialization;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;

namespace Baloan.Core.Tests.Settlements;

public sealed class ErasureRulesTests
{
    private const string Customer = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string Other = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    // All that is kept as it was: it tells of the purchase and its outcome, or of the writes.
    private static readonly string[] Kept =
    [
        nameof(Settlement.PartitionKey),
        nameof(Settlement.RowKey),
        nameof(Settlement.WriteId),
        nameof(Settlement.Code),
        nameof(Settlement.StatusColumn),
        nameof(Settlement.SendingId),
        nameof(Settlement.OpenETag),
        nameof(Settlement.ListETag),
        nameof(Settlement.ErrorCode),
        nameof(Settlement.PendingErrorCode),
    ];

    private static readonly DateTimeOffset Ended = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = Ended.AddDays(100);

    private static readonly Settlement Row = new()
    {
        PartitionKey = "T-1",
        Code = "T-1",
        Status = SettlementStatus.Settled,
        CustomerHash = Customer,
        Total = 500_000,
        Attempts = 1,
        EndedAt = Ended,
        SchemaVersion = Settlement.CurrentSchema,
        KnownBy = SettlementKnownBy.Credit,
    };

    [Theory]
    [InlineData(SettlementStatus.Queued, ErasureHindrance.UnderWay)]
    [InlineData(SettlementStatus.Submitting, ErasureHindrance.UnderWay)]
    [InlineData(SettlementStatus.Verifying, ErasureHindrance.UnderWay)]
    [InlineData(SettlementStatus.NeedsReview, ErasureHindrance.AwaitsPerson)]
    [InlineData(SettlementStatus.Settled, null)]
    [InlineData(SettlementStatus.Rejected, null)]
    [InlineData(SettlementStatus.Failed, null)]
    public void What_has_not_ended_or_awaits_a_person_is_kept(SettlementStatus status, ErasureHindrance? why) =>
        ErasureRules.HindranceOf(Row with { Status = status }, Now).ShouldBe(why);

    [Fact]
    public void What_ended_lately_or_was_written_by_a_newer_version_is_kept()
    {
        ErasureRules.HindranceOf(Row, Ended).ShouldBe(ErasureHindrance.EndedLately);
        ErasureRules.HindranceOf(Row, Ended.AddTicks(1)).ShouldBeNull();
        ErasureRules
            .HindranceOf(Row with { SchemaVersion = Settlement.CurrentSchema + 1 }, Now)
            .ShouldBe(ErasureHindrance.WrittenByNewerVersion);
        ErasureRules.HindranceOf(Row with { StatusColumn = "Reserved" }, Now).ShouldBe(ErasureHindrance.WrittenByNewerVersion);
    }

    [Fact]
    public void No_text_and_no_number_of_a_customer_stays_whatever_column_it_is_in()
    {
        var full = Row with { };
        foreach (var column in Columns().Where(column => column.Name != nameof(Settlement.StatusColumn)))
        {
            var type = Nullable.GetUnderlyingType(column.PropertyType) ?? column.PropertyType;
            if (type == typeof(string))
            {
                column.SetValue(full, $"told by {column.Name}");
            }
            else if (type == typeof(long))
            {
                column.SetValue(full, 4_711L);
            }
        }

        var erased = ErasureRules.Erase(full, Now);

        Columns()
            .Where(column => column.GetValue(erased) is string { Length: > 0 } text && text.Contains("told by", StringComparison.Ordinal))
            .Select(column => column.Name)
            .ShouldBe(Kept.Where(name => name != nameof(Settlement.StatusColumn)), ignoreOrder: true);
        Columns().Where(column => column.GetValue(erased) is 4_711L).Select(column => column.Name).ShouldBe([nameof(Settlement.Total)]);
    }

    [Fact]
    public void The_outcome_stays_with_how_it_is_known_and_when()
    {
        var erased = ErasureRules.Erase(Row with { Note = "asked", ResolvedBy = "Sara", ResolvedSettled = true }, Now);

        (erased.Status, erased.Total, erased.EndKnownBy, erased.Ended).ShouldBe(
            (SettlementStatus.Settled, 500_000L, SettlementKnownBy.Credit, Ended)
        );
        (erased.Note, erased.ResolvedSettled, erased.ErasedAt).ShouldBe(("", true, Now));
        // An older version wrote neither; what was concluded from a note and from the last write has to be said now.
        var old = ErasureRules.Erase(
            Row with
            {
                SchemaVersion = 1,
                KnownBy = null,
                EndedAt = null,
                UpdatedAt = Ended,
                Note = "asked",
            },
            Now
        );
        (old.EndKnownBy, old.Ended).ShouldBe((SettlementKnownBy.Person, Ended));
    }

    [Fact]
    public void A_repeated_POST_meets_its_customer_again_and_two_codes_do_not_meet_each_other()
    {
        var (one, two) = (ErasureRules.Erase(Row, Now), ErasureRules.Erase(Row with { Code = "T-2" }, Now));

        ErasureRules.IsOf(one, Customer).ShouldBeTrue();
        ErasureRules.IsOf(one, Other).ShouldBeFalse();
        one.CustomerHash.ShouldNotBe(two.CustomerHash);
        one.CustomerHash.ShouldNotBe(Customer);
        ErasureRules.Erase(one, Now.AddDays(1)).CustomerHash.ShouldBe(one.CustomerHash);
        ErasureRules.IsOf(Row, Customer).ShouldBeTrue();
    }

    [Fact]
    public void What_Baloan_said_after_it_was_erased_is_erased_in_its_time()
    {
        var erased = ErasureRules.Erase(Row, Now);

        ErasureRules.IsErased(Row).ShouldBeFalse();
        ErasureRules.IsErased(erased).ShouldBeTrue();
        ErasureRules.IsErased(erased with { EndedAt = Now.AddDays(1), UserCredit = 7 }).ShouldBeFalse();
    }

    private static IEnumerable<PropertyInfo> Columns() =>
        typeof(Settlement).GetProperties().Where(column => column.CanWrite && !column.IsDefined(typeof(IgnoreDataMemberAttribute)));
}
