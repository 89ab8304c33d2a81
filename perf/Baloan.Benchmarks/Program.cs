using System.Runtime.InteropServices;
using Baloan.Benchmarks;
using Baloan.Benchmarks.Rivals;
using Baloan.Benchmarks.Surroundings;
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

try
{
    switch (args)
    {
        // Started by this program itself.
        case [SandboxProcess.Mode]:
            await SandboxProcess.ServeAsync(ending.Token);
            return 0;
        case [Floor.Mode, var connectionString]:
            await Floor.ServeAsync(connectionString, ending.Token);
            return 0;
        case [IndexedTables.Mode]:
            await IndexedTables.ServeAsync(ending.Token);
            return 0;
        case [Forwarder.Mode, var target]:
            await Forwarder.ServeAsync(target, ending.Token);
            return 0;
        case [Forwarder.PlainMode]:
            await Forwarder.ServePlainAsync(ending.Token);
            return 0;
    }

    var options = BenchmarkOptions.Parse(args);
    if (options.Help)
    {
        Console.Out.WriteLine(BenchmarkOptions.HelpText);
        return 0;
    }

    var report = await BenchmarkRun.RunAsync(options, ending.Token);
    if (options.Json)
    {
        report.PrintJson();
    }
    else
    {
        report.PrintTable();
    }

    return 0;
}
catch (Exception failure) when (failure is SandboxException or HttpRequestException or TimeoutException)
{
    Console.Error.WriteLine(failure.Message);
    return 1;
}
catch (OperationCanceledException) when (ending.IsCancellationRequested)
{
    Console.Error.WriteLine("Interrupted.");
    return 1;
}
