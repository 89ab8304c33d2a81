using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Configuration;

namespace Baloan.Functions.Http.Requests;

/// <summary>How many bodies this process reads at once, and how slow they may be: no caller takes the room that others need.</summary>
/// <remarks>
/// The host runs <c>maxConcurrentRequests</c> at once. Bodies of all calls but callbacks take at most seven in ten of these places while
/// they are being read, those of one caller five, and what finds no place is 429 at once; what is left is for callbacks and for calls
/// without a body, such as health. Where there are fewer than twenty places, as on Azure's small instances, whose host reads bodies
/// before the app does, they are not parted.
/// <para>
/// A whole body has a time limit that follows its size, which the web server keeps: 408. It is generous for one body in ten of each
/// caller, and short for what the caller sends beside these. A body that has come is read in an instant, and gives its place back.
/// </para>
/// </remarks>
public sealed class BodyReading(IConfiguration configuration)
{
    // As in host.json, which the app itself cannot read on Azure; the deployment sets it by a setting.
    private const string ConcurrentKey = "AzureFunctionsJobHost:extensions:http:maxConcurrentRequests";
    private const int DefaultConcurrent = 100;
    private const int FewestParted = 20;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    // After the first seconds, what has come must be as much as this many bytes a second bring: less than mobile networks have anywhere.
    private const double BytesPerSecond = 20_000;
    private static readonly MinDataRate Generous = new(BytesPerSecond, TimeSpan.FromSeconds(15));
    private static readonly MinDataRate Short = new(BytesPerSecond, TimeSpan.FromSeconds(2));

    private readonly Pool bodies = new(Part(configuration, 7), Part(configuration, 5), Share(configuration, 1));
    private readonly Pool callbacks = new(int.MaxValue, int.MaxValue, Share(configuration, 1));

    /// <summary>Watches over the body of a request from now on, until what is returned is disposed of.</summary>
    /// <returns>null where the request has no body.</returns>
    /// <exception cref="ProblemException">429: too many bodies are being read already.</exception>
    public IDisposable? Guard(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var features = request.HttpContext.Features;
        if (
            request.ContentLength == 0
            || (request.ContentLength is null && features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true)
        )
        {
            return null;
        }

        var pool = request.Path.StartsWithSegments("/api/callbacks", StringComparison.OrdinalIgnoreCase) ? callbacks : bodies;
        var place = pool.Take(CallerOf(request)) ?? throw new ProblemException(429, "too_many_requests", Texts.TooManyBodies, RetryAfter);
        if (features.Get<IHttpMinRequestBodyDataRateFeature>() is { } limit)
        {
            limit.MinDataRate = place.MayBeSlow ? Generous : Short;
        }

        request.Body = new GuardedBody(request.Body, request.ContentLength, place);
        return request.Body;
    }

    private static int Concurrent(IConfiguration configuration) =>
        int.TryParse(configuration[ConcurrentKey], CultureInfo.InvariantCulture, out var concurrent) && concurrent > 0
            ? concurrent
            : DefaultConcurrent;

    private static int Part(IConfiguration configuration, int tenths) =>
        Concurrent(configuration) < FewestParted ? int.MaxValue : Share(configuration, tenths);

    private static int Share(IConfiguration configuration, int tenths) => Math.Max(1, Concurrent(configuration) * tenths / 10);

    // Whoever has one key is one caller, whatever stands behind it; who has none is let in where no key is asked for alone.
    private static string CallerOf(HttpRequest request) =>
        request.Headers["x-functions-key"].FirstOrDefault() ?? request.Query["code"].FirstOrDefault() ?? "";

    private sealed class Pool(int all, int ofCaller, int slowOfCaller)
    {
        private readonly Lock gate = new();
        private readonly Dictionary<string, int> takenBy = [];
        private int taken;

        public Place? Take(string caller)
        {
            lock (gate)
            {
                var own = takenBy.GetValueOrDefault(caller);
                if (taken == all || own == ofCaller)
                {
                    return null;
                }

                taken++;
                takenBy[caller] = own + 1;
                return new Place(own < slowOfCaller, () => GiveBack(caller));
            }
        }

        private void GiveBack(string caller)
        {
            lock (gate)
            {
                taken--;
                if (--takenBy[caller] == 0)
                {
                    takenBy.Remove(caller);
                }
            }
        }
    }

    private sealed class Place(bool mayBeSlow, Action giveBack) : IDisposable
    {
        private Action? once = giveBack;

        public bool MayBeSlow => mayBeSlow;

        public void Dispose() => Interlocked.Exchange(ref once, null)?.Invoke();
    }
}
