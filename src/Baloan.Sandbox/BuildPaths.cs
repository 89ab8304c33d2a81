using System.Reflection;

namespace Baloan.Sandbox;

/// <summary>Where the build put what the sandbox starts.</summary>
public static class BuildPaths
{
    /// <summary>The folder with Azurite's <c>package.json</c> and <c>node_modules</c>.</summary>
    public static string AzuriteFolder { get; } = Path.GetFullPath(Metadata("AzuriteFolder"), AppContext.BaseDirectory);

    /// <summary>The function app's assembly.</summary>
    public static string FunctionApp { get; } = Path.GetFullPath(Metadata("FunctionApp"), AppContext.BaseDirectory);

    /// <summary>The assembly of the host that serves the function app.</summary>
    public static string FunctionsHost { get; } = Path.GetFullPath(Metadata("FunctionsHost"), AppContext.BaseDirectory);

    /// <summary>The sample invoice, a PDF of one page.</summary>
    public static string SampleInvoice { get; } = Path.GetFullPath(Metadata("SampleInvoice"), AppContext.BaseDirectory);

    private static string Metadata(string key) =>
        typeof(BuildPaths).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
