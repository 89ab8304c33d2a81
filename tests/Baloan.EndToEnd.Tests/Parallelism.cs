using Baloan.EndToEnd.Tests;
using Xunit.Sdk;
using Xunit.v3;

// Most of these tests wait for processes of their own, so that two cores bear four at a time.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Baloan.EndToEnd.Tests;

/// <summary>Begins with the collections that wait longest, so that the others run beside them.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
    [
        nameof(MagicSettlementTests),
        nameof(StorageCrashTests),
        nameof(LoanCrashTests),
        SharedProcesses.Name,
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [
            .. testCollections.OrderByDescending(collection =>
                Long.Any(name => collection.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal))
            ),
        ];
}
