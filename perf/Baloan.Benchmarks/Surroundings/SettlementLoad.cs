using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Baloan.Sandbox;

namespace Baloan.Benchmarks.Surroundings;

/// <summary>
/// Hands settlements in to the app and waits until each is settled. It looks at the log, so that nobody asks the app meanwhile.
/// </summary>
internal sealed class SettlementLoad(Stage stage)
{
    public const int InvoiceSize = 2_000;

    private const string Before = "Settlement ";
    private const string After = " is settled.";

    // A settlement takes some tens of milliseconds, unless the machine has more to do than it can.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static int customers;

    private readonly ConcurrentDictionary<string, TaskCompletionSource<long>> awaited = new();

    /// <summary>Whether requests go without their length, in chunks.</summary>
    public bool IsChunked { get; init; }

    /// <summary>Takes the lines of the app's log.</summary>
    public void Hear(string line)
    {
        var begin = line.IndexOf(Before, StringComparison.Ordinal);
        if (
            begin >= 0
            && line.EndsWith(After, StringComparison.Ordinal)
            && awaited.TryRemove(line[(begin + Before.Length)..^After.Length], out var settled)
        )
        {
            settled.TrySetResult(Stopwatch.GetTimestamp());
        }
    }

    /// <summary>Has some customers get an OTP and have it validated: what happens at the counter before a settlement.</summary>
    public async Task<IReadOnlyList<Order>> PrepareAsync(int count, int invoiceSize, CancellationToken cancellationToken)
    {
        var orders = new ConcurrentBag<Order>();
        await Parallel.ForAsync(
            0,
            count,
            new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = 16 },
            async (_, token) =>
            {
                var customer = string.Create(CultureInfo.InvariantCulture, $"09{Interlocked.Increment(ref customers) + 10_000_000}");
                await stage.BaloanAsync("send-credit-otp", new JsonObject { ["national_identifier"] = customer }, token);
                var validated = await stage.BaloanAsync(
                    "validate-credit-otp",
                    new JsonObject { ["national_identifier"] = customer, ["otp"] = MagicNumbers.Otp },
                    token
                );
                orders.Add(
                    new Order(
                        $"B-{Guid.NewGuid():N}",
                        customer,
                        validated["data"]!["token"]!.GetValue<string>(),
                        [.. "%PDF-1.7\n"u8, .. RandomNumberGenerator.GetBytes(invoiceSize - 9)]
                    )
                );
            }
        );
        return [.. orders];
    }

    /// <summary>Settles orders, some at once.</summary>
    /// <returns>How many a second, from the first POST until the last is settled; and how long each took, in milliseconds.</returns>
    public async Task<(double PerSecond, IReadOnlyList<double> Milliseconds)> SettleAsync(
        Server app,
        IReadOnlyList<Order> orders,
        int atOnce,
        CancellationToken cancellationToken
    )
    {
        var left = new ConcurrentQueue<Order>(orders);
        var took = new ConcurrentBag<double>();
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(
            Enumerable
                .Range(0, atOnce)
                .Select(async _ =>
                {
                    while (left.TryDequeue(out var order))
                    {
                        var sent = Stopwatch.GetTimestamp();
                        var settled = awaited.GetOrAdd(order.Code, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
                        using var request = new HttpRequestMessage(HttpMethod.Post, "api/merchant/settlements")
                        {
                            Content = order.ToForm(),
                        };
                        request.Headers.TransferEncodingChunked = IsChunked;
                        using var response = await app.Http.SendAsync(request, cancellationToken);
                        if (response.StatusCode != HttpStatusCode.Accepted)
                        {
                            throw new SandboxException(
                                $"A settlement was answered with {response.StatusCode}: "
                                    + $"{await response.Content.ReadAsStringAsync(cancellationToken)}"
                            );
                        }

                        if (await Task.WhenAny(settled, Task.Delay(Patience, cancellationToken)) != settled)
                        {
                            throw new SandboxException(
                                $"Settlement {order.Code} was not settled within {Patience.TotalMinutes} minutes: "
                                    + $"{await app.Http.GetStringAsync($"api/merchant/settlements/{order.Code}", cancellationToken)}"
                            );
                        }

                        took.Add(Stopwatch.GetElapsedTime(sent, await settled).TotalMilliseconds);
                    }
                })
        );
        return (orders.Count / Stopwatch.GetElapsedTime(began).TotalSeconds, [.. took]);
    }
}

/// <summary>What is settled.</summary>
internal sealed record Order(string Code, string Customer, string Token, byte[] Invoice)
{
    public MultipartFormDataContent ToForm()
    {
        var file = new ByteArrayContent(Invoice);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/pdf");
        return new MultipartFormDataContent
        {
            { new StringContent(Customer), "national_identifier" },
            { new StringContent(Token), "token" },
            {
                new StringContent(
                    new JsonObject
                    {
                        ["code"] = Code,
                        ["bill"] = new JsonObject { ["total"] = 1_000 },
                    }.ToJsonString()
                ),
                "data"
            },
            { file, "file", "invoice.pdf" },
        };
    }
}
