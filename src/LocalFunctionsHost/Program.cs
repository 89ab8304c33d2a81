using System.Globalization;
using System.Runtime.InteropServices;
using LocalFunctionsHost;

// Times in the log are the same wherever it runs: a machine set to Persian would write Jalali years.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

if (args is not [var folder])
{
    await Console.Error.WriteLineAsync("Say which folder holds the built function app.");
    return 2;
}

using var ending = new CancellationTokenSource();
void End(PosixSignalContext signal)
{
    // Whoever started this may ask for the end after the terminal has; only a second Ctrl-C is left to the runtime, which ends at once.
    signal.Cancel = !ending.IsCancellationRequested || signal.Signal != PosixSignal.SIGINT;
    ending.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
try
{
    await using var host = await FunctionsHost.StartAsync(folder, ending.Token);
    // Plain text and no log events: whoever starts this process waits for them, whatever the log levels are.
    foreach (var address in host.Addresses)
    {
        Console.WriteLine($"Listening on {address.GetLeftPart(UriPartial.Authority)}");
    }

    if (host.AsksForNoKey)
    {
        Console.WriteLine(
            "No key is asked for: every program of this machine can call. LocalFunctionsHost__FunctionKey and "
                + "LocalFunctionsHost__AdminKey set keys."
        );
    }

    await Task.Delay(Timeout.Infinite, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    return 0;
}
catch (FunctionsHostException failure)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return 1;
}
catch (OperationCanceledException) when (ending.IsCancellationRequested)
{
    return 1;
}
