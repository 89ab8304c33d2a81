using System.Globalization;
using Baloan.Core.Storage;

namespace Baloan.Core.Settlements;

/// <summary>A range of the index of settlements: those of one kind, newest first.</summary>
/// <param name="Partition">Its partition.</param>
/// <param name="Prefix">How its keys begin there, before the settlement's own.</param>
internal sealed record SettlementRange(string Partition, string Prefix)
{
    /// <summary>The partition of what is listed by time and by outcome.</summary>
    public const string Listed = "all";

    // The sign after the last digit: each key goes on with a time.
    private const string End = ":";

    /// <summary>All, by the time at which they were accepted.</summary>
    public static SettlementRange All { get; } = new(Listed, "all-");

    /// <summary>Those that ended so.</summary>
    public static SettlementRange Of(SettlementStatus end) => new(Listed, $"{end.Name()}-");

    /// <summary>Those of a customer.</summary>
    public static SettlementRange OfCustomer(string customerHash) => new($"customer-{customerHash}", "");

    /// <summary>The key of a settlement in it.</summary>
    public string KeyOf(Settlement settlement) => Prefix + settlement.IndexKey;

    /// <summary>The settlement's own key, of one of its entries here.</summary>
    public string IndexKeyOf(Settlement entry) => entry.RowKey[Prefix.Length..];

    /// <summary>The keys of those that were accepted in a span: from <c>First</c>, itself included, up to <c>End</c>, itself not.</summary>
    /// <param name="from">The span's first moment (UTC); null for no beginning.</param>
    /// <param name="to">The moment at which it is over (UTC); null for no end.</param>
    public (string First, string End) KeysIn(DateTimeOffset? from, DateTimeOffset? to) =>
        (Prefix + (to is { } over ? After(over) : ""), Prefix + (from is { } first ? After(first) : End));

    // Keys count down: what is at or before the moment comes from here on.
    private static string After(DateTimeOffset moment) => TableKeys.NewestFirst(moment.AddTicks(-1), "")[..^1];
}
