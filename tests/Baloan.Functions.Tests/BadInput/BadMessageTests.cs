using System.Collections.Concurrent;
using System.Text.Json;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Functions.Functions;
using Baloan.Functions.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.BadInput;

/// <summary>Tens of thousands of messages that do not belong on the queues, given to the functions that take them off.</summary>
[Collection(nameof(Alone))]
public sealed class BadMessageTests(StorageAccounts storage, ITestOutputHelper output)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bad_message_is_refused_as_none_of_this_app_or_does_nothing()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var functions = new Dictionary<string, Func<string, Task>>
        {
            [StorageSetup.WorkQueueName] = message =>
                ActivatorUtilities.CreateInstance<InvoiceFunction>(fixture.Services).Run(message, Cancel),
            [StorageSetup.LoanQueueName] = message =>
                ActivatorUtilities.CreateInstance<RecordLoansFunction>(fixture.Services).Run(message, Cancel),
            [StorageSetup.EventsQueueName] = message =>
                ActivatorUtilities.CreateInstance<DeliverEventsFunction>(fixture.Services).Run(message, Cancel),
        };
        await fixture.Services.GetRequiredService<StorageSetup>().ReadyAsync(Cancel);
        var (failures, refused) = (new ConcurrentQueue<string>(), 0);
        var memory = GC.GetTotalMemory(forceFullCollection: true);

        await Parallel.ForEachAsync(
            Enumerable.Range(BadInputRun.First, BadInputRun.Messages),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancel },
            async (number, _) =>
            {
                var (queue, kind, text) = BadMessages.Make(number);
                try
                {
                    await functions[queue](text);
                }
                catch (JsonException)
                {
                    // It goes to the poison queue, where a person can look at it.
                    Interlocked.Increment(ref refused);
                }
                catch (Exception failure)
                {
                    failures.Enqueue(
                        $"{failure.GetType().Name} {failure.Message.Split('\n')[0]} "
                            + failure.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains("Baloan", StringComparison.Ordinal))
                            + $"\n{BadInputRun.Again(number)}\n{queue}, {kind}: {text[..Math.Min(500, text.Length)]}"
                    );
                }
            }
        );

        output.WriteLine($"seed {BadInputRun.Seed}, {BadInputRun.Messages} messages, {refused} refused");
        failures.IsEmpty.ShouldBeTrue(string.Join("\n\n", failures.Take(10)));
        fixture.Baloan.Books.Settlements.ShouldBeEmpty("money was moved");
        // Other tests run beside this one; a leak of what was unpacked would be gigabytes.
        (GC.GetTotalMemory(forceFullCollection: true) - memory).ShouldBeLessThan(200 * 1024 * 1024);
    }
}
