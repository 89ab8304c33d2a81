using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

/// <summary>
/// Runs inside a measured process (DOTNET_STARTUP_HOOKS) and tells, when asked over a socket, what cannot be seen from outside: how many
/// bytes were allocated, and which HTTP calls were begun. It does nothing in between. It uses .NET alone, since the process it lands in
/// has other packages.
/// </summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Probe on {((IPEndPoint)listener.LocalEndpoint).Port}"));
        new Thread(() => Serve(listener)) { IsBackground = true, Name = "Probe" }.Start();
    }

    private static void Serve(TcpListener listener)
    {
        Calls? calls = null;
        while (true)
        {
            using var client = listener.AcceptTcpClient();
            using var reader = new StreamReader(client.GetStream());
            using var writer = new StreamWriter(client.GetStream()) { AutoFlush = true };
            switch (reader.ReadLine())
            {
                case "allocated":
                    writer.WriteLine(GC.GetTotalAllocatedBytes(precise: true).ToString(CultureInfo.InvariantCulture));
                    break;
                case "count":
                    calls = new Calls();
                    writer.WriteLine("counting");
                    break;
                case "counted":
                    calls?.Dispose();
                    foreach (var call in calls?.Made ?? [])
                    {
                        writer.WriteLine(call);
                    }

                    break;
            }
        }
    }

    /// <summary>Each HTTP request that the process begins, as host, port, path and query.</summary>
    private sealed class Calls : EventListener
    {
        // Events of sources that are there already come before the fields of a derived class are set.
        private static readonly ConcurrentQueue<string> Latest = new();

        public Calls() => Latest.Clear();

        public IReadOnlyList<string> Made => [.. Latest];

        protected override void OnEventSourceCreated(EventSource source)
        {
            if (source.Name == "System.Net.Http")
            {
                EnableEvents(source, EventLevel.Informational);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs written)
        {
            if (written is { EventName: "RequestStart", Payload: [_, string host, int port, string path, ..] })
            {
                Latest.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{host}:{port}{path}"));
            }
        }
    }
}
