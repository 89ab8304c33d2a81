namespace LocalFunctionsHost.Tests;

/// <summary>The file that functions of the test app wait for.</summary>
internal sealed class GateFile : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("functions-host-tests-");

    public string Path => System.IO.Path.Combine(folder.FullName, "gate");

    public void Open() => File.WriteAllText(Path, "");

    public void Dispose() => folder.Delete(recursive: true);
}
