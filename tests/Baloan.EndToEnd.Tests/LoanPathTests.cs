using System.Text.Json.Nodes;
using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests;

/// <summary>Loans from their opening to their end, with the callbacks that Baloan's sandbox makes by itself.</summary>
[Collection(SharedApp.Name)]
public sealed class LoanPathTests : IDisposable
{
    private readonly OneAppFixture fixture;
    private readonly RunningApp app;
    private readonly LoanBooks loans;

    public LoanPathTests(OneAppFixture fixture)
    {
        (this.fixture, app, loans) = (fixture, fixture.App, fixture.Baloan.Loans);
        loans.CallbackUrl = new Uri(app.BaseAddress, "api/callbacks/loan-state");
        loans.Step = TimeSpan.FromMilliseconds(200);
    }

    public void Dispose()
    {
        loans.CallbackUrl = null;
        loans.Step = TimeSpan.Zero;
        (loans.Duplicates, loans.Shuffle, loans.Misspelling) = (false, false, false);
    }

    [Fact]
    public async Task A_loan_is_chosen_opened_signed_and_paid()
    {
        var borrower = Borrower.New();
        var policies = (
            await app.GetAsync($"api/loan-policies?amount={Borrower.Amount}&loan_due={Borrower.Due}&store={Borrower.Store}")
        ).Items.ShouldNotBeNull();
        policies.ShouldHaveSingleItem()!["stores"]!.AsArray().Select(store => (int)store!["id"]!).ShouldContain(Borrower.Store);
        (await app.GetAsync("api/loan-policies")).Items.ShouldNotBeNull().Count.ShouldBeGreaterThan(1);

        var opened = await app.PostAsync("api/loans", borrower.Request);

        var loan = Guid.Parse(opened.ShouldBe(201).Text("uuid"));
        opened.Json!["plan_detail"].ShouldBeOfType<JsonObject>();
        opened.Headers.Location.ShouldBe(new Uri(app.BaseAddress, $"api/loans/{loan}"));
        (await app.GetLoanAsync(loan)).ShouldBe(200);
        fixture.Books.Credit(borrower.NationalIdentifier).ShouldBe(Books.DefaultCredit - Borrower.Amount);

        await app.LoanInAsync("cheque_verified", loan);
        var contract = (await app.GetAsync($"api/loans/{loan}/contract")).ShouldBe(200);
        contract["is_agreed_by_user"]!.GetValue<bool>().ShouldBeFalse();
        contract["contract_pdf_file"]!["file"]!.GetValue<string>().ShouldContain(".pdf");
        (await app.CallAsync(Operation.SendContractOtp, borrower, loan)).ShouldBe(200);
        (await app.CallAsync(Operation.SignContract, borrower, loan)).ShouldBe(200);

        var paid = await app.LoanInAsync("loan_paid", loan, 4);
        paid.History().Select(change => change.State).ShouldBe(["created", "cheque_verified", "send_loan_to_bank", "loan_paid"]);
        paid["amount"]!.GetValue<long>().ShouldBe(Borrower.Amount);
        paid["loan_due"]!.GetValue<int>().ShouldBe(Borrower.Due);
        paid["store"]!.GetValue<int>().ShouldBe(Borrower.Store);
        JsonNode.DeepEquals(paid["plan_detail"], opened.Json["plan_detail"]).ShouldBeTrue();
        (await app.ListsOfAsync(loan)).ShouldBe(["loan_paid"]);
        (await app.GetAsync($"api/loans/{loan}/contract")).ShouldBe(200)["is_agreed_by_user"]!.GetValue<bool>().ShouldBeTrue();

        var booked = loans.All.Where(one => one.NationalIdentifier == borrower.NationalIdentifier).ShouldHaveSingleItem();
        (booked.Uuid, booked.State, booked.IsAgreedByUser, booked.PhoneNumber).ShouldBe(
            (loan, LoanState.LoanPaid, true, borrower.PhoneNumber)
        );
        await Until.TrueAsync("Baloan has all its answers", () => loans.Taken(loan).Count == 4);
        loans.Callbacks.Where(callback => callback.Uuid == loan).ShouldAllBe(callback => callback.Try == 1);
    }

    [Fact]
    public async Task A_canceled_loan_frees_the_guarantee_and_its_callback_says_so()
    {
        var borrower = Borrower.New();
        var loan = await app.OpenLoanAsync(borrower);
        await app.LoanInAsync("cheque_verified", loan);

        (await app.CallAsync(Operation.CancelLoan, borrower, loan)).ShouldBe(200);

        fixture.Books.Credit(borrower.NationalIdentifier).ShouldBe(Books.DefaultCredit);
        loans.Find(loan)!.State.ShouldBe(LoanState.Canceled);
        var canceled = await app.LoanInAsync("canceled", loan, 3);
        canceled.Text("reason").ShouldNotBeEmpty();
        canceled.History().Select(change => change.State).ShouldBe(["created", "cheque_verified", "canceled"]);
        (await app.ListsOfAsync(loan)).ShouldBe(["canceled"]);
        (await app.CallAsync(Operation.CancelLoan, borrower, loan)).ShouldBeProblem(422, "failed_to_cancel_loan");
    }

    [Fact]
    public async Task Callbacks_that_come_twice_in_any_order_and_misspelt_end_as_the_rules_say()
    {
        const int Each = 4;
        (loans.Duplicates, loans.Shuffle, loans.Misspelling) = (true, true, true);
        var borrowers = Enumerable.Range(0, 2 * Each).Select(_ => Borrower.New()).ToList();
        var opened = await Task.WhenAll(borrowers.Select(app.OpenLoanAsync));
        await Until.TrueAsync("the cheques are verified", () => opened.All(loan => loans.Find(loan)!.State == LoanState.ChequeVerified));

        foreach (var (index, loan) in opened.Index())
        {
            if (index < Each)
            {
                (await app.CallAsync(Operation.SendContractOtp, borrowers[index], loan)).ShouldBe(200);
                (await app.CallAsync(Operation.SignContract, borrowers[index], loan)).ShouldBe(200);
            }
            else
            {
                (await app.CallAsync(Operation.CancelLoan, borrowers[index], loan)).ShouldBe(200);
            }
        }

        string[] toPaid = ["created", "cheque_verified", "send_loan_to_bank", "loan_paid"];
        string[] toCanceled = ["created", "cheque_verified", "canceled"];
        foreach (var (index, loan) in opened.Index())
        {
            var states = index < Each ? toPaid : toCanceled;
            await Until.TrueAsync("Baloan has all its answers", () => loans.Taken(loan).Count == 2 * states.Length);
            await Until.TrueAsync(
                "all callbacks are recorded",
                async () => (await fixture.Storage.HistoryOfAsync(loan)).Sum(row => row.Times) == 2 * states.Length
            );
            var answer = (await app.GetLoanAsync(loan)).ShouldBe(200);

            answer.Text("state").ShouldBe(states[^1]);
            answer.History().Select(change => change.State).ShouldBe(states, ignoreOrder: true);
            answer.History().Single(change => change.State == states[^1]).Note.ShouldBeNull();
            answer.History().ShouldAllBe(change => change.Note == null || change.Note == "late" || change.Note == "conflict");
            (await app.ListsOfAsync(loan)).ShouldBe([states[^1]]);
            (await fixture.Storage.HistoryOfAsync(loan)).ShouldAllBe(row => row.Times == 2);
        }

        loans.Callbacks.Count(callback => callback.State == "canceld").ShouldBe(2 * Each);
    }
}
