namespace Baloan.EndToEnd.Tests.Chaos;

/// <summary>Everything at once, at a set rate, while processes are killed, storage comes and goes and Baloan answers as it likes.</summary>
/// <remarks>
/// On its own, not beside other tests: it uses up two cores, and its times are of use only where nothing else does.
/// <c>BALOAN_CHAOS_MINUTES=2 dotnet run --project tests/Baloan.EndToEnd.Tests -- -class '*.ChaosTests'</c>; it prints its tables.
/// </remarks>
public sealed class ChaosTests
{
    public static bool IsAsked => ChaosSettings.IsAsked;

    [Fact(Skip = $"Chaos runs on its own: set {ChaosSettings.MinutesVariable}.", SkipUnless = nameof(IsAsked))]
    public async Task Under_chaos_no_money_moves_twice_nothing_accepted_is_lost_and_nothing_wrong_is_said()
    {
        await using var run = new ChaosRun(ChaosSettings.FromEnvironment());
        var findings = await run.RunAsync(TestContext.Current.CancellationToken);
        findings.Select(finding => $"{finding.Kind} {finding.Name}: {finding.Text}").ShouldBeEmpty();
    }
}
