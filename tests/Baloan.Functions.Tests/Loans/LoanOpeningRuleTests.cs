using System.Text.Json;
using Baloan.Client;
using Baloan.Core.Loans;

namespace Baloan.Functions.Tests.Loans;

/// <summary>What becomes of the opening of a loan.</summary>
public sealed class LoanOpeningRuleTests
{
    private const string Kept = """{"uuid":"a71b93c4-b1a9-4868-9cb2-310757422af1"}""";
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly LoanRequest Request = new("09123456789", "0012345678", new(1999, 2, 14), 10_000_000, 12, 1);

    [Theory]
    [InlineData(LoanOpeningStatus.Sending, 0, LoanOpeningDecision.Wait)]
    [InlineData(LoanOpeningStatus.Sending, 89, LoanOpeningDecision.Wait)]
    [InlineData(LoanOpeningStatus.Sending, 90, LoanOpeningDecision.Unknown)]
    [InlineData(LoanOpeningStatus.Unknown, 0, LoanOpeningDecision.Unknown)]
    [InlineData(LoanOpeningStatus.Unknown, 100_000, LoanOpeningDecision.Unknown)]
    [InlineData(LoanOpeningStatus.Opened, 0, LoanOpeningDecision.Answer)]
    [InlineData(LoanOpeningStatus.NotOpened, 0, LoanOpeningDecision.Send)]
    public void A_request_is_decided_by_its_row(LoanOpeningStatus status, int seconds, LoanOpeningDecision decision)
    {
        var row = Row() with { Status = status };

        LoanOpeningRules.Decide(row, isWhole: true, "f", Now.AddSeconds(seconds)).ShouldBe(decision);
        LoanOpeningRules.Decide(row, isWhole: true, "other", Now.AddSeconds(seconds)).ShouldBe(LoanOpeningDecision.KeyReused);
        LoanOpeningRules.Decide(row, isWhole: false, "f", Now.AddSeconds(seconds)).ShouldBe(LoanOpeningDecision.Unknown);
        LoanOpeningRules.Decide(row with { Schema = 2 }, isWhole: true, "f", Now.AddSeconds(seconds)).ShouldBe(LoanOpeningDecision.Unknown);
    }

    [Fact]
    public void Without_a_row_it_is_sent() => LoanOpeningRules.Decide(null, isWhole: true, "f", Now).ShouldBe(LoanOpeningDecision.Send);

    [Theory]
    [InlineData(LoanOpeningStatus.Sending)]
    [InlineData(LoanOpeningStatus.Unknown)]
    [InlineData(LoanOpeningStatus.NotOpened)]
    public void Baloans_yes_counts_whatever_was_thought_meanwhile(LoanOpeningStatus status)
    {
        var row = Row() with { Status = status };

        LoanOpeningRules.AfterYes(row, "s", "u", Kept, Now).ShouldNotBeNull().Status.ShouldBe(LoanOpeningStatus.Opened);
        LoanOpeningRules.AfterYes(row, "an earlier sending", "u", Kept, Now).ShouldBeNull();
        LoanOpeningRules.AfterYes(row with { Schema = 2 }, "s", "u", Kept, Now).ShouldBeNull();
    }

    [Theory]
    [InlineData(LoanOpeningStatus.Sending, true, true)]
    [InlineData(LoanOpeningStatus.Unknown, true, false)]
    [InlineData(LoanOpeningStatus.Opened, false, false)]
    [InlineData(LoanOpeningStatus.NotOpened, false, false)]
    public void What_has_ended_is_changed_by_no_refusal_and_by_no_silence(LoanOpeningStatus status, bool refused, bool silent)
    {
        var row = Row() with { Status = status };

        (LoanOpeningRules.AfterNo(row, "s", null, Now) is not null).ShouldBe(refused);
        (LoanOpeningRules.AfterSilence(row, "s", null, Now) is not null).ShouldBe(silent);
        LoanOpeningRules.AfterNo(row, "another", null, Now).ShouldBeNull();
        LoanOpeningRules.AfterSilence(row, "another", null, Now).ShouldBeNull();
    }

    [Theory]
    [InlineData(LoanOpeningStatus.Sending, 89, false)]
    [InlineData(LoanOpeningStatus.Sending, 90, true)]
    [InlineData(LoanOpeningStatus.Unknown, 0, true)]
    [InlineData(LoanOpeningStatus.Opened, 90, false)]
    [InlineData(LoanOpeningStatus.NotOpened, 90, false)]
    public void A_person_decides_what_is_not_known(LoanOpeningStatus status, int seconds, bool may)
    {
        var row = Row() with { Status = status };

        (LoanOpeningRules.AfterDecision(row, Guid.NewGuid(), "note", "by", Now.AddSeconds(seconds)) is not null).ShouldBe(may);
        (LoanOpeningRules.AfterDecision(row, null, "note", null, Now.AddSeconds(seconds))?.Status == LoanOpeningStatus.NotOpened).ShouldBe(
            may
        );
        LoanOpeningRules.AfterDecision(row with { Schema = 2 }, null, "note", null, Now.AddSeconds(seconds)).ShouldBeNull();
    }

    [Fact]
    public void An_answer_is_kept_without_the_customer_and_made_whole_by_the_same_request()
    {
        const string Answer =
            """{"phone_number":"09123456789","national_identifier":"0012345678","birth_date":"1999-02-14","amount":"10000000.00","loan_due":12,"store":1,"uuid":"u","plan_detail":{"total_payback":5}}""";

        var kept = LoanOpeningRules.Kept(JsonElement.Parse($$"""{{Answer[..^1]}},"name":"somebody"}"""));

        kept.ShouldNotContain("0012345678");
        kept.ShouldNotContain("09123456789");
        kept.ShouldNotContain("somebody");
        LoanOpeningRules.Again(kept, Request).GetRawText().ShouldBe(Answer);
    }

    [Fact]
    public void An_answer_too_long_for_a_column_is_kept_without_its_plan()
    {
        var kept = LoanOpeningRules.Kept(JsonElement.Parse($$$"""{"uuid":"u","plan_detail":{"x":"{{{new string('x', 40_000)}}}"}}"""));

        kept.ShouldBe("""{"uuid":"u"}""");
    }

    private static LoanOpeningRow Row() => LoanOpeningRules.Begin(null, "id", Request, "f", "s", null, Now);
}
