namespace Baloan.Core.Events;

/// <summary>How many deliveries of this process may be under way at once: to one subscription, to one host, and in all.</summary>
public sealed class WebhookPlaces
{
    private const int OfSubscription = 8;
    private const int OfHost = 16;
    private const int OfAll = 256;

    private readonly Lock gate = new();
    private readonly Dictionary<string, int> taken = [];
    private int all;

    /// <summary>Takes a place; null where there is none. It is given back by disposing of it.</summary>
    /// <param name="subscription">The subscription's id.</param>
    /// <param name="url">Where it leads; ports of one host count apart.</param>
    public IDisposable? TryTake(string subscription, Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        var (one, host) = ($"subscription {subscription}", $"host {url.Authority}");
        lock (gate)
        {
            if (all >= OfAll || taken.GetValueOrDefault(one) >= OfSubscription || taken.GetValueOrDefault(host) >= OfHost)
            {
                return null;
            }

            Add(one, 1);
            Add(host, 1);
            all++;
        }

        return new Place(() =>
        {
            lock (gate)
            {
                Add(one, -1);
                Add(host, -1);
                all--;
            }
        });
    }

    private void Add(string name, int more)
    {
        var count = taken.GetValueOrDefault(name) + more;
        if (count == 0)
        {
            taken.Remove(name);
        }
        else
        {
            taken[name] = count;
        }
    }

    private sealed class Place(Action giveBack) : IDisposable
    {
        private Action? once = giveBack;

        public void Dispose() => Interlocked.Exchange(ref once, null)?.Invoke();
    }
}
