using System.Reflection;
using System.Runtime.CompilerServices;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Starts a function app without a Functions host: HTTP, queue and timer functions in one process.</summary>
/// <remarks>
/// This host is for one's own machine and for tests. It behaves as Microsoft's host does where a function can tell the difference, but it
/// does not scale an app out or in, keeps no keys of its own, and offers only what this repository's app uses. In Azure the same app is
/// built against Microsoft's packages, and Azure's host is the one that scales.
/// <para>
/// Keys: <c>Standalone__FunctionKey</c> and <c>Standalone__AdminKey</c>. With neither, no key is asked for. With either, each function
/// that is not anonymous asks for one: the function key or the admin key at level Function, the admin key alone at level Admin and under
/// <c>/admin</c>. With the function key alone, what asks for the admin key refuses every caller.
/// </para>
/// </remarks>
public class FunctionsApplication
{
    /// <summary>
    /// Begins an app whose functions are in the assembly that calls this. Reads <c>host.json</c> beside that assembly (or in the current
    /// directory), <c>local.settings.json</c> as Core Tools do, and the environment.
    /// </summary>
    /// <param name="args">The command line: <c>--Name=value</c> sets a setting.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException"><c>host.json</c> or <c>local.settings.json</c> cannot be read; the message says why.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) => new(args, Assembly.GetCallingAssembly());
}
