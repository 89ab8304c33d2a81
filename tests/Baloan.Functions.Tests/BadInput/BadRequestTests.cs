using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Baloan.Functions.Tests.ApiDescription;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.BadInput;

/// <summary>Tens of thousands of bad requests to every route of the description that the app serves.</summary>
[Collection(nameof(Alone))]
public sealed class BadRequestTests(StorageAccounts storage, ITestOutputHelper output)
{
    private const int Connections = 24;
    private const int FailuresShown = 20;

    // What the app may use of its heap: it serves thousands of requests in it, and a leak would fill it.
    private const string HeapLimit = "0x10000000";

    // The key of each request, and the people in the examples.
    private static readonly string[] Secrets = [RunningApps.AdminKey, "0012345678", "07148143380", "0023456789", "09121234567"];

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);

    // Web servers answer these by themselves, and so does the one in front of Azure's host: the request never was one.
    private static readonly int[] RefusedByServer = [400, 408, 411, 413, 414, 431, 501, 505];

    private readonly ConcurrentDictionary<string, int> answers = new();
    private readonly ConcurrentQueue<string> failures = new();
    private readonly ConcurrentDictionary<string, bool> checkedBodies = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_bad_request_makes_the_app_fail_hang_grow_or_move_money()
    {
        await using var baloan = await BaloanServer.StartAsync(cancellationToken: Cancel);
        await using var app = await RunningApp.StartAsync(
            baloan,
            storage.ConnectionString(storage.NewAccount()),
            settings:
            [
                new("AzureFunctionsJobHost__logging__logLevel__default", "Information"),
                new("DOTNET_GCHeapHardLimit", HeapLimit),
                // Nobody is told of anything: the receivers in the examples are real names.
                new("Subscriptions__AllowedHosts", "nobody.example"),
                new("AzureFunctionsJobHost__extensions__queues__visibilityTimeout", "00:00:00"),
            ]
        );
        using var api = app.NewClient();
        var description = new Description((await api.GetAsync("api/openapi.json")).Text);
        var requests = new BadRequests(description, BadInputRun.Seed);
        output.WriteLine($"seed {BadInputRun.Seed}, {BadInputRun.Requests} requests to {description.Operations.Count} operations");
        var (began, half) = (Stopwatch.GetTimestamp(), BadInputRun.Requests / 2);

        // Before it is measured, everything has run once.
        await SendAllAsync(app, description, requests, BadInputRun.First, half);
        var (memory, files) = (Memory(app), OpenFiles(app));
        await SendAllAsync(app, description, requests, BadInputRun.First + half, BadInputRun.Requests - half);

        foreach (var (answer, count) in answers.OrderBy(answer => answer.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"{count, 7} {answer}");
        }

        output.WriteLine(
            $"{Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s, memory {memory / 1024 / 1024} MB, then {Memory(app) / 1024 / 1024} MB"
        );
        app.App.HasDied.ShouldBeFalse("the app is alive");
        (await api.GetAsync("api/health")).Field("status").ShouldBe("healthy");
        Memory(app).ShouldBeLessThan((memory * 3 / 2) + (64 * 1024 * 1024), "memory is back to where it was");
        await Until.TrueAsync(() => OpenFiles(app) < files + 50, () => $"{files} files and sockets were open, now {OpenFiles(app)}");
        baloan.Books.Settlements.ShouldBeEmpty("money was moved");
        app.App.LogLines.Where(line => Secrets.Any(secret => line.Contains(secret, StringComparison.Ordinal))).ShouldBeEmpty();
        // Kestrel has a word of its own for callers who hang up while they are read, and the worker some for a run that they ended, or
        // whose
        // request they never sent whole.
        app.App.LogLines.Where(line =>
                line.Contains("fail:", StringComparison.Ordinal)
                && !line.Contains("automatic draining of the request body", StringComparison.Ordinal)
                && !(
                    line.Contains("Microsoft.Azure.Functions.Worker", StringComparison.Ordinal)
                    && (
                        line.Contains("OperationCanceledException", StringComparison.Ordinal)
                        || line.Contains("Context for invocation id", StringComparison.Ordinal)
                        || line.Contains("Timed out waiting for the function start call", StringComparison.Ordinal)
                    )
                )
            )
            .ShouldBeEmpty();
    }

    private async Task SendAllAsync(RunningApp app, Description description, BadRequests requests, int first, int count)
    {
        var next = first - 1;
        await Task.WhenAll(
            Enumerable
                .Range(0, Connections)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        RawConnection? connection = null;
                        while (Interlocked.Increment(ref next) is var number && number < first + count)
                        {
                            var request = requests.Make(number);
                            try
                            {
                                connection = await SendAsync(app, description, request, connection);
                            }
                            catch (Exception failure) when (failure is not OperationCanceledException || !Cancel.IsCancellationRequested)
                            {
                                failures.Enqueue($"{failure.Message}\n{BadInputRun.Again(number)}\n{request}");
                                failures.Count.ShouldBeLessThan(FailuresShown, string.Join("\n\n", failures));
                                connection?.Dispose();
                                connection = null;
                            }
                        }

                        connection?.Dispose();
                    })
                )
        );
        failures.IsEmpty.ShouldBeTrue(string.Join("\n\n", failures));
    }

    /// <returns>The connection for the next request; null where this one is used up.</returns>
    private async Task<RawConnection?> SendAsync(RunningApp app, Description description, BadRequest request, RawConnection? connection)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(AnswerLimit);
        connection ??= await RawConnection.OpenAsync(app.App.BaseAddress, limit.Token);
        await connection.SendAsync(request.Bytes, limit.Token);
        if (request.Ending == Ending.HangsUp)
        {
            connection.Reset();
            Count(request, "hung up");
            return null;
        }

        if (request.Ending is Ending.EndsEarly or Ending.WaitsForServer)
        {
            connection.EndSending();
        }

        var answer = await connection.ReadAsync(limit.Token);
        if (answer is null)
        {
            request.Ending.ShouldNotBe(Ending.Waits, "no answer came");
            Count(request, "closed");
        }
        else
        {
            Check(description, request, answer);
        }

        if (answer is null or { Closes: true } || request.Ending != Ending.Waits)
        {
            connection.Dispose();
            return null;
        }

        return connection;
    }

    private void Check(Description description, BadRequest request, RawAnswer answer)
    {
        var at = $"{answer.Status} {answer.Body}";
        Count(request, $"{answer.Status}");
        if (answer.Status < 400)
        {
            return;
        }

        if (answer.Body.Length == 0)
        {
            // As the contract has it: 401 and 404 are the host's. What is no HTTP, a function never sees.
            (
                answer.Status is 401 or 404 || (request.IsForServer && answer.Closes && RefusedByServer.Contains(answer.Status))
            ).ShouldBeTrue(at);
            return;
        }

        answer.Status.ShouldBeLessThan(500, at);

        answer.ContentType.ShouldBe("application/problem+json", at);
        var problem = JsonNode.Parse(answer.Body)!.AsObject();
        problem["status"]!.GetValue<int>().ShouldBe(answer.Status, at);
        // Each trace id is another; all else comes again and again.
        if (checkedBodies.TryAdd(answer.Body.Replace(problem["trace_id"]!.GetValue<string>(), "", StringComparison.Ordinal), true))
        {
            description.Schemas.Faults(problem, description.Json["components"]!["schemas"]!["Problem"]!).ShouldBeEmpty(at);
        }
    }

    private void Count(BadRequest request, string outcome) =>
        answers.AddOrUpdate($"{outcome, -7} {request.Kind.Split(',')[0].Split(' ')[0]}", 1, (_, count) => count + 1);

    /// <summary>What the app's process takes; no more than its heap's limit and what does not grow.</summary>
    private static long Memory(RunningApp app)
    {
        using var process = Process.GetProcessById(app.App.WorkerId);
        return process.WorkingSet64;
    }

    private static int OpenFiles(RunningApp app) =>
        OperatingSystem.IsLinux()
            ? new[] { app.App.Process.Id, app.App.WorkerId }.Sum(id => Directory.GetFiles($"/proc/{id}/fd").Length)
            : 0;
}
