using System.Globalization;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Baloan.Client;
using Baloan.Core.Loans;
using Baloan.Core.Storage;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Requests;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;
using Microsoft.Extensions.DependencyInjection;
using Operation = Baloan.Sandbox.Operation;

namespace Baloan.Functions.Tests.Loans;

/// <summary>A loan is opened once under one key, whatever becomes of its answer, of the instance and of storage.</summary>
public sealed class LoanOpeningTests(StorageAccounts storage) : ApiTests(storage)
{
    private static int numbers;

    public static TheoryData<string> Lost =>
        ["cut_after", "cut_before", "server_error_after", "unavailable", "not_found", "refused_html", "redirect", "garbage"];

    [Fact]
    public async Task The_same_request_under_the_same_key_gets_the_same_answer_and_opens_nothing()
    {
        var (key, loan) = (NewKey(), ALoan());
        var first = await OpenAsync(loan, key);
        first.Status.ShouldBe(201, first.Text);

        // In other digits it is the same request.
        loan["amount"] = "۲۰۰۰۰۰۰۰";
        var again = await OpenAsync(loan, key);

        again.Status.ShouldBe(201, again.Text);
        JsonNode.DeepEquals(again.Json, first.Json).ShouldBeTrue(again.Text);
        again.Location.ShouldBe(first.Location);
        LoansOf(loan).ShouldHaveSingleItem();
        (await ListedAsync(loan)).ShouldBeNull();
    }

    [Fact]
    public async Task Without_a_key_each_request_opens_a_loan()
    {
        var (first, second) = (await OpenAsync(ALoan(), null), await OpenAsync(ALoan(), null));

        (first.Status, second.Status).ShouldBe((201, 201));
        first.Field("uuid").ShouldNotBe(second.Field("uuid"));
    }

    [Theory]
    [InlineData("national_identifier")]
    [InlineData("phone_number")]
    [InlineData("birth_date")]
    [InlineData("amount")]
    public async Task Another_request_under_the_key_is_a_conflict_and_nothing_is_sent(string field)
    {
        var (key, loan) = (NewKey(), ALoan());
        (await OpenAsync(loan, key)).Status.ShouldBe(201);
        var (opened, other) = (LoansOf(loan), ALoan());
        loan[field] = field switch
        {
            "birth_date" => "1999-02-15",
            "amount" => 21_000_000,
            _ => other[field]!.DeepClone(),
        };

        (await OpenAsync(loan, key)).ShouldBeProblem(409, "idempotency_key_reused");

        // Others open loans at the same Baloan meanwhile.
        opened.ShouldHaveSingleItem();
        LoansOf(loan).ShouldBe(field == "national_identifier" ? [] : opened);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("!", true)]
    [InlineData("~", true)]
    public async Task A_key_is_visible_ASCII(string key, bool good)
    {
        var answer = await OpenAsync(ALoan(), key);

        if (good)
        {
            answer.Status.ShouldBeOneOf(201, 409);
        }
        else
        {
            answer.ShouldBeProblem(400, "invalid_request", "Idempotency-Key");
        }
    }

    [Fact]
    public async Task A_key_has_at_most_255_characters_and_its_fault_is_told_with_the_others()
    {
        (await OpenAsync(ALoan(), NewKey().PadRight(255, 'x'))).Status.ShouldBe(201);

        var loan = ALoan();
        loan.Remove("store");
        (await OpenAsync(loan, new string('x', 256))).ShouldBeProblem(400, "invalid_request", "Idempotency-Key", "store");
    }

    [Fact]
    public async Task After_a_refusal_the_same_request_is_sent_anew()
    {
        await using var fixture = await FixtureAsync();
        fixture.Baloan.Faults.Next(Operation.OpenLoan, Fault.LoanError("service_inquiry_failed"));
        var loan = ARequest(fixture);

        (await Should.ThrowAsync<BaloanException>(() => OpenAsync(fixture.Services, loan, "k"))).Code.ShouldBe("service_inquiry_failed");
        var opened = await OpenAsync(fixture.Services, loan, "k");

        fixture.Baloan.Loans.All.ShouldHaveSingleItem().Uuid.ShouldBe(opened.Uuid);
        fixture.Baloan.Books.Calls(Operation.OpenLoan).ShouldBe(2);
        fixture.Logs.Lines.ShouldNotContain(line => line.StartsWith("Critical", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Lost))]
    public async Task After_a_lost_answer_nothing_is_sent_and_it_stays_listed_with_an_alert_until_a_person_decides(string name)
    {
        await using var fixture = await FixtureAsync();
        fixture.Baloan.Faults.Next(Operation.OpenLoan, Fault.All.Single(fault => fault.Name == name));
        var loan = ARequest(fixture);

        (await Should.ThrowAsync<BaloanException>(() => OpenAsync(fixture.Services, loan, "k"))).OutcomeKnown.ShouldBeFalse();

        await Should.ThrowAsync<OpeningUnknownException>(() => OpenAsync(fixture.Services, loan, "k"));
        await Should.ThrowAsync<OpeningUnknownException>(() => OpenAsync(fixture.NewInstance(), loan, "k"));
        await Should.ThrowAsync<IdempotencyKeyReusedException>(() => OpenAsync(fixture.Services, loan with { Amount = 21_000_000 }, "k"));
        fixture.Baloan.Books.Calls(Operation.OpenLoan).ShouldBe(1);
        var row = await OnlyListedAsync(fixture);
        (row.Status, row.Amount, row.Sendings).ShouldBe((LoanOpeningStatus.Unknown, 20_000_000, row.Sendings.ShouldNotBeNull()));
        Alerts(fixture).ShouldHaveSingleItem().ShouldContain(row.Id);
        await Should.ThrowAsync<OpeningUnknownException>(() => OpenAsync(fixture.Services, loan, "k"));
        await SweepAsync(fixture);
        Alerts(fixture).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_person_says_that_it_was_opened_and_the_request_gets_that_answer()
    {
        var (key, loan) = (NewKey(), ALoan(MagicNumbers.For(Fault.CutAfterEffect).NationalIdentifier(Operation.OpenLoan)));
        (await OpenAsync(loan, key)).ShouldBeProblem(504, "outcome_unknown").Field("detail").ShouldContain("loan-openings");
        var listed = (await ListedAsync(loan)).ShouldNotBeNull();
        listed["status"]!.GetValue<string>().ShouldBe("unknown");
        listed["national_identifier"]!.GetValue<string>().ShouldBe("******9002");
        listed["amount"]!.GetValue<long>().ShouldBe(20_000_000);
        listed["sendings"]![0]!["answer"]!.GetValue<string>().ShouldBe("unknown");
        listed["resolution"].ShouldBeNull();
        var path = $"api/loan-openings/{listed["id"]}/resolve";
        var uuid = Guid.NewGuid().ToString();

        (await Api.PostAsync(path, new JsonObject())).ShouldBeProblem(400, "invalid_request", "outcome", "note");
        (await Api.PostAsync(path, new JsonObject { ["outcome"] = "opened", ["note"] = " " })).ShouldBeProblem(
            400,
            "invalid_request",
            "uuid",
            "note"
        );
        (await Api.PostAsync($"api/loan-openings/{Guid.NewGuid():N}/resolve", Decision("not_opened"))).ShouldBeProblem(404, "not_found");
        (await Api.PostAsync("api/loan-openings/open/resolve", Decision("not_opened"))).ShouldBeProblem(404, "not_found");
        var resolved = await Api.PostAsync(
            path,
            new JsonObject
            {
                ["outcome"] = "opened",
                ["uuid"] = uuid,
                ["note"] = "Baloan says so.",
                ["by"] = "Support",
            }
        );

        resolved.Status.ShouldBe(200, resolved.Text);
        (resolved.Field("status"), resolved.Field("uuid")).ShouldBe(("opened", uuid));
        var resolution = resolved.Json["resolution"]!;
        (resolution["outcome"]!.GetValue<string>(), resolution["note"]!.GetValue<string>(), resolution["by"]!.GetValue<string>()).ShouldBe(
            ("opened", "Baloan says so.", "Support")
        );
        (await Api.PostAsync(path, Decision("not_opened"))).ShouldBeProblem(409, "not_in_review");
        (await ListedAsync(loan)).ShouldBeNull();
        var again = await OpenAsync(loan, key);
        again.Status.ShouldBe(201, again.Text);
        again.Field("uuid").ShouldBe(uuid);
        again.Field("national_identifier").ShouldBe(loan["national_identifier"]!.GetValue<string>());
        (await Api.GetAsync(again.Location)).Json["amount"]!.GetValue<long>().ShouldBe(20_000_000);
    }

    [Fact]
    public async Task After_a_person_says_that_none_was_opened_the_request_is_sent_anew()
    {
        await using var fixture = await FixtureAsync();
        fixture.Baloan.Faults.Next(Operation.OpenLoan, Fault.CutBeforeEffect);
        var loan = ARequest(fixture);
        await Should.ThrowAsync<BaloanException>(() => OpenAsync(fixture.Services, loan, "k"));
        var row = await OnlyListedAsync(fixture);

        await fixture
            .Services.GetRequiredService<LoanOpeningStore>()
            .ChangeAsync(row.Id, read => LoanOpeningRules.AfterDecision(read, null, "No.", null, fixture.Time.GetUtcNow()), Cancel);

        var opened = await OpenAsync(fixture.Services, loan, "k");
        fixture.Baloan.Loans.All.ShouldHaveSingleItem().Uuid.ShouldBe(opened.Uuid);
        (await ListAsync(fixture)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Many_at_once_on_two_instances_open_one_loan()
    {
        await using var fixture = await FixtureAsync();
        var other = fixture.NewInstance();
        var loan = ARequest(fixture);

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async i =>
                {
                    try
                    {
                        return (await OpenAsync(i % 2 == 0 ? fixture.Services : other, loan, "k")).Uuid.ToString();
                    }
                    catch (OpeningUnknownException)
                    {
                        // The clock of these tests goes on while somebody waits.
                        return "";
                    }
                })
        );

        var uuid = fixture.Baloan.Loans.All.ShouldHaveSingleItem().Uuid.ToString();
        answers.ShouldContain(uuid);
        answers.ShouldAllBe(answer => answer == uuid || answer.Length == 0);
        fixture.Baloan.Books.Calls(Operation.OpenLoan).ShouldBe(1);
        (await OpenAsync(other, loan, "k")).Uuid.ToString().ShouldBe(uuid);
    }

    [Fact]
    public async Task Where_the_tables_go_away_after_the_yes_the_queue_makes_it_good_and_nothing_is_opened_twice()
    {
        await using var proxy = await StorageProxy.StartAsync(Storage);
        await using var fixture = await FixtureAsync(proxy.ConnectionString);
        var loan = ARequest(fixture);
        proxy.Refuse = call => fixture.Baloan.Loans.All.Count > 0 && call.StartsWith("table", StringComparison.Ordinal);

        var opened = await OpenAsync(fixture.Services, loan, "k");

        proxy.Refuse = _ => false;
        fixture.Time.Advance(TimeSpan.FromMinutes(2));
        await Should.ThrowAsync<OpeningUnknownException>(() => OpenAsync(fixture.Services, loan, "k"));
        await SweepAsync(fixture);
        Alerts(fixture).Count.ShouldBe(1);
        var message = LoanMessage.Parse(proxy.Messages.ShouldHaveSingleItem().Text);
        await fixture.Services.GetRequiredService<LoanRecorder>().MakeGoodAsync(message, Cancel);
        (await OpenAsync(fixture.Services, loan, "k")).Uuid.ShouldBe(opened.Uuid);
        (await ListAsync(fixture)).ShouldBeEmpty();
        (await fixture.Services.GetRequiredService<LoanStore>().FindAsync(opened.Uuid.ToString(), Cancel))
            .ShouldNotBeNull()
            .Amount.ShouldBe(20_000_000);
        fixture.Baloan.Books.Calls(Operation.OpenLoan).ShouldBe(1);
    }

    [Fact]
    public async Task A_loan_whose_opener_died_between_noting_the_yes_and_recording_it_is_recorded_by_the_sweep()
    {
        await using var fixture = await FixtureAsync();
        var loan = ARequest(fixture);
        var opened = await OpenAsync(fixture.Services, loan, "k");

        // As it was left: the opening says so and is still listed, and of the loan there is nothing.
        var loans = fixture.Services.GetRequiredService<StorageClients>().Tables.GetTableClient(StorageSetup.LoansTable);
        foreach (
            var row in await loans
                .QueryAsync<TableEntity>(row => row.PartitionKey == opened.Uuid.ToString(), cancellationToken: Cancel)
                .ToListAsync(Cancel)
        )
        {
            await loans.DeleteEntityAsync(row, Azure.ETag.All, Cancel);
        }

        var openings = fixture.Services.GetRequiredService<StorageClients>().Tables.GetTableClient(StorageSetup.LoanOpeningsTable);
        var noted = await openings
            .QueryAsync<LoanOpeningRow>(row => row.RowKey == LoanOpeningRow.Row, cancellationToken: Cancel)
            .SingleAsync(Cancel);
        await openings.AddEntityAsync(
            new TableEntity(StatusIndex.Open, noted.IndexKey) { ["Id"] = noted.Id, ["WrittenAt"] = noted.SentAt },
            Cancel
        );
        (await OpenAsync(fixture.Services, loan, "k")).Uuid.ShouldBe(opened.Uuid);
        (await ListAsync(fixture)).ShouldBeEmpty();

        await SweepAsync(fixture);
        await SweepAsync(fixture);

        var recorded = (await fixture.Services.GetRequiredService<LoanStore>().FindAsync(opened.Uuid.ToString(), Cancel)).ShouldNotBeNull();
        (recorded.Amount, recorded.LoanDue, recorded.Store, recorded.State).ShouldBe((20_000_000, 12, 1, LoanStates.Created));
        recorded.PlanDetail.ShouldNotBeNull();
        (
            await openings.QueryAsync<TableEntity>(row => row.PartitionKey == StatusIndex.Open, cancellationToken: Cancel).AnyAsync(Cancel)
        ).ShouldBeFalse();
    }

    [Fact]
    public async Task Where_it_cannot_be_written_down_nothing_is_sent()
    {
        await using var proxy = await StorageProxy.StartAsync(Storage);
        await using var fixture = await FixtureAsync(proxy.ConnectionString);
        proxy.Refuse = call =>
            call.Contains("LoanOpenings", StringComparison.Ordinal) && !call.StartsWith("table GET", StringComparison.Ordinal);

        var outage = await Should.ThrowAsync<Exception>(() => OpenAsync(fixture.Services, ARequest(fixture), null));

        StorageOutage.IsCauseOf(outage).ShouldBeTrue(outage.ToString());
        fixture.Baloan.Books.Calls(Operation.OpenLoan).ShouldBe(0);
    }

    [Fact]
    public async Task A_lost_answer_of_storage_to_the_first_write_is_no_lost_answer_of_Baloan()
    {
        await using var proxy = await StorageProxy.StartAsync(Storage);
        await using var fixture = await FixtureAsync(proxy.ConnectionString);
        var lost = 0;
        proxy.LoseAnswer = call => call == "table POST LoanOpenings" && Interlocked.Increment(ref lost) == 1;

        await OpenAsync(fixture.Services, ARequest(fixture), "k");
        await OpenAsync(fixture.Services, ARequest(fixture), null);

        lost.ShouldBeGreaterThan(1);
        fixture.Baloan.Loans.All.Count.ShouldBe(2);
        (await ListAsync(fixture)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_row_of_a_newer_version_is_left_alone()
    {
        await using var fixture = await FixtureAsync();
        fixture.Baloan.Faults.Next(Operation.OpenLoan, Fault.CutBeforeEffect);
        var loan = ARequest(fixture);
        await Should.ThrowAsync<BaloanException>(() => OpenAsync(fixture.Services, loan, "k"));
        var row = await OnlyListedAsync(fixture);
        var table = fixture.Services.GetRequiredService<StorageClients>().Tables.GetTableClient(StorageSetup.LoanOpeningsTable);
        await table.UpdateEntityAsync(
            row with
            {
                Schema = 2,
                Status = LoanOpeningStatus.NotOpened,
            },
            Azure.ETag.All,
            TableUpdateMode.Replace,
            Cancel
        );

        await Should.ThrowAsync<OpeningUnknownException>(() => OpenAsync(fixture.Services, loan, "k"));
        await SweepAsync(fixture);

        fixture.Baloan.Books.Calls(Operation.OpenLoan).ShouldBe(1);
    }

    [Fact]
    public async Task No_row_tells_whose_loan_it_is()
    {
        await using var fixture = await FixtureAsync();
        var lost = ARequest(fixture);
        await OpenAsync(fixture.Services, ARequest(fixture), $"customer-{lost.NationalIdentifier}");
        fixture.Baloan.Faults.Next(Operation.OpenLoan, Fault.CutAfterEffect);
        await Should.ThrowAsync<BaloanException>(() => OpenAsync(fixture.Services, lost, $"customer-{lost.NationalIdentifier}-2"));

        var table = fixture.Services.GetRequiredService<StorageClients>().Tables.GetTableClient(StorageSetup.LoanOpeningsTable);
        var rows = await table.QueryAsync<TableEntity>(cancellationToken: Cancel).ToListAsync(Cancel);
        var text = string.Join('\n', rows.SelectMany(row => row.Select(column => $"{column.Key}={column.Value}")));
        foreach (var loan in fixture.Baloan.Loans.All)
        {
            text.ShouldNotContain(loan.NationalIdentifier);
        }

        text.ShouldNotContain("1999-02-14");
        text.ShouldNotContain("customer-");
        text.ShouldNotContain(lost.PhoneNumber);
    }

    /// <summary>The whole way: the app is killed between Baloan's yes and its own write.</summary>
    [Fact(Explicit = true)]
    public async Task An_app_that_dies_between_Baloans_yes_and_its_own_write_opens_nothing_twice()
    {
        await using var baloan = await BaloanServer.StartAsync(cancellationToken: Cancel);
        var account = NewStorage();
        var (key, loan) = (NewKey(), ALoan());
        baloan.Faults.Next(Operation.OpenLoan, Fault.SlowAnswer with { Delay = TimeSpan.FromMinutes(1) });
        await using var first = await RunningApp.StartAsync(baloan, account);
        using (var api = first.NewClient())
        {
            var sent = OpenAsync(api, loan, key);
            await Until.TrueAsync(() => baloan.Loans.All.Count == 1);
            await first.App.KillAsync();
            await Should.ThrowAsync<HttpRequestException>(() => sent);
        }

        await using var second = await FunctionApp.StartAsync(
            new FunctionAppSettings(account, baloan.BaseAddress)
            {
                VaultUri = first.Vault.VaultUri,
                VaultCertificatePath = first.Vault.CertificatePath,
            },
            Cancel
        );
        using var again = new ApiClient(second.BaseAddress, key: null);

        (await OpenAsync(again, loan, key)).ShouldBeProblem(504, "outcome_unknown");

        baloan.Loans.All.Count.ShouldBe(1);
        baloan.Books.Calls(Operation.OpenLoan).ShouldBe(1);
    }

    private static string NewKey() => $"key-{Guid.NewGuid()}";

    private static JsonObject Decision(string outcome) => new() { ["outcome"] = outcome, ["note"] = "Asked." };

    private static JsonObject ALoan(string? customer = null) =>
        new()
        {
            ["phone_number"] = string.Create(CultureInfo.InvariantCulture, $"0913{Interlocked.Increment(ref numbers):D7}"),
            ["national_identifier"] = customer ?? Given.Customer(),
            ["birth_date"] = "1999-02-14",
            ["amount"] = 20_000_000,
            ["loan_due"] = 12,
            ["store"] = 1,
        };

    private static LoanRequest ARequest(ServiceFixture fixture) =>
        new(
            fixture.Secret(string.Create(CultureInfo.InvariantCulture, $"0914{Interlocked.Increment(ref numbers):D7}")),
            fixture.Secret(Given.Customer()),
            new(1999, 2, 14),
            20_000_000,
            12,
            1
        );

    private static Task<OpenedLoan> OpenAsync(ServiceProvider instance, LoanRequest loan, string? key) =>
        instance.GetRequiredService<LoanOpener>().OpenAsync(loan, key, Language.English, Cancel);

    private static async Task<IReadOnlyList<LoanOpeningRow>> ListAsync(ServiceFixture fixture) =>
        (await fixture.Services.GetRequiredService<LoanOpeningStore>().ListAsync(100, null, Cancel)).Rows;

    private static async Task<LoanOpeningRow> OnlyListedAsync(ServiceFixture fixture) => (await ListAsync(fixture)).ShouldHaveSingleItem();

    private static Task SweepAsync(ServiceFixture fixture) => fixture.Services.GetRequiredService<LoanOpeningSweep>().SweepAsync(Cancel);

    private static IReadOnlyList<string> Alerts(ServiceFixture fixture) =>
        [.. fixture.Logs.Lines.Where(line => line.StartsWith("Critical", StringComparison.Ordinal))];

    private static Task<ApiAnswer> OpenAsync(ApiClient api, JsonObject loan, string? key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "api/loans")
        {
            Content = new StringContent(loan.ToJsonString(), null, "application/json"),
        };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        return api.SendAsync(request);
    }

    private IReadOnlyList<Guid> LoansOf(JsonObject loan) =>
        [
            .. Baloan
                .Loans.All.Where(booked => booked.NationalIdentifier == loan["national_identifier"]!.GetValue<string>())
                .Select(booked => booked.Uuid),
        ];

    private Task<ApiAnswer> OpenAsync(JsonObject loan, string? key) => OpenAsync(Api, loan, key);

    private Task<ServiceFixture> FixtureAsync(string? connectionString = null) =>
        ServiceFixture.StartAsync(
            Storage,
            connectionString: connectionString,
            credentials: vault =>
            {
                ServiceFixture.Credentials(vault, "v2");
                vault.SetSecret("baloan-partnership-username", BaloanServer.PartnerName);
                vault.SetSecret("baloan-partnership-password", BaloanServer.PartnerPassword);
            }
        );

    /// <summary>The opening of a loan in the list of those whose outcome is not known.</summary>
    private async Task<JsonNode?> ListedAsync(JsonObject loan)
    {
        var phone = loan["phone_number"]!.GetValue<string>();
        var continuation = "";
        do
        {
            var page = await Api.GetAsync($"api/loan-openings?top=100{continuation}");
            page.Status.ShouldBe(200, page.Text);
            var found = page.Json["items"]!
                .AsArray()
                .FirstOrDefault(item => item!["phone_number"]!.GetValue<string>() == new string('*', 7) + phone[^4..]);
            if (found is not null)
            {
                return found;
            }

            continuation = page.Json["continuation"] is { } next ? $"&continuation={next.GetValue<string>()}" : "";
        } while (continuation.Length > 0);
        return null;
    }
}
