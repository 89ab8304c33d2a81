using System.Text;
using Baloan.Core.Calendar;
using Baloan.Core.Reconciliation;
using Baloan.Core.Settlements;
using Baloan.Functions.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Reconciliation;

public sealed class BookColumnsTests(StorageAccounts storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_books_say_of_an_attempt_what_its_whole_row_says()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var list = fixture.Services.GetRequiredService<SettlementList>();
        var noon = TehranDays.BeginningOf(new DateOnly(2026, 5, 5)).AddHours(12);
        var full = new Settlement
        {
            SchemaVersion = Settlement.CurrentSchema,
            Status = SettlementStatus.Settled,
            MaskedIdentifier = "******1234",
            CustomerHash = new string('a', 64),
            Total = 1_234_000,
            Attempts = 3,
            AttemptStartedAt = noon.AddMinutes(-3),
            SubmittedAt = noon.AddMinutes(-2),
            KnownBy = SettlementKnownBy.Credit,
            ErrorCode = "an_error",
            ErrorMessage = "Not in the books.",
            Note = "a note",
            ResolvedBy = "somebody",
            EndedAt = noon,
            CreatedAt = noon.AddMinutes(-5),
            UpdatedAt = noon.AddMinutes(1),
        };
        var older = full with { SchemaVersion = 1, KnownBy = null, EndedAt = null };
        Settlement[] rows =
        [
            full,
            full with
            {
                Status = SettlementStatus.NeedsReview,
                KnownBy = null,
                SubmittedAt = null,
            },
            older,
            older with
            {
                Note = null,
                Inferred = true,
            },
            older with
            {
                Note = null,
                Status = SettlementStatus.Failed,
                ErrorCode = SettlementErrors.NotSettled,
            },
            older with
            {
                SchemaVersion = Settlement.CurrentSchema + 1,
            },
        ];
        // Makes the tables.
        await list.ReadEndsAsync(null, noon, 1, Cancel);
        foreach (var (number, row) in rows.Index())
        {
            await list.AddEndAsync(row with { Code = $"B-{number}" }, Cancel);
        }

        var whole = await list.ReadEndsAsync(null, noon.AddDays(1), 100, Cancel);
        whole.Count.ShouldBe(rows.Length);
        var day = TehranDays.DayOf(noon);
        var books = await fixture.Services.GetRequiredService<EndedSettlements>().ReadEndedAsync(day, day, Cancel).ToListAsync(Cancel);

        var table = await TableOfAsync(books);
        table.ShouldBe(await TableOfAsync(whole));
        table.ShouldContain("settled,credit,1234000,******1234,");
        table.ShouldContain(",an_error,3,a note,somebody");
        books.Select(Compared).ShouldBe(whole.Select(Compared));
        books.ShouldAllBe(row => row.ErrorMessage == null && row.CustomerHash.Length == 0, "what the books do not show is not read");
    }

    // What a reconciliation looks at.
    private static object Compared(Settlement row) =>
        (row.Code, row.Status, row.UnknownStatus, row.StatusName, row.Total, row.EndKnownBy, row.SubmittedAt, row.Ended);

    private static async Task<string> TableOfAsync(IReadOnlyList<Settlement> rows)
    {
        using var table = new MemoryStream();
        await SettlementCsv.WriteAsync(rows.ToAsyncEnumerable(), withSums: true, table, Cancel);
        return Encoding.UTF8.GetString(table.ToArray());
    }
}
