using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Baloan.Core.Storage;

/// <summary>Spreads over sixteen partitions what would be too much for one: a partition takes 2,000 rows a second at the most.</summary>
public static class Spread
{
    /// <summary>How many partitions there are of each name.</summary>
    public const int Ways = 16;

    /// <summary>The partition of an id; the same for ever, since rows are found by it.</summary>
    public static string PartitionOf(string name, string id) => Partition(name, SHA256.HashData(Encoding.UTF8.GetBytes(id))[0] % Ways);

    /// <summary>All partitions of a name, and before them the one that had all before they were spread.</summary>
    public static IEnumerable<string> PartitionsOf(string name) => [name, .. Enumerable.Range(0, Ways).Select(way => Partition(name, way))];

    /// <summary>The partition after the last one of a name, so that all of them are one range.</summary>
    public static string EndOf(string name) => $"{name}-~";

    private static string Partition(string name, int way) => string.Create(CultureInfo.InvariantCulture, $"{name}-{way:x}");
}
