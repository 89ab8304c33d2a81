namespace Baloan.Client;

/// <summary>Where Baloan is, and how long it is waited for.</summary>
public sealed record BaloanOptions
{
    /// <summary>Baloan's address, http or https, without query. A path in it is kept in front of Baloan's own paths.</summary>
    public Uri BaseAddress { get; init; } = new("https://api.baloan.ir");

    /// <summary>The time one try of a call without a file may take, from connecting to the last byte of the answer.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// For an upload, the time one try may take. For a settlement, the time everything may take in all: access token,
    /// tries and the waits between them.
    /// </summary>
    public TimeSpan FileTimeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>The time a connection, TLS included, may take to come about.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The longest wait between two tries inside one call. Where Baloan asks for a longer wait, the call fails at once
    /// with <see cref="BaloanException.RetryAfter"/>.
    /// </summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(5);
}
