using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests;

/// <summary>Who wants a loan, with a phone number that nobody else has.</summary>
public sealed record Borrower(string NationalIdentifier)
{
    /// <summary>Toman; with the due and the store, it fits the first policy of the sandbox.</summary>
    public const long Amount = 10_000_000;
    public const int Due = 12;
    public const int Store = 1;

    private static int phones = RandomNumberGenerator.GetInt32(1_000_000, 8_000_000);

    public string PhoneNumber { get; init; } = string.Create(CultureInfo.InvariantCulture, $"0935{Interlocked.Increment(ref phones)}");

    public string BirthDate { get; init; } = "1991-03-17";

    public JsonObject Request =>
        new()
        {
            ["phone_number"] = PhoneNumber,
            ["national_identifier"] = NationalIdentifier,
            ["birth_date"] = BirthDate,
            ["amount"] = Amount,
            ["loan_due"] = Due,
            ["store"] = Store,
        };

    /// <summary>Somebody whom no other test knows.</summary>
    public static Borrower New() => new(Order.NewCustomer());

    /// <summary>Somebody with whom one call goes wrong.</summary>
    public static Borrower Magic(MagicNumber number, Operation operation) => new(number.NationalIdentifier(operation));
}

/// <summary>A line of a loan's history, as the app tells it.</summary>
internal sealed record Change(string State, string? Reason = null, string? Note = null);

/// <summary>A row of a loan's history, as it stands in storage.</summary>
/// <param name="EventId">The id of its event, where it was news.</param>
/// <param name="Times">How often the callback came.</param>
internal sealed record HistoryRow(string State, string? Reason, string? Note, string EventId, int Times);

/// <summary>Calls about loans, and how their answers are read.</summary>
internal static class LoanCalls
{
    /// <summary>Those on which a magic number can strike.</summary>
    public static readonly IReadOnlyList<Operation> Operations =
    [
        Operation.OpenLoan,
        Operation.GetContract,
        Operation.SendContractOtp,
        Operation.SignContract,
        Operation.CancelLoan,
    ];

    public static async Task<Guid> OpenLoanAsync(this RunningApp app, Borrower borrower) =>
        Guid.Parse((await app.PostAsync("api/loans", borrower.Request)).ShouldBe(201).Text("uuid"));

    public static Task<Answer> GetLoanAsync(this RunningApp app, Guid loan) => app.GetAsync($"api/loans/{loan}");

    /// <summary>Makes one of the calls that the sandbox can let go wrong.</summary>
    /// <param name="loan">The loan that it is about, where it is not the one to be opened.</param>
    public static Task<Answer> CallAsync(this RunningApp app, Operation operation, Borrower borrower, Guid loan, string? language = null) =>
        operation switch
        {
            Operation.OpenLoan => app.PostAsync("api/loans", borrower.Request, language),
            Operation.GetContract => app.GetAsync($"api/loans/{loan}/contract", language),
            Operation.SendContractOtp => app.PostAsync($"api/loans/{loan}/contract/otp", [], language),
            Operation.SignContract => app.PostAsync($"api/loans/{loan}/contract/signature", new() { ["otp"] = MagicNumbers.Otp }, language),
            _ => app.PostAsync($"api/loans/{loan}/cancel", [], language),
        };

    /// <summary>Calls back, as Baloan does.</summary>
    public static Task<Answer> CallBackAsync(this RunningApp app, Guid loan, string state, string? reason = null)
    {
        var callback = new JsonObject { ["uuid"] = loan.ToString(), ["state"] = state };
        if (reason is not null)
        {
            callback["reason"] = reason;
        }

        return app.PostAsync("api/callbacks/loan-state", callback);
    }

    public static Task<Answer> SubscribeAsync(this RunningApp app, string callbackUrl, params string[] states) =>
        app.PostAsync(
            "api/subscriptions",
            new() { ["callback_url"] = callbackUrl, ["states"] = new JsonArray([.. states.Select(state => JsonValue.Create(state))]) }
        );

    /// <summary>Waits until the app has a loan in a state.</summary>
    /// <param name="callbacks">How many lines its history has to have as well: where storage is slow, Baloan has its answer before
    /// that.</param>
    public static Task<JsonObject> LoanInAsync(this RunningApp app, string state, Guid loan, int? callbacks = null) =>
        Until.FoundAsync(
            $"loan {loan} is {state}{(callbacks is null ? "" : $" after {callbacks} callbacks")}",
            async () =>
                await app.GetLoanAsync(loan) is { Status: 200, Json: { } found }
                && (string?)found["state"] == state
                && (callbacks ?? found.History().Count) == found.History().Count
                    ? found
                    : null
        );

    /// <summary>In which states a loan is listed, each as often as it is.</summary>
    public static async Task<IReadOnlyList<string>> ListsOfAsync(this RunningApp app, Guid loan)
    {
        var lists = new List<string>();
        foreach (var state in Enum.GetValues<LoanState>().Select(state => JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString())))
        {
            var address = $"api/loans?top=100&state={state}";
            for (var continuation = ""; ; )
            {
                var page = (await app.GetAsync(address + continuation)).ShouldBe(200);
                lists.AddRange(page["items"]!.AsArray().Where(item => (string?)item!["uuid"] == loan.ToString()).Select(_ => state));
                if ((string?)page["continuation"] is not { } next)
                {
                    break;
                }

                continuation = $"&continuation={Uri.EscapeDataString(next)}";
            }
        }

        return lists;
    }

    public static IReadOnlyList<Change> History(this JsonObject loan) =>
        [
            .. loan["history"]!
                .AsArray()
                .Select(entry => new Change((string)entry!["state"]!, (string?)entry["reason"], (string?)entry["note"])),
        ];

    /// <summary>The callbacks about a loan that the app has taken.</summary>
    public static IReadOnlyList<SentCallback> Taken(this LoanBooks books, Guid loan) =>
        [.. books.Callbacks.Where(callback => callback.Uuid == loan && callback.Status == 200)];

    /// <summary>The rows of a loan's history.</summary>
    public static async Task<IReadOnlyList<HistoryRow>> HistoryOfAsync(this Azurite storage, Guid loan)
    {
        // States that are known, and those that nobody knows.
        string[] prefixes = ["change-", "others-"];
        var cancel = TestContext.Current.CancellationToken;
        return
        [
            .. await new TableClient(storage.ConnectionString, "LoanStates")
                .QueryAsync<TableEntity>(
                    TableClient.CreateQueryFilter($"PartitionKey eq {loan.ToString()} and RowKey ge {prefixes[0]}"),
                    cancellationToken: cancel
                )
                .Where(row => prefixes.Any(prefix => row.RowKey.StartsWith(prefix, StringComparison.Ordinal)))
                .Select(row => new HistoryRow(
                    row.GetString("State")!,
                    row.GetString("Reason"),
                    row.GetString("Note"),
                    row.GetString("CallbackId")!,
                    row.GetInt32("Times")!.Value
                ))
                .ToListAsync(cancel),
        ];
    }
}
