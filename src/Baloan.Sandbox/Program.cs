using System.Runtime.InteropServices;
using Baloan.Sandbox;

using var ending = new CancellationTokenSource();
void End(PosixSignalContext signal)
{
    // The first signal ends everything in order; a second one is left to the runtime, which ends at once.
    signal.Cancel = !ending.IsCancellationRequested;
    ending.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);

var console = new SandboxConsole();
try
{
    var options = SandboxOptions.Parse(args);
    if (options.Help)
    {
        console.Text(SandboxOptions.HelpText);
        return 0;
    }

    await new SandboxRun(options, console).RunAsync(ending.Token);
    return 0;
}
catch (Exception failure) when (failure is SandboxException or IOException or UnauthorizedAccessException)
{
    SandboxConsole.Failure(failure.Message);
    return 1;
}
catch (OperationCanceledException) when (ending.IsCancellationRequested)
{
    SandboxConsole.Failure("Interrupted before the demonstration was over.");
    return 1;
}
