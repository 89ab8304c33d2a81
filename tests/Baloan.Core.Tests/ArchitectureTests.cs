using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Baloan.Client;
using Baloan.Core.Storage;
using Assembly = System.Reflection.Assembly;

namespace Baloan.Core.Tests;

public sealed class ArchitectureTests
{
    private const string Root = "Baloan.Core.";

    // A part may know those of the lines before its own. Those of one line know nothing of each other.
    private static readonly string[][] Order =
    [
        ["Calendar", "Telemetry", "Typing"],
        ["Storage"],
        ["Tokens"],
        ["Counters", "Events"],
        ["Settlements", "Loans", "Uploads"],
        ["Reconciliation", "Retention"],
    ];

    private static readonly Assembly Core = typeof(FileStore).Assembly;
    private static readonly Architecture Types = new ArchLoader().LoadAssembly(Core).Build();

    [Fact]
    public void Each_part_of_Core_knows_only_those_before_it()
    {
        var against =
            from type in Types.Types
            let part = PartOf(type)
            where part is not null
            from target in type.Dependencies.Select(dependency => dependency.Target).Distinct()
            let known = PartOf(target)
            where known is not null && known != part && PlaceOf(known) >= PlaceOf(part)
            select $"{type.FullName} knows {target.FullName}";

        against.ShouldBeEmpty();
    }

    [Fact]
    public void Every_part_of_Core_has_its_place_in_the_order() =>
        Types.Types.Select(PartOf).OfType<string>().Distinct().Except(Order.SelectMany(parts => parts)).ShouldBeEmpty();

    [Fact]
    public void Core_knows_no_HTTP_server_and_no_Functions_worker() =>
        ReferencesOf(Core)
            .Where(name =>
                name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
                || name.StartsWith("Microsoft.Azure.Functions", StringComparison.Ordinal)
            )
            .ShouldBeEmpty();

    [Fact]
    public void The_client_of_Baloan_knows_nothing_of_Azure() =>
        ReferencesOf(typeof(BaloanOptions).Assembly).Where(name => name.Contains("Azure", StringComparison.Ordinal)).ShouldBeEmpty();

    private static string? PartOf(IType type) =>
        type.FullName.StartsWith(Root, StringComparison.Ordinal) ? type.FullName[Root.Length..].Split('.')[0] : null;

    private static int PlaceOf(string part) => Array.FindIndex(Order, parts => parts.Contains(part));

    private static IEnumerable<string> ReferencesOf(Assembly assembly) =>
        assembly.GetReferencedAssemblies().Select(reference => reference.Name!);
}
