using System.Globalization;
using Baloan.Model.Tests.Loans;
using Baloan.Model.Tests.Settlements;
using Baloan.Sandbox;

namespace Baloan.Model.Tests.Storage;

/// <summary>The storage in memory is believed because it answers as Azurite does.</summary>
public sealed class AzuriteComparisonTests
{
    private const string AccountsVariable = "AZURITE_ACCOUNTS";
    private static readonly string Key = Convert.ToBase64String(new byte[64]);

    private static int CountOfEach { get; } =
        Environment.GetEnvironmentVariable("BALOAN_MODEL_COMPARED") is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : 50;

    [Fact]
    public async Task What_the_storage_in_memory_answers_is_what_Azurite_answers()
    {
        var traffic = new List<List<(StorageRequest Request, StorageAnswer Answer)>>();
        var ways = new List<MemoryStorage>();
        for (var number = 1; number <= CountOfEach; number++)
        {
            Record(SettlementModelTests.Sequences(told => new SettlementWorld(withCoincidence: false) { CarriedOut = told }), number);
            Record(LoanModelTests.Sequences(told => new LoanWorld { CarriedOut = told }), number);
        }

        // Azurite reads its accounts from the environment that it inherits.
        Environment.SetEnvironmentVariable(AccountsVariable, string.Join(';', traffic.Select((_, index) => $"{Name(index)}:{Key}")));
        await using var azurite = await Azurite.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        Environment.SetEnvironmentVariable(AccountsVariable, null);
        using var http = new HttpClient();
        var compared = new SortedDictionary<string, int>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, traffic.Count),
            new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (index, cancellationToken) =>
            {
                var replay = new AzuriteReplay(http, azurite, Name(index), Key, ways[index]);
                foreach (var (request, answer) in traffic[index])
                {
                    var what = await replay.CompareAsync(request, answer, cancellationToken);
                    lock (compared)
                    {
                        compared[what] = compared.GetValueOrDefault(what) + 1;
                    }
                }
            }
        );

        Sequences.Publish(
            nameof(What_the_storage_in_memory_answers_is_what_Azurite_answers),
            $"{traffic.Sum(one => one.Count)} requests of {traffic.Count} sequences of seed {Sequences.Seed}, each answered alike\n"
                + string.Join('\n', compared.Select(pair => $"  {pair.Key, -50} {pair.Value, 12:N0}"))
        );
        foreach (
            var needed in new[]
            {
                "table POST 204",
                "table POST 409",
                "table PUT 204",
                "table PUT 412",
                "table DELETE 204",
                "table GET 200",
                "table GET 404",
                "table batch 204",
                "queue POST 201",
                "blob PUT 201",
                "blob GET 200",
            }
        )
        {
            compared.Keys.ShouldContain(needed);
        }

        void Record(Func<Action<StorageRequest, StorageAnswer>, Sequences> sequences, int number)
        {
            var kept = new List<(StorageRequest, StorageAnswer)>();
            ways.Add(sequences((request, answer) => kept.Add((request, answer))).PlayOne(number));
            traffic.Add(kept);
        }
    }

    private static string Name(int index) => string.Create(CultureInfo.InvariantCulture, $"model{index:D5}");
}
