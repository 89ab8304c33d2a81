namespace LocalFunctionsHost.Workers;

/// <summary>Starts a function app, which has to connect to an address and name itself by an id.</summary>
internal delegate WorkerProcess LaunchWorker(Uri address, string id);

/// <summary>A running function app.</summary>
/// <param name="Id">Its process id.</param>
/// <param name="Exited">Ends with it, and says how that went.</param>
/// <param name="Kill">Ends it at once.</param>
internal sealed record WorkerProcess(int Id, Task<string> Exited, Action Kill);
