using Baloan.Core.Settlements;
using Baloan.Functions.Tests.Fixtures;
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
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var late = TimeSpan.FromMinutes(2);
        var row = await fixture.AcceptAsync();
        var answer = Fault.All.Single(known => known.Name == fault) with
        {
            Effect = effect,
            Delay = effect == Effect.Late ? late : TimeSpan.Zero,
        };
        fixture.Baloan.Faults.Next(Operation.Settle, answer);

        var verifying = await fixture.ProcessAsync(row.Code);
        verifying.Status.ShouldBe(SettlementStatus.Verifying);
        verifying.PendingEnd.ShouldBeNull();
        SettlementSendings.Of(verifying).ShouldHaveSingleItem().Answer.ShouldStartWith("unknown");
        if (effect == Effect.Late)
        {
            await fixture.Time.IsWaitedForAsync(late);
            fixture.Time.Advance(late);
            await Until.TrueAsync(() => fixture.Moved(row.Code) == 1);
        }

        var ended = await fixture.RunToEndAsync(row.Code);

        ended.Status.ShouldBe(effect == Effect.None ? SettlementStatus.Failed : SettlementStatus.Settled);
        ended.KnownBy.ShouldBe(SettlementKnownBy.Credit);
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(1);
        fixture.Moved(row.Code).ShouldBe(effect == Effect.None ? 0 : 1);
    }

    [Fact]
    public async Task A_refusal_of_its_own_duplicate_is_not_told_where_the_money_is_gone()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.RefusedAfterEffect);

        (await fixture.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Verifying);
        var settled = await fixture.RunToEndAsync(row.Code);

        (settled.Status, settled.KnownBy).ShouldBe((SettlementStatus.Settled, SettlementKnownBy.Credit));
        SettlementSendings.Of(settled).ShouldHaveSingleItem().Answer.ShouldBe("refused 400");
        fixture.Moved(row.Code).ShouldBe(1);
    }

    [Fact]
    public async Task A_refusal_is_kept_until_the_credit_can_be_looked_at()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.Refused);
        fixture.Baloan.Faults.Next(Operation.CheckCredit, Fault.SlowAnswer with { Delay = TimeSpan.Zero });
        fixture.Baloan.Faults.Next(Operation.CheckCredit, Fault.Unavailable, 40);

        var waiting = await fixture.ProcessAsync(row.Code);
        waiting.Status.ShouldBe(SettlementStatus.Verifying);
        waiting.ErrorCode.ShouldBeNull("nothing is said that is not known");
        fixture.Baloan.Faults.Clear();
        var rejected = await fixture.RunToEndAsync(row.Code);

        (rejected.Status, rejected.ErrorCode, rejected.KnownBy).ShouldBe(
            (SettlementStatus.Rejected, "duplicate_request", SettlementKnownBy.Baloan)
        );
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(1);
    }

    [Fact]
    public async Task A_later_round_is_not_begun_where_an_earlier_one_has_moved_the_money()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.ThrottledSeconds with { Effect = Effect.Now });
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.ThrottledSeconds, 3);

        (await fixture.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Queued);
        var sent = fixture.Baloan.Books.Calls(Operation.Settle);
        (await fixture.ProcessWhenDueAsync(row.Code)).Status.ShouldBe(SettlementStatus.Verifying);
        var settled = await fixture.RunToEndAsync(row.Code);

        (settled.Status, settled.KnownBy, settled.CreditBefore).ShouldBe(
            (SettlementStatus.Settled, SettlementKnownBy.Credit, Books.DefaultCredit)
        );
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(sent);
        fixture.Moved(row.Code).ShouldBe(1);
    }

    [Fact]
    public async Task What_Baloan_said_of_the_credit_is_believed_before_an_older_reading_of_it()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var customer = Given.Customer();
        (await fixture.RunToEndAsync((await fixture.AcceptAsync(customer)).Code)).Status.ShouldBe(SettlementStatus.Settled);
        var row = await fixture.AcceptAsync(customer);

        // The credit check answers from before the first settlement.
        fixture.Baloan.Books.SetCredit(customer, Books.DefaultCredit);
        var waiting = await fixture.ProcessAsync(row.Code);

        (waiting.Status, waiting.Rounds).ShouldBe((SettlementStatus.Queued, 1));
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(1);
        fixture.Baloan.Books.SetCredit(customer, Books.DefaultCredit - Given.Total);
        (await fixture.RunToEndAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
    }

    [Fact]
    public async Task A_look_from_before_what_Baloan_said_is_no_look()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var customer = Given.Customer();
        await fixture.RunToEndAsync((await fixture.AcceptAsync(customer)).Code);
        var row = await fixture.AcceptAsync(customer);
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.CutAfterEffect);
        await fixture.ProcessAsync(row.Code);

        fixture.Baloan.Books.SetCredit(customer, Books.DefaultCredit);
        (await fixture.ProcessWhenDueAsync(row.Code)).Status.ShouldBe(SettlementStatus.Verifying);
        fixture.Baloan.Books.SetCredit(customer, Books.DefaultCredit - (2 * Given.Total));

        (await fixture.RunToEndAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
    }

    [Fact]
    public async Task Waiting_is_measured_by_the_clock_of_storage_whatever_an_instance_takes_the_time_for()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var behind = new Behind(fixture.Time, TimeSpan.FromSeconds(290));
        var row = await fixture.AcceptAsync();
        var late = TimeSpan.FromSeconds(25);
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.LateEffect with { Delay = late });

        await Instance.ProcessAsync(fixture.NewInstance(clock: behind), row.Code);
        await fixture.Time.IsWaitedForAsync(late);
        fixture.Time.Advance(TimeSpan.FromSeconds(11));
        (await fixture.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Verifying);
        fixture.Time.Advance(TimeSpan.FromSeconds(6));
        (await fixture.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Verifying);
        fixture.Time.Advance(late);
        await Until.TrueAsync(() => fixture.Moved(row.Code) == 1);

        (await fixture.RunToEndAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
    }

    [Fact]
    public async Task A_row_of_a_newer_version_is_left_alone_and_shown_as_it_is()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var newer = await fixture.AcceptAsync();
        var odd = await fixture.AcceptAsync();
        await fixture.SettlementsTable.UpdateEntityAsync(
            newer with
            {
                SchemaVersion = Settlement.CurrentSchema + 1,
            },
            Azure.ETag.All,
            Azure.Data.Tables.TableUpdateMode.Replace,
            TestContext.Current.CancellationToken
        );
        await fixture.SettlementsTable.UpdateEntityAsync(
            odd with
            {
                StatusColumn = "PartlySettled",
            },
            Azure.ETag.All,
            Azure.Data.Tables.TableUpdateMode.Replace,
            TestContext.Current.CancellationToken
        );
        var (before, oddBefore) = (await fixture.FindAsync(newer.Code), await fixture.FindAsync(odd.Code));

        fixture.Time.Advance(TimeSpan.FromDays(2));
        await fixture.SweepAsync();
        await fixture.ProcessAsync(newer.Code);
        await fixture.ProcessAsync(odd.Code);

        (await fixture.FindAsync(newer.Code)).ETag.ShouldBe(before.ETag);
        (await fixture.FindAsync(odd.Code)).ETag.ShouldBe(oddBefore.ETag);
        oddBefore.StatusName.ShouldBe("partly_settled");
        fixture.Decisions.MayBeResolved(oddBefore).ShouldBeFalse();
        (await fixture.ListAsync(null)).ShouldBe([odd.Code, newer.Code], ignoreOrder: true);
        (await fixture.ListAsync(SettlementStatus.NeedsReview)).ShouldBeEmpty();
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_invoice_whose_bytes_are_others_is_not_sent(bool isLarge)
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var request = await fixture.NewAsync(invoice: Given.Pdf(isLarge ? 400_000 : 2_000));
        await fixture.Intake.AcceptAsync(request, TestContext.Current.CancellationToken);
        await fixture.OverwriteAsync(request.Invoice.Blob, Given.Pdf(isLarge ? 400_000 : 2_000));

        var failed = await fixture.ProcessAsync(request.Code);

        (failed.Status, failed.ErrorCode).ShouldBe((SettlementStatus.Failed, "invoice_changed"));
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(0);
    }

    [Fact]
    public async Task What_nobody_waits_for_any_more_is_not_sent()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var request = await fixture.NewAsync() with { NotAfter = fixture.Time.GetUtcNow().AddSeconds(3) };
        await fixture.Intake.AcceptAsync(request, TestContext.Current.CancellationToken);
        fixture.Baloan.Faults.Next(Operation.CheckCredit, Fault.Unavailable, 40);
        await fixture.ProcessAsync(request.Code);
        fixture.Baloan.Faults.Clear();

        var expired = await fixture.ProcessWhenDueAsync(request.Code);

        (expired.Status, expired.ErrorCode, expired.KnownBy).ShouldBe((SettlementStatus.Failed, "expired", null));
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(0);
        await OutcomeTests.ShouldBeWipedAsync(fixture, expired);
    }

    [Fact]
    public async Task What_waits_can_be_withdrawn_and_what_was_sent_cannot()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var waiting = await fixture.AcceptAsync();
        var sent = await fixture.AcceptAsync();
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.CutBeforeEffect);
        var verifying = await fixture.ProcessAsync(sent.Code);

        var withdrawn = (await fixture.Decisions.WithdrawAsync(waiting, TestContext.Current.CancellationToken)).ShouldNotBeNull();
        (await fixture.Decisions.WithdrawAsync(verifying, TestContext.Current.CancellationToken)).ShouldBeNull();

        (withdrawn.Status, withdrawn.ErrorCode).ShouldBe((SettlementStatus.Failed, "withdrawn"));
        (await fixture.ProcessAsync(waiting.Code)).ETag.ShouldBe((await fixture.FindAsync(waiting.Code)).ETag);
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(1);
        (await fixture.ListAsync(SettlementStatus.Failed)).ShouldBe([waiting.Code]);
    }

    [Fact]
    public async Task A_person_may_decide_once_the_credit_could_have_told()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.CutBeforeEffect);
        fixture.Decisions.MayBeResolved(await fixture.ProcessAsync(row.Code)).ShouldBeFalse();
        fixture.Baloan.Faults.Next(Operation.CheckCredit, Fault.Unavailable, 1_000);
        fixture.Time.Advance(ServiceFixture.VerifyAfter);
        var verifying = await fixture.ProcessAsync(row.Code);

        fixture.Decisions.MayBeResolved(verifying).ShouldBeTrue();
        var decided = (
            await fixture.Decisions.ResolveAsync(verifying, settled: false, "asked", "Sara", TestContext.Current.CancellationToken)
        ).ShouldNotBeNull();

        (decided.Status, decided.KnownBy, decided.ReviewBeganAt).ShouldBe((SettlementStatus.Failed, SettlementKnownBy.Person, null));
        (await fixture.ListAsync(SettlementStatus.Failed)).ShouldBe([row.Code]);
        (await fixture.OpenEntriesAsync()).ShouldBe(0);
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
