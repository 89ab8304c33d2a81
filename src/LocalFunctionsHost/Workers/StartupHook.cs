using System.Diagnostics;
using System.Runtime.InteropServices;

/// <summary>
/// Runs in the function app's process before its Main. It ends that process when the host that started it is gone, however that went, and
/// takes it out of the terminal's reach, so that Ctrl-C ends the host, which lets what runs finish.
/// </summary>
internal static class StartupHook
{
    /// <summary>The variable with the value that <c>DOTNET_STARTUP_HOOKS</c> had for the host.</summary>
    public const string Others = "LocalFunctionsHost__StartupHooks";

    /// <summary>Called by .NET.</summary>
    public static void Initialize()
    {
        Environment.SetEnvironmentVariable("DOTNET_STARTUP_HOOKS", Environment.GetEnvironmentVariable(Others));
        if (!OperatingSystem.IsWindows())
        {
            _ = SetProcessGroup(0, 0);
        }

        new Thread(() =>
        {
            // Never written to; it ends with the host.
            Console.OpenStandardInput().ReadByte();
            Process.GetCurrentProcess().Kill();
        })
        {
            IsBackground = true,
        }.Start();
    }

    [DllImport("libc", EntryPoint = "setpgid")]
    private static extern int SetProcessGroup(int process, int group);
}
