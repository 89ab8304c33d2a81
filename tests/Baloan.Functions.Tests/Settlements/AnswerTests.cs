using Baloan.Core.Settlements;
using Baloan.Functions.Tests.Bench;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Settlements;

/// <summary>What answers instead of Baloan proves nothing, whether or not the money was moved.</summary>
public sealed class AnswerTests(StorageAccounts storage)
{
    private static readonly string[] NoAnswers =
    [
        "unavailable",
        "unavailable_retry_after",
        "unavailable_json",
        "forbidden_html",
        "not_found_html",
        "not_found",
        "conflict_html",
        "too_large_html",
        "throttled_html",
        "client_closed",
        "accepted",
        "pending",
        "not_ok",
        "refused_html",
        "refused_empty",
        "bad_gateway",
        "gateway_timeout",
        "server_error",
        "garbage",
        "redirect",
    ];

    public static TheoryData<string, Effect> Cases()
    {
        var cases = new TheoryData<string, Effect>();
        foreach (var fault in NoAnswers)
        {
            foreach (var effect in new[] { Effect.None, Effect.Now, Effect.Late })
            {
                cases.Add(fault, effect);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task What_is_no_word_of_Baloans_is_found_out_and_never_sent_again(string fault, Effect effect)
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var late = TimeSpan.FromMinutes(2);
        var row = await bench.AcceptAsync();
        var answer = Fault.All.Single(known => known.Name == fault) with
        {
            Effect = effect,
            Delay = effect == Effect.Late ? late : TimeSpan.Zero,
        };
        bench.Baloan.Faults.Next(Operation.Settle, answer);

        var verifying = await bench.ProcessAsync(row.Code);
        verifying.Status.ShouldBe(SettlementStatus.Verifying);
        verifying.PendingEnd.ShouldBeNull();
        SettlementSendings.Of(verifying).ShouldHaveSingleItem().Answer.ShouldStartWith("unknown");
        if (effect == Effect.Late)
        {
            await bench.Time.IsWaitedForAsync(late);
            bench.Time.Advance(late);
            await Until.TrueAsync(() => bench.Moved(row.Code) == 1);
        }

        var ended = await bench.RunToEndAsync(row.Code);

        ended.Status.ShouldBe(effect == Effect.None ? SettlementStatus.Failed : SettlementStatus.Settled);
        ended.KnownBy.ShouldBe(SettlementKnownBy.Credit);
        bench.Baloan.Books.Calls(Operation.Settle).ShouldBe(1);
        bench.Moved(row.Code).ShouldBe(effect == Effect.None ? 0 : 1);
    }

    [Fact]
    public async Task A_refusal_of_its_own_duplicate_is_not_told_where_the_money_is_gone()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var row = await bench.AcceptAsync();
        bench.Baloan.Faults.Next(Operation.Settle, Fault.RefusedAfterEffect);

        (await bench.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Verifying);
        var settled = await bench.RunToEndAsync(row.Code);

        (settled.Status, settled.KnownBy).ShouldBe((SettlementStatus.Settled, SettlementKnownBy.Credit));
        SettlementSendings.Of(settled).ShouldHaveSingleItem().Answer.ShouldBe("refused 400");
        bench.Moved(row.Code).ShouldBe(1);
    }

    [Fact]
    public async Task A_refusal_is_kept_until_the_credit_can_be_looked_at()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var row = await bench.AcceptAsync();
        bench.Baloan.Faults.Next(Operation.Settle, Fault.Refused);
        bench.Baloan.Faults.Next(Operation.CheckCredit, Fault.SlowAnswer with { Delay = TimeSpan.Zero });
        bench.Baloan.Faults.Next(Operation.CheckCredit, Fault.Unavailable, 40);

        var waiting = await bench.ProcessAsync(row.Code);
        waiting.Status.ShouldBe(SettlementStatus.Verifying);
        waiting.ErrorCode.ShouldBeNull("nothing is said that is not known");
        bench.Baloan.Faults.Clear();
        var rejected = await bench.RunToEndAsync(row.Code);

        (rejected.Status, rejected.ErrorCode, rejected.KnownBy).ShouldBe(
            (SettlementStatus.Rejected, "duplicate_request", SettlementKnownBy.Baloan)
        );
        bench.Baloan.Books.Calls(Operation.Settle).ShouldBe(1);
    }

    [Fact]
    public async Task A_later_round_is_not_begun_where_an_earlier_one_has_moved_the_money()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var row = await bench.AcceptAsync();
        bench.Baloan.Faults.Next(Operation.Settle, Fault.ThrottledSeconds with { Effect = Effect.Now });
        bench.Baloan.Faults.Next(Operation.Settle, Fault.ThrottledSeconds, 3);

        (await bench.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Queued);
        var sent = bench.Baloan.Books.Calls(Operation.Settle);
        (await bench.ProcessWhenDueAsync(row.Code)).Status.ShouldBe(SettlementStatus.Verifying);
        var settled = await bench.RunToEndAsync(row.Code);

        (settled.Status, settled.KnownBy, settled.CreditBefore).ShouldBe(
            (SettlementStatus.Settled, SettlementKnownBy.Credit, Books.DefaultCredit)
        );
        bench.Baloan.Books.Calls(Operation.Settle).ShouldBe(sent);
        bench.Moved(row.Code).ShouldBe(1);
    }

    [Fact]
    public async Task What_Baloan_said_of_the_credit_is_believed_before_an_older_reading_of_it()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var customer = Given.Customer();
        (await bench.RunToEndAsync((await bench.AcceptAsync(customer)).Code)).Status.ShouldBe(SettlementStatus.Settled);
        var row = await bench.AcceptAsync(customer);

        // The credit check answers from before the first settlement.
        bench.Baloan.Books.SetCredit(customer, Books.DefaultCredit);
        var waiting = await bench.ProcessAsync(row.Code);

        (waiting.Status, waiting.Rounds).ShouldBe((SettlementStatus.Queued, 1));
        bench.Baloan.Books.Calls(Operation.Settle).ShouldBe(1);
        bench.Baloan.Books.SetCredit(customer, Books.DefaultCredit - Given.Total);
        (await bench.RunToEndAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
    }

    [Fact]
    public async Task A_look_from_before_what_Baloan_said_is_no_look()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var customer = Given.Customer();
        await bench.RunToEndAsync((await bench.AcceptAsync(customer)).Code);
        var row = await bench.AcceptAsync(customer);
        bench.Baloan.Faults.Next(Operation.Settle, Fault.CutAfterEffect);
        await bench.ProcessAsync(row.Code);

        bench.Baloan.Books.SetCredit(customer, Books.DefaultCredit);
        (await bench.ProcessWhenDueAsync(row.Code)).Status.ShouldBe(SettlementStatus.Verifying);
        bench.Baloan.Books.SetCredit(customer, Books.DefaultCredit - (2 * Given.Total));

        (await bench.RunToEndAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
    }

    [Fact]
    public async Task Waiting_is_measured_by_the_clock_of_storage_whatever_an_instance_takes_the_time_for()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var behind = new Behind(bench.Time, TimeSpan.FromSeconds(290));
        var row = await bench.AcceptAsync();
        var late = TimeSpan.FromSeconds(25);
        bench.Baloan.Faults.Next(Operation.Settle, Fault.LateEffect with { Delay = late });

        await Instance.ProcessAsync(bench.NewInstance(clock: behind), row.Code);
        await bench.Time.IsWaitedForAsync(late);
        bench.Time.Advance(TimeSpan.FromSeconds(11));
        (await bench.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Verifying);
        bench.Time.Advance(TimeSpan.FromSeconds(6));
        (await bench.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Verifying);
        bench.Time.Advance(late);
        await Until.TrueAsync(() => bench.Moved(row.Code) == 1);

        (await bench.RunToEndAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
    }

    [Fact]
    public async Task A_row_of_a_newer_version_is_left_alone_and_shown_as_it_is()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var newer = await bench.AcceptAsync();
        var odd = await bench.AcceptAsync();
        await bench.SettlementsTable.UpdateEntityAsync(
            newer with
            {
                SchemaVersion = Settlement.CurrentSchema + 1,
            },
            Azure.ETag.All,
            Azure.Data.Tables.TableUpdateMode.Replace,
            TestContext.Current.CancellationToken
        );
        await bench.SettlementsTable.UpdateEntityAsync(
            odd with
            {
                StatusColumn = "PartlySettled",
            },
            Azure.ETag.All,
            Azure.Data.Tables.TableUpdateMode.Replace,
            TestContext.Current.CancellationToken
        );
        var (before, oddBefore) = (await bench.FindAsync(newer.Code), await bench.FindAsync(odd.Code));

        bench.Time.Advance(TimeSpan.FromDays(2));
        await bench.SweepAsync();
        await bench.ProcessAsync(newer.Code);
        await bench.ProcessAsync(odd.Code);

        (await bench.FindAsync(newer.Code)).ETag.ShouldBe(before.ETag);
        (await bench.FindAsync(odd.Code)).ETag.ShouldBe(oddBefore.ETag);
        oddBefore.StatusName.ShouldBe("partly_settled");
        bench.Decisions.MayBeResolved(oddBefore).ShouldBeFalse();
        (await bench.ListAsync(null)).ShouldBe([odd.Code, newer.Code], ignoreOrder: true);
        (await bench.ListAsync(SettlementStatus.NeedsReview)).ShouldBeEmpty();
        bench.Baloan.Books.Calls(Operation.Settle).ShouldBe(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_invoice_whose_bytes_are_others_is_not_sent(bool isLarge)
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var request = await bench.NewAsync(invoice: Given.Pdf(isLarge ? 400_000 : 2_000));
        await bench.Intake.AcceptAsync(request, TestContext.Current.CancellationToken);
        await bench.OverwriteAsync(request.Invoice.Blob, Given.Pdf(isLarge ? 400_000 : 2_000));

        var failed = await bench.ProcessAsync(request.Code);

        (failed.Status, failed.ErrorCode).ShouldBe((SettlementStatus.Failed, "invoice_changed"));
        bench.Baloan.Books.Calls(Operation.Settle).ShouldBe(0);
    }

    [Fact]
    public async Task What_nobody_waits_for_any_more_is_not_sent()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var request = await bench.NewAsync() with { NotAfter = bench.Time.GetUtcNow().AddSeconds(3) };
        await bench.Intake.AcceptAsync(request, TestContext.Current.CancellationToken);
        bench.Baloan.Faults.Next(Operation.CheckCredit, Fault.Unavailable, 40);
        await bench.ProcessAsync(request.Code);
        bench.Baloan.Faults.Clear();

        var expired = await bench.ProcessWhenDueAsync(request.Code);

        (expired.Status, expired.ErrorCode, expired.KnownBy).ShouldBe((SettlementStatus.Failed, "expired", null));
        bench.Baloan.Books.Calls(Operation.Settle).ShouldBe(0);
        await OutcomeTests.ShouldBeWipedAsync(bench, expired);
    }

    [Fact]
    public async Task What_waits_can_be_withdrawn_and_what_was_sent_cannot()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var waiting = await bench.AcceptAsync();
        var sent = await bench.AcceptAsync();
        bench.Baloan.Faults.Next(Operation.Settle, Fault.CutBeforeEffect);
        var verifying = await bench.ProcessAsync(sent.Code);

        var withdrawn = (await bench.Decisions.WithdrawAsync(waiting, TestContext.Current.CancellationToken)).ShouldNotBeNull();
        (await bench.Decisions.WithdrawAsync(verifying, TestContext.Current.CancellationToken)).ShouldBeNull();

        (withdrawn.Status, withdrawn.ErrorCode).ShouldBe((SettlementStatus.Failed, "withdrawn"));
        (await bench.ProcessAsync(waiting.Code)).ETag.ShouldBe((await bench.FindAsync(waiting.Code)).ETag);
        bench.Baloan.Books.Calls(Operation.Settle).ShouldBe(1);
        (await bench.ListAsync(SettlementStatus.Failed)).ShouldBe([waiting.Code]);
    }

    [Fact]
    public async Task A_person_may_decide_once_the_credit_could_have_told()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var row = await bench.AcceptAsync();
        bench.Baloan.Faults.Next(Operation.Settle, Fault.CutBeforeEffect);
        bench.Decisions.MayBeResolved(await bench.ProcessAsync(row.Code)).ShouldBeFalse();
        bench.Baloan.Faults.Next(Operation.CheckCredit, Fault.Unavailable, 1_000);
        bench.Time.Advance(ServiceBench.VerifyAfter);
        var verifying = await bench.ProcessAsync(row.Code);

        bench.Decisions.MayBeResolved(verifying).ShouldBeTrue();
        var decided = (
            await bench.Decisions.ResolveAsync(verifying, settled: false, "asked", "Sara", TestContext.Current.CancellationToken)
        ).ShouldNotBeNull();

        (decided.Status, decided.KnownBy, decided.ReviewBeganAt).ShouldBe((SettlementStatus.Failed, SettlementKnownBy.Person, null));
        (await bench.ListAsync(SettlementStatus.Failed)).ShouldBe([row.Code]);
        (await bench.OpenEntriesAsync()).ShouldBe(0);
    }

    /// <summary>A clock that is behind another by always the same.</summary>
    private sealed class Behind(TimeProvider time, TimeSpan by) : TimeProvider
    {
        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() - by;

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            time.CreateTimer(callback, state, dueTime, period);
    }
}
