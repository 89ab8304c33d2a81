namespace LocalFunctionsHost.Tests.App;

/// <summary>Tells a test what happens inside a function.</summary>
public sealed class Probe(Action<string> tell)
{
    public void Tell(string line) => tell(line);
}
