using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Baloan.Benchmarks.Report;
using Baloan.Benchmarks.Surroundings;
using Baloan.Core.Calendar;
using Baloan.Core.Reconciliation;
using Baloan.Sandbox;

namespace Baloan.Benchmarks.Rows;

/// <summary>What an accountant asks for, with few and many settlements: the export, and a statement held against the books.</summary>
internal static class BooksRow
{
    private const int Few = 1_000;
    private const int Many = 100_000;
    private const double Megabyte = 1024 * 1024;

    // As much as the target of other rows gives to memory.
    private const double Flat = 1.25;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Stage stage, Rounds rounds, CancellationToken cancellationToken)
    {
        var samples = new Samples();
        foreach (var count in new[] { Few, Many })
        {
            rounds.Progress($"books: filling storage with {count:N0}");
            await using var filled = await FilledStorage.StartAsync(stage, count - 1, probed: false, cancellationToken);
            var today = TehranDays.DayOf(DateTimeOffset.UtcNow);
            var export = string.Create(
                CultureInfo.InvariantCulture,
                $"api/merchant/settlements.csv?from={today.AddDays(-1):yyyy-MM-dd}&to={today:yyyy-MM-dd}"
            );
            // One of them is what the others were made of.
            var statement = StatementOf(count - 1, today);

            async Task<byte[]> ExportAsync() => await filled.App.Http.GetByteArrayAsync(export, cancellationToken);

            async Task ReconcileAsync()
            {
                using var form = new MultipartFormDataContent { { new ByteArrayContent(statement), "file", "statement.csv" } };
                using var response = await filled.App.Http.PostAsync("api/merchant/reconciliations", form, cancellationToken);
                var answer = await response.Content.ReadAsStringAsync(cancellationToken);
                if (
                    response.StatusCode != HttpStatusCode.OK
                    || !answer.Contains(string.Create(CultureInfo.InvariantCulture, $"\"matched\":{count - 1}"), StringComparison.Ordinal)
                )
                {
                    throw new SandboxException(
                        $"Not all of the statement matched ({response.StatusCode}): {answer[..Math.Min(answer.Length, 500)]}"
                    );
                }
            }

            async Task TimeAsync(string what, Func<Task> work)
            {
                var began = Stopwatch.GetTimestamp();
                await work();
                samples.Add($"{what} {count}", Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            var exported = await ExportAsync();
            var lines = exported.Count(sign => sign == '\n') - 1;
            if (lines < count)
            {
                throw new SandboxException($"The export has {lines} lines of {count}.");
            }

            samples.Add($"export peak {count}", filled.App.PeakResidentBytes / Megabyte);
            await ReconcileAsync();
            samples.Add($"reconciliation peak {count}", filled.App.PeakResidentBytes / Megabyte);
            Parse(statement, new());
            Parse(exported, ExportColumns);
            await filled.ReadEndsAsync(cancellationToken);
            await rounds.RunAsync(
                $"books of {count:N0}",
                async _ =>
                {
                    await TimeAsync("rows alone", () => filled.ReadEndsAsync(cancellationToken));
                    await TimeAsync("export", ExportAsync);
                    await TimeAsync("export alone", () => Task.Run(() => Parse(exported, ExportColumns), cancellationToken));
                    await TimeAsync("reconciliation", ReconcileAsync);
                    await TimeAsync("statement alone", () => Task.Run(() => Parse(statement, new()), cancellationToken));
                }
            );
        }

        Figure Peak(string what, string after, Target? target = null) =>
            new(
                $"worker's peak resident memory after {after} of 100,000, MB",
                "of 1,000",
                samples.Of($"{what} peak {Few}"),
                samples.Of($"{what} peak {Many}"),
                target
            );
        return
        [
            new(
                "export of 100,000 settlements, ms",
                "the file alone, read and parsed",
                samples.Of($"export alone {Many}"),
                samples.Of($"export {Many}"),
                Target.AtMostTimes(3)
            ),
            new(
                "export of 100,000 settlements, ms",
                "the table service alone, asked for the same",
                samples.Of($"rows alone {Many}"),
                samples.Of($"export {Many}")
            ),
            new(
                "reconciliation of 100,000 settlements, ms",
                "the file alone, read and parsed",
                samples.Of($"statement alone {Many}"),
                samples.Of($"reconciliation {Many}"),
                Target.AtMostTimes(3)
            ),
            Peak("export", "an export", Target.AtMostTimes(Flat)),
            Peak("reconciliation", "an export and a reconciliation"),
        ];
    }

    private static StatementChoice ExportColumns => new("code", "total", "ended");

    private static void Parse(byte[] file, StatementChoice columns)
    {
        if (StatementReader.Read(StatementFile.Open(file, columns), columns).Lines.Count == 0)
        {
            throw new SandboxException("The file has no lines.");
        }
    }

    private static byte[] StatementOf(int count, DateOnly day)
    {
        var text = new StringBuilder("code,total,date\n");
        for (var number = 1; number <= count; number++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{IndexedTables.Code(number)},1000,{day:yyyy-MM-dd}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
