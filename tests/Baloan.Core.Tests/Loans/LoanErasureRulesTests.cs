using Baloan.Core.Loans;
using Baloan.Core.Storage;

namespace Baloan.Core.Tests.Loans;

public sealed class LoanErasureRulesTests
{
    private static readonly DateTimeOffset Ended = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = Ended.AddDays(100);

    private static readonly Loan Paid = new()
    {
        PartitionKey = "d4c22af9-3676-4c6e-ab72-2a7b5b22afc5",
        State = LoanStates.LoanPaid,
        UpdatedAt = Ended,
    };

    private static readonly LoanOpeningRow Opened = new()
    {
        PartitionKey = "0f8fad5b",
        Status = LoanOpeningStatus.Opened,
        Uuid = Paid.Uuid,
        Fingerprint = "fingerprint",
        Answer = """{"uuid":"d4c22af9-3676-4c6e-ab72-2a7b5b22afc5"}""",
        MaskedIdentifier = "******5678",
        MaskedPhoneNumber = "*******4567",
        CustomerHash = "customer",
        PhoneHash = "phone",
        Note = "The customer Sara said so.",
        By = "Support",
        Sendings = "[]",
        UpdatedAt = Ended,
    };

    [Theory]
    [InlineData(LoanStates.Created, ErasureHindrance.UnderWay)]
    [InlineData(LoanStates.ChequeVerified, ErasureHindrance.UnderWay)]
    [InlineData(LoanStates.SendLoanToBank, ErasureHindrance.UnderWay)]
    [InlineData(LoanStates.Blocked, ErasureHindrance.UnderWay)]
    [InlineData(null, ErasureHindrance.UnderWay)]
    [InlineData(LoanStates.LoanPaid, null)]
    [InlineData(LoanStates.Canceled, null)]
    public void A_loan_that_is_not_over_is_kept_with_its_opening(string? state, ErasureHindrance? why)
    {
        var loan = Paid with { State = state };

        LoanErasureRules.HindranceOf(loan, Now).ShouldBe(why);
        LoanErasureRules.HindranceOf(Opened, loan, Now).ShouldBe(why);
    }

    [Fact]
    public void An_opening_of_which_nobody_knows_awaits_a_person_and_a_newer_one_its_version()
    {
        LoanErasureRules.HindranceOf(Opened with { Status = LoanOpeningStatus.Unknown }, null, Now).ShouldBe(ErasureHindrance.AwaitsPerson);
        LoanErasureRules.HindranceOf(Opened with { Status = LoanOpeningStatus.Sending }, null, Now).ShouldBe(ErasureHindrance.AwaitsPerson);
        LoanErasureRules
            .HindranceOf(Opened with { Schema = LoanOpeningRow.CurrentSchema + 1 }, Paid, Now)
            .ShouldBe(ErasureHindrance.WrittenByNewerVersion);
    }

    [Fact]
    public void What_ended_lately_is_kept_and_what_opened_nothing_needs_no_loan()
    {
        LoanErasureRules.HindranceOf(Opened, Paid, Ended).ShouldBe(ErasureHindrance.EndedLately);
        LoanErasureRules.HindranceOf(Opened, Paid with { UpdatedAt = Now }, Now).ShouldBe(ErasureHindrance.EndedLately);
        LoanErasureRules.HindranceOf(Opened, null, Now).ShouldBe(ErasureHindrance.UnderWay, "its loan is not recorded yet");
        LoanErasureRules.HindranceOf(Opened with { Status = LoanOpeningStatus.NotOpened }, null, Now).ShouldBeNull();
    }

    [Fact]
    public void An_erased_opening_still_answers_under_its_key()
    {
        var erased = LoanErasureRules.Erase(Opened, Now);

        (erased.MaskedIdentifier, erased.MaskedPhoneNumber, erased.CustomerHash, erased.PhoneHash).ShouldBe(("", "", null, null));
        (erased.Note, erased.By, erased.Sendings, erased.ErasedAt).ShouldBe(("", null, null, Now));
        LoanOpeningRules.Decide(erased, true, "fingerprint", Now).ShouldBe(LoanOpeningDecision.Answer);
        LoanOpeningRules.Decide(erased, true, "another", Now).ShouldBe(LoanOpeningDecision.KeyReused);
        erased.Answer.ShouldBe(Opened.Answer);
    }
}
