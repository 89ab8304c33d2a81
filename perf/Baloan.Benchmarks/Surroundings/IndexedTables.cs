using System.Globalization;
using System.Text;
using Baloan.Core.Loans;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Model.Tests.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Benchmarks.Surroundings;

/// <summary>
/// A table service with an index of both keys, as Table storage has one and the emulator has not: the model's, in memory, behind HTTP. It
/// multiplies what is in it, where writing as many rows one by one would take a quarter of an hour.
/// </summary>
internal sealed class IndexedTables
{
    public const string Mode = "tables";

    private const string Account = "/devstoreaccount1";

    private readonly MemoryTables tables = new(() => DateTimeOffset.UtcNow);
    private readonly Lock gate = new();

    public static string Loan(int number) => string.Create(CultureInfo.InvariantCulture, $"{number:x8}-0000-4000-8000-000000000000");

    public static string Code(int number) => string.Create(CultureInfo.InvariantCulture, $"G-{number:D8}");

    /// <summary>Serves until the process is asked to end.</summary>
    public static async Task ServeAsync(CancellationToken ending)
    {
        var service = new IndexedTables();
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        await using var app = builder.Build();
        app.UseRouting();
        app.MapPost("/multiply", (string loan, string settlement, int count) => service.Multiply(loan, settlement, count));
        app.Map($"{Account}/{{**path}}", service.AnswerAsync);
        await app.StartAsync(ending);
        Console.Out.WriteLine($"Listening on {app.Urls.First()}");
        await Task.Delay(Timeout.Infinite, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public static Task<Server> StartAsync(CancellationToken cancellationToken)
    {
        var (file, arguments) = Self.Command(Mode);
        return Server.StartAsync(
            "The table service",
            file,
            arguments,
            new Dictionary<string, string?>(),
            cancellationToken: cancellationToken
        );
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = target.Split('?')[0][Account.Length..];
        var request = new StorageRequest(
            "table",
            context.Request.Method,
            path,
            context.Request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()),
            context.Request.Headers.IfMatch is [{ } condition] ? condition : null,
            context.Request.ContentType,
            // The parts of a transaction name the account as well.
            path == "/$batch"
                ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body.ToArray()).Replace($"{Account}/", "/", StringComparison.Ordinal))
                : body.ToArray()
        );
        StorageAnswer answer;
        lock (gate)
        {
            answer = tables.Answer(request);
        }

        context.Response.StatusCode = answer.Status;
        foreach (var header in answer.Headers)
        {
            context.Response.Headers[header.Name] = header.Value;
        }

        if (answer.Status != StatusCodes.Status204NoContent)
        {
            context.Response.ContentLength = answer.Body.Length;
            await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
        }
    }

    private void Multiply(string loan, string settlement, int count)
    {
        lock (gate)
        {
            MemoryTables.Row RowOf(string table, string partition, string key) =>
                tables.Rows(table).Single(row => row.PartitionKey == partition && row.RowKey == key);

            var book = RowOf(StorageSetup.SettlementsTable, settlement, Settlement.Row);
            var file = RowOf(StorageSetup.LoansTable, loan, Core.Loans.Loan.Row);
            var settlements = new Copies(settlement, book.Text(nameof(Settlement.CreatedAt))!, Code)
            {
                Customer = book.Text(nameof(Settlement.CustomerHash)),
            };
            var loans = new Copies(loan, file.Text(nameof(Core.Loans.Loan.UpdatedAt))!, Loan);
            foreach (
                var (table, copies) in new[]
                {
                    (StorageSetup.LoansTable, loans),
                    (StorageSetup.LoanIndexTable, loans),
                    (StorageSetup.SettlementsTable, settlements),
                    (StorageSetup.SettlementIndexTable, settlements),
                }
            )
            {
                foreach (var row in tables.Rows(table).ToList())
                {
                    var text = Encoding.UTF8.GetString(row.Json);
                    for (var number = 1; text.Contains(copies.Id, StringComparison.Ordinal) && number <= count; number++)
                    {
                        tables.Put(table, copies.Of(row.PartitionKey, number), copies.Of(row.RowKey, number), copies.Of(text, number));
                    }
                }
            }
        }
    }

    /// <summary>Makes copies of texts about one thing.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Time">The time by which it is listed, as the rows have it.</param>
    /// <param name="IdOf">The id of a copy, by its number from 1 on.</param>
    private sealed record Copies(string Id, string Time, Func<int, string> IdOf)
    {
        private const string TimeFormat = "yyyy-MM-ddTHH:mm:ss.fffffffZ";

        private readonly DateTimeOffset time = DateTimeOffset.Parse(Time, CultureInfo.InvariantCulture);

        /// <summary>The customer's hash; each copy has a customer of its own.</summary>
        public string? Customer { get; init; }

        /// <summary>A copy of a text with an id and a time of its own, each a second older than the one before.</summary>
        public string Of(string text, int number)
        {
            var (id, older) = (IdOf(number), time.AddSeconds(-number));
            // The key holds the id, so it goes first.
            text = text.Replace(TableKeys.NewestFirst(time, Id), TableKeys.NewestFirst(older, id), StringComparison.Ordinal)
                .Replace(Id, id, StringComparison.Ordinal)
                .Replace(Time, older.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture), StringComparison.Ordinal);
            return Customer is null
                ? text
                : text.Replace(Customer, number.ToString("x64", CultureInfo.InvariantCulture), StringComparison.Ordinal);
        }
    }
}
