using Baloan.Core.Reconciliation;

namespace Baloan.Core.Tests.Reconciliation;

public sealed class ComparisonTests
{
    [Fact]
    public void Each_code_is_told_once_and_by_what_the_two_books_say_of_it()
    {
        var ours = Statements.Books(("same", 500), ("other", 600), ("only-ours", 700), ("twice", 800));
        ours["failed"] = Statements.Own("failed", 900, "failed");
        ours["review"] = Statements.Own("review", 1000, "needs_review");

        var compared = Statements.Compare(
            "code,total (toman),ref\nsame,500,1\nother,601,2\ntwice,800,3\ntwice,800,4\nfailed,900,5\nreview,1000,6\nunknown,1100,7\n",
            ours
        );

        compared.Matched.ShouldBe(1);
        compared
            .TheirsNotOurs.Select(one => (one.Code, one.Theirs, one.Settlement?.Status))
            .ShouldBe([("failed", 900, "failed"), ("review", 1000, "needs_review"), ("unknown", 1100, null)]);
        var other = compared.DifferentTotal.ShouldHaveSingleItem();
        (other.Code, other.Theirs, other.Ours, other.Lines[0].Line).ShouldBe(("other", 601, 600, 3));
        var twice = compared.MovedTwice.ShouldHaveSingleItem();
        (twice.Code, twice.Theirs, twice.Ours).ShouldBe(("twice", 1600, 800));
        twice.Lines.Select(line => (line.Line, line.Reference)).ShouldBe([(4, "3"), (5, "4")]);
        compared.OursNotTheirs.Select(one => one.Code).ShouldBe(["only-ours"]);
        (compared.TheirsTotal, compared.OursTotal).ShouldBe((500 + 601 + 1600 + 900 + 1000 + 1100, 500 + 600 + 700 + 800));
    }

    [Theory]
    [InlineData("فاکتور-۱۲", "فاکتور-12")]
    [InlineData("فاکتور-12", "فاکتور-۱۲")]
    [InlineData("12", "۱۲")]
    public void A_code_is_found_in_digits_of_either_script(string ours, string theirs)
    {
        var compared = Statements.Compare($"code,total (toman)\n{theirs},500\n", Statements.Books((ours, 500)));

        compared.Matched.ShouldBe(1);
        compared.OursNotTheirs.ShouldBeEmpty();
        (compared.TheirsTotal, compared.OursTotal).ShouldBe((500, 500));
    }

    [Theory]
    [InlineData("12")]
    [InlineData("۱۲")]
    public void Money_that_was_moved_twice_is_seen_whatever_digits_the_two_lines_are_written_in(string ours)
    {
        var compared = Statements.Compare("code,total (toman)\n12,500\n۱۲,500\n", Statements.Books((ours, 500)));

        compared.Matched.ShouldBe(0);
        var twice = compared.MovedTwice.ShouldHaveSingleItem();
        (twice.Code, twice.Theirs, twice.Ours).ShouldBe((ours, 1000, 500));
    }

    [Fact]
    public void Codes_of_both_scripts_that_are_both_there_are_each_their_own()
    {
        var compared = Statements.Compare("code,total (toman)\n12,500\n۱۲,600\n", Statements.Books(("12", 500), ("۱۲", 600)));

        (compared.Matched, compared.OursTotal).ShouldBe((2, 1100));
    }

    [Fact]
    public void A_line_that_an_export_repeats_is_compared_once_and_told()
    {
        var compared = Statements.Compare(
            "code,total (toman),date,ref\nA,500,1405/09/09 12:00:01,77\nA,500,1405/09/09 12:00:01,77\nA,500,1405/09/09 12:00:01,77\n",
            Statements.Books(("A", 500))
        );

        compared.Matched.ShouldBe(1);
        compared.MovedTwice.ShouldBeEmpty();
        compared.TheirsTotal.ShouldBe(500);
        compared.Repeated.ShouldHaveSingleItem().Lines.Select(line => line.Line).ShouldBe([2, 3, 4]);
    }

    [Theory]
    [InlineData("code,total (toman),date,ref\nA,500,1405/09/09 12:00,77\nA,500,1405/09/09 12:00,78\n")]
    [InlineData("code,total (toman),date,ref\nA,500,1405/09/09 12:00,77\nA,500,1405/09/09 12:01,77\n")]
    [InlineData("code,total (toman),date,ref\nA,500,1405/09/09,77\nA,501,1405/09/09,77\n")]
    [InlineData("code,total (toman),date\nA,500,1405/09/09 12:00:01\nA,500,1405/09/09 12:00:01\n")]
    [InlineData("code,total (toman)\nA,500\nA,500\n")]
    public void Money_that_was_moved_twice_is_not_taken_for_a_repetition(string statement) =>
        Statements.Compare(statement, Statements.Books(("A", 500))).MovedTwice.ShouldHaveSingleItem().Lines.Count.ShouldBe(2);

    [Fact]
    public void Rial_are_compared_as_Toman_and_those_that_are_no_whole_Toman_are_kept_out()
    {
        var compared = Statements.Compare("code,total (rial)\nA,5000\nB,5005\n", Statements.Books(("A", 500), ("B", 500)));

        (compared.Matched, compared.TheirsTotal, compared.Unit).ShouldBe((1, 500, AmountUnit.Rial));
        compared.BadLines.ShouldHaveSingleItem().ShouldBe(new BadLine(new(null, 3), BadLineReason.NotWholeToman, "B"));
        compared.OursNotTheirs.ShouldHaveSingleItem().Lines.ShouldHaveSingleItem().Line.ShouldBe(3);
    }

    [Fact]
    public void A_column_that_says_no_unit_is_Toman_where_a_common_total_says_so_and_asked_about_where_all_are_ten_times_ours()
    {
        var ours = Statements.Books(("A", 500), ("B", 600));

        var toman = Statements.Compare("code,total\nA,500\nB,6000\n", ours);
        (toman.Matched, toman.IsUnitAssumed).ShouldBe((1, false));
        toman.DifferentTotal.ShouldHaveSingleItem().Theirs.ShouldBe(6000);
        var unclear = Should.Throw<StatementException>(() => Statements.Compare("code,total\nA,5000\nB,6000\n", ours));
        (unclear.Fault, unclear.Field, unclear.Details[0]).ShouldBe((StatementFault.UnitNotClear, "total_unit", 2));
        Statements.Compare("code,total\nA,5000\nB,6000\n", ours, AmountUnit.Rial).Matched.ShouldBe(2);
        Statements.Compare("code,total\nA,5000\nB,6000\n", ours, AmountUnit.Toman).DifferentTotal.Count.ShouldBe(2);
        Statements.Compare("code,total\nC,5000\n", ours).IsUnitAssumed.ShouldBeTrue();
    }

    [Fact]
    public void A_settlement_outside_the_period_matches_a_line_and_is_not_missed_where_there_is_none()
    {
        var ours = Statements.Books(("A", 500));
        ours["B"] = Statements.Own("B", 600, isInPeriod: false);
        ours["C"] = Statements.Own("C", 700, isInPeriod: false);

        var compared = Statements.Compare("code,total (toman)\nA,500\nB,600\n", ours);

        (compared.Matched, compared.OursTotal).ShouldBe((2, 1100));
        compared.OursNotTheirs.ShouldBeEmpty();
    }

    [Fact]
    public void A_code_in_Persian_digits_is_that_in_ASCII_ones_where_no_other_is() =>
        Statements.Compare("code,total (toman)\nTLC-۱۱۱,500\n", Statements.Books(("TLC-111", 500))).Matched.ShouldBe(1);

    [Fact]
    public void A_line_that_cannot_be_read_is_in_no_sum()
    {
        var compared = Statements.Compare("code,total (toman)\nA,500\nB,xyz\n", Statements.Books(("A", 500), ("B", 600)));

        (compared.TheirsTotal, compared.OursTotal, compared.Matched).ShouldBe((500, 1100, 1));
        compared.OursNotTheirs.ShouldHaveSingleItem().Lines.ShouldHaveSingleItem().Line.ShouldBe(3);
    }
}
