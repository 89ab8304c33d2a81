using System.Net;
using System.Net.Sockets;
using Azure;
using Baloan.Core.Storage;
using Baloan.Functions.Http;
using Baloan.Functions.Stats;
using Baloan.Functions.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Stats;

public sealed class StatsOutageTests(StorageAccounts storage)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Storage_that_hangs_is_told_before_the_one_who_asks_gives_up()
    {
        using var hanging = new Hanging();
        var account = storage
            .ConnectionString(storage.NewAccount())
            .Split(';')
            .Select(part => part.StartsWith("TableEndpoint=", StringComparison.Ordinal) ? $"TableEndpoint={hanging.Address}account" : part);
        await using var fixture = await ServiceFixture.StartAsync(storage, connectionString: string.Join(';', account));

        var reading = fixture.Services.GetRequiredService<StatsReader>().ReadAsync(24, TestContext.Current.CancellationToken);
        await fixture.Time.IsWaitedForAsync(Patience);
        fixture.Time.Advance(Patience);

        StorageOutage.IsCauseOf(await reading.ShouldThrowAsync<RequestFailedException>()).ShouldBeTrue();
    }

    /// <summary>Takes connections and says nothing.</summary>
    private sealed class Hanging : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);

        public Hanging() => listener.Start();

        public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");

        public void Dispose() => listener.Dispose();
    }
}
