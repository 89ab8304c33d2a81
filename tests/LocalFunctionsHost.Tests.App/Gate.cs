namespace LocalFunctionsHost.Tests.App;

/// <summary>Holds a function until the test lets it go on, by making a file that reaches over processes.</summary>
public sealed class Gate(string? file)
{
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        while (file is not null && !File.Exists(file))
        {
            await Task.Delay(20, cancellationToken);
        }
    }
}
