using Baloan.Core.Loans;

namespace Baloan.Functions.Tests.Loans;

/// <summary>The rules for callbacks, written down from the API's contract.</summary>
public sealed class RuleTests(LoanFixture fixture) : IClassFixture<LoanFixture>
{
    private const string ReasonMark = "/";

    private static readonly Dictionary<char, string> States = new()
    {
        ['c'] = "created",
        ['v'] = "cheque_verified",
        ['s'] = "send_loan_to_bank",
        ['p'] = "loan_paid",
        ['b'] = "blocked",
        ['x'] = "canceled",
        ['u'] = "sent_to_the_moon",
    };

    private static readonly Dictionary<char, string?> Notes = new()
    {
        ['+'] = null,
        ['~'] = "late",
        ['!'] = "conflict",
        ['?'] = "unknown_state",
    };

    // One row for each state that came first, one column for each that came second:
    // + news, = the same one again, ~ late, ! conflict.
    private const string Pairs = """
          c v s p b x
        c = + + + + +
        v ~ = + + + +
        s ~ ~ = + + +
        p ! ! ! = ! !
        b + + + + = +
        x ! ! ! ! ! =
        """;

    public static TheoryData<string> AllPairs()
    {
        var lines = Pairs.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var columns = lines[0].Split(' ');
        return
        [
            .. lines
                .Skip(1)
                .Select(line => line.Split(' '))
                .SelectMany(line => columns.Select((second, i) => $"{line[0]}+ {second}{line[i + 1]}")),
        ];
    }

    [Fact]
    public void Every_pair_is_there() => AllPairs().Count.ShouldBe(36);

    /// <summary>Each callback is a state, a number for its reason where it has one, and what it has to be taken for.</summary>
    [Theory]
    [MemberData(nameof(AllPairs))]
    // Blocked is left again, also to where the loan stood, and comes again.
    [InlineData("c+ b+ c+")]
    [InlineData("v+ b+ v+ s+")]
    [InlineData("v+ b+ c~")]
    [InlineData("v+ b+ c~ v+")]
    [InlineData("s+ b+ v~ s+")]
    [InlineData("s+ b+ p+ b= x!")]
    [InlineData("c+ b+ c+ b+ c+ b+")]
    [InlineData("c+ v+ b+ v+ b+ s+ c=")]
    [InlineData("v+ b+ b= v+ v=")]
    [InlineData("b+ x+ b=")]
    [InlineData("b+ v+ c~ c=")]
    // The same one again is counted, whatever came between.
    [InlineData("c+ v+ c= c= v=")]
    [InlineData("v+ c~ c= v=")]
    [InlineData("s+ v~ c~ v= c= s=")]
    [InlineData("c+ p+ c=")]
    [InlineData("c+ v+ s+ p+ c= v= s= p=")]
    // The end.
    [InlineData("c+ x+ p! p=")]
    [InlineData("p+ x! x= p=")]
    [InlineData("p+ x! c! c= x=")]
    [InlineData("x+ p! x= c!")]
    [InlineData("p+ c! p= s!")]
    // A state that nobody knows.
    [InlineData("u?")]
    [InlineData("u? u=")]
    [InlineData("u? c+ u=")]
    [InlineData("u? p+ u= c!")]
    [InlineData("v+ u? c~ u= s+")]
    [InlineData("p+ u?")]
    // The same state with another reason is news; the one that came before is the same again.
    [InlineData("b/1+ b/2+ b/1= b/2=")]
    [InlineData("x/1+ x/2+ x/1=")]
    [InlineData("x+ x/1+ x=")]
    [InlineData("v+ c/1~ c/2~ c/1= c~")]
    [InlineData("p+ x/1! x/2! x/1=")]
    [InlineData("u/1? u/2? u/1=")]
    [InlineData("c+ b/1+ v+ b/1+ v+ b/2+")]
    public async Task Callbacks_are_taken_for_what_the_contract_says(string sequence)
    {
        var uuid = LoanFixture.NewUuid();
        var (state, reason, alerts) = ((string?)null, (string?)null, 0);
        var history = new List<(string State, string? Reason, string? Note)>();
        var times = 0;
        foreach (var callback in sequence.Split(' '))
        {
            var (name, why) = (
                States[callback[0]],
                callback.Contains(ReasonMark, StringComparison.Ordinal) ? $"reason {callback[2]}" : null
            );

            var verdict = await fixture.RecordAsync(uuid, name, why);

            var mark = callback[^1];
            verdict.ShouldBe(
                mark switch
                {
                    '+' => LoanVerdict.Accepted,
                    '=' => LoanVerdict.Duplicate,
                    '~' => LoanVerdict.Late,
                    '!' => LoanVerdict.Conflict,
                    _ => LoanVerdict.UnknownState,
                }
            );
            times++;
            alerts += mark == '!' || (mark == '?' && LoanStates.IsFinal(state)) ? 1 : 0;
            if (mark != '=')
            {
                history.Add((name, why, Notes[mark]));
            }

            if (mark == '+')
            {
                (reason, state) = (why ?? (state == name ? reason : null), name);
            }

            var loan = await fixture.FindAsync(uuid);
            (loan.State, loan.Reason).ShouldBe((state, reason));
        }

        var kept = await fixture.HistoryAsync(uuid);
        kept.Select(entry => (entry.State, entry.Reason, entry.Note)).ShouldBe(history);
        kept.Sum(entry => entry.Times).ShouldBe(times);
        fixture.Alerts(uuid).Count.ShouldBe(alerts);
        var listed = (await fixture.EntriesOfAsync(uuid)).ShouldHaveSingleItem();
        var row = await fixture.FindAsync(uuid);
        (listed.PartitionKey, listed.RowKey).ShouldBe((state ?? Loan.NoState, row.IndexKey));
    }

    [Theory]
    [InlineData("canceld", "canceled")]
    [InlineData("cancelled", "canceled")]
    [InlineData("Canceled", "canceled")]
    [InlineData(" CANCELD\t", "canceled")]
    [InlineData("LOAN_PAID", "loan_paid")]
    [InlineData(" Cheque_Verified ", "cheque_verified")]
    [InlineData("\nblocked", "blocked")]
    public async Task Spellings_of_a_state_are_that_state(string spelling, string state)
    {
        var uuid = LoanFixture.NewUuid();
        await fixture.RecordAsync(uuid, "created");

        (await fixture.RecordAsync(uuid, spelling)).ShouldBe(LoanVerdict.Accepted);
        (await fixture.RecordAsync(uuid, state)).ShouldBe(LoanVerdict.Duplicate);

        (await fixture.FindAsync(uuid)).State.ShouldBe(state);
        (await fixture.StoryAsync(uuid)).ShouldBe($"created, {state} x2");
    }

    [Theory]
    [InlineData("Sent_To_The_Moon")]
    [InlineData("cancel")]
    [InlineData("blocked/canceld")]
    [InlineData("پرداخت شد")]
    [InlineData("7")]
    public async Task An_unknown_state_stays_as_it_is(string state)
    {
        var uuid = LoanFixture.NewUuid();

        (await fixture.RecordAsync(uuid, state)).ShouldBe(LoanVerdict.UnknownState);

        var loan = await fixture.FindAsync(uuid);
        loan.State.ShouldBeNull();
        loan.OpenedAt.ShouldBeNull();
        (await fixture.StoryAsync(uuid)).ShouldBe($"{state} (unknown_state)");
        (await fixture.ListAsync()).Count(listed => listed.Uuid == uuid).ShouldBe(1);
    }
}
