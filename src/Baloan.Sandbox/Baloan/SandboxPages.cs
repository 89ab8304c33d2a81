using System.Text.Json;
using System.Text.Json.Serialization;

namespace Baloan.Sandbox;

/// <summary>What Baloan itself does not have: the front page, the books, and the switches under <c>/sandbox/</c>.</summary>
internal sealed class SandboxPages(BaloanServer server)
{
    public void Map(WebApplication web)
    {
        web.MapGet("/", context => FrontPage.WriteAsync(context.Response, server));
        web.MapGet("/files/{file:guid}.{extension}", GetFileAsync);
        web.MapGet(
            "/books",
            context =>
                context.Response.WriteAsJsonAsync(
                    server.Books.Snapshot() with
                    {
                        Loans = server.Loans.Snapshot(),
                    },
                    SandboxJson.Default.BooksSnapshot
                )
        );
        web.MapPost("/books/reset", context => DoneAsync(context, server.Loans.Reset + (Action)server.Books.Reset));
        web.MapPost("/sandbox/faults", AddFaultAsync);
        web.MapDelete("/sandbox/faults", context => DoneAsync(context, server.Faults.Clear));
        web.MapPut("/sandbox/credit/{customer}", SetCreditAsync);
        web.MapPut("/sandbox/credit-lag", SetLagAsync);
        web.MapPost("/sandbox/otps/expire", context => DoneAsync(context, server.Books.ExpireOtps));
        web.MapPost("/sandbox/transaction-tokens/expire", context => DoneAsync(context, server.Books.ExpireTransactionTokens));
        web.MapPost("/sandbox/tokens/revoke", context => DoneAsync(context, server.RevokeTokens));
        web.MapPut("/sandbox/loans/settings", SetLoansAsync);
        web.MapPost("/sandbox/loans/{uuid:guid}/state", ChangeLoanAsync);
    }

    private static Task DoneAsync(HttpContext context, Action action)
    {
        action();
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    // As a store of objects: who has the address has the file, until it runs out. Of uploads only size and hash are kept.
    private Task GetFileAsync(HttpContext context)
    {
        if (!server.IsSigned(context.Request))
        {
            return Fault.Page(403, "Access Denied").WriteAsync(context.Response);
        }

        var contract = server.Loans.FindByContract(Guid.Parse((string)context.GetRouteValue("file")!));
        if (contract is null)
        {
            return Fault.Page(404, "Not Found").WriteAsync(context.Response);
        }

        context.Response.ContentType = "application/pdf";
        return context.Response.Body.WriteAsync(ContractPdf.Of(contract), context.RequestAborted).AsTask();
    }

    private Task AddFaultAsync(HttpContext context) =>
        ReadAsync(
            context,
            SandboxJson.Default.FaultRequest,
            wanted =>
            {
                if (Fault.All.FirstOrDefault(fault => fault.Name == wanted.Fault) is not { } fault)
                {
                    return $"There is no fault '{wanted.Fault}'. There are: {string.Join(", ", Fault.All.Select(fault => fault.Name))}.";
                }

                if (wanted.Times < 1 || wanted.Seconds is < 0 or > 86_400)
                {
                    return "'times' is 1 or more and 'seconds' is from 0 to 86400.";
                }

                if (wanted.Effect is { } effect && !fault.CanHave(effect))
                {
                    return $"'{fault.Name}' gives the right answer, and what happens late cannot be answered rightly before.";
                }

                server.Faults.Next(
                    wanted.Operation,
                    fault with
                    {
                        Effect = wanted.Effect ?? fault.Effect,
                        Delay = wanted.Seconds is { } seconds ? TimeSpan.FromSeconds(seconds) : fault.Delay,
                    },
                    wanted.Times
                );
                return null;
            }
        );

    private Task SetCreditAsync(HttpContext context) =>
        ReadAsync(
            context,
            SandboxJson.Default.CreditRequest,
            wanted =>
            {
                if (wanted.Credit < 0)
                {
                    return "'credit' is 0 or more, in Toman.";
                }

                server.Books.SetCredit((string)context.GetRouteValue("customer")!, wanted.Credit);
                return null;
            }
        );

    private Task SetLagAsync(HttpContext context) =>
        ReadAsync(
            context,
            SandboxJson.Default.LagRequest,
            wanted =>
            {
                if (wanted.Seconds is < 0 or > 86_400)
                {
                    return "'seconds' is from 0 to 86400.";
                }

                server.Books.CreditLag = TimeSpan.FromSeconds(wanted.Seconds);
                return null;
            }
        );

    private Task SetLoansAsync(HttpContext context) =>
        ReadAsync(
            context,
            SandboxJson.Default.LoanSettings,
            wanted =>
            {
                Uri? url = null;
                if (
                    wanted.CallbackUrl is { Length: > 0 } address
                    && !(
                        Uri.TryCreate(address, UriKind.Absolute, out url)
                        && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
                    )
                )
                {
                    return "'callback_url' is an absolute http or https address, or empty for none.";
                }

                if (wanted.StepSeconds is < 0 or > 86_400)
                {
                    return "'step_seconds' is from 0 to 86400; with 0 no loan moves by itself.";
                }

                var loans = server.Loans;
                loans.CallbackUrl = wanted.CallbackUrl is null ? loans.CallbackUrl : url;
                loans.Duplicates = wanted.Duplicates ?? loans.Duplicates;
                loans.Shuffle = wanted.Shuffle ?? loans.Shuffle;
                loans.Misspelling = wanted.Misspelling ?? loans.Misspelling;
                loans.Step = wanted.StepSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : loans.Step;
                return null;
            }
        );

    private Task ChangeLoanAsync(HttpContext context) =>
        ReadAsync(
            context,
            SandboxJson.Default.LoanChange,
            wanted =>
            {
                var uuid = Guid.Parse((string)context.GetRouteValue("uuid")!);
                var reason = wanted.Reason ?? "by the sandbox's switch";
                try
                {
                    switch (wanted.State)
                    {
                        case "next":
                            server.Loans.MoveOn(uuid);
                            return null;
                        case "blocked":
                            server.Loans.Block(uuid, reason);
                            return null;
                        case "unblocked":
                            server.Loans.Unblock(uuid);
                            return null;
                        case "canceled":
                            server.Loans.Cancel(uuid, reason);
                            return null;
                        default:
                            return "'state' is next, blocked, unblocked or canceled.";
                    }
                }
                catch (Exception failure) when (failure is InvalidOperationException or KeyNotFoundException)
                {
                    return failure.Message;
                }
            }
        );

    private static async Task ReadAsync<T>(
        HttpContext context,
        System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type,
        Func<T, string?> apply
    )
    {
        string? error;
        try
        {
            error = await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted) is { } wanted
                ? apply(wanted)
                : "A JSON object is expected.";
        }
        catch (JsonException failure)
        {
            error = failure.Message;
        }

        context.Response.StatusCode = error is null ? StatusCodes.Status204NoContent : StatusCodes.Status400BadRequest;
        if (error is not null)
        {
            await context.Response.WriteAsync(error, context.RequestAborted);
        }
    }
}

/// <summary>The body of <c>POST /sandbox/faults</c>.</summary>
internal sealed record FaultRequest(Operation Operation, string Fault, int Times = 1, double? Seconds = null, Effect? Effect = null);

/// <summary>The body of <c>PUT /sandbox/credit-lag</c>.</summary>
internal sealed record LagRequest(double Seconds);

/// <summary>The body of <c>PUT /sandbox/credit/{national_identifier}</c>.</summary>
internal sealed record CreditRequest(long Credit);

/// <summary>The body of <c>PUT /sandbox/loans/settings</c>: what is left out stays.</summary>
internal sealed record LoanSettings(
    double? StepSeconds = null,
    string? CallbackUrl = null,
    bool? Duplicates = null,
    bool? Shuffle = null,
    bool? Misspelling = null
);

/// <summary>The body of <c>POST /sandbox/loans/{uuid}/state</c>.</summary>
internal sealed record LoanChange(string State, string? Reason = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true,
    Converters = [typeof(OperationConverter), typeof(EffectConverter), typeof(LoanStateConverter)]
)]
[JsonSerializable(typeof(BooksSnapshot))]
[JsonSerializable(typeof(FaultRequest))]
[JsonSerializable(typeof(CreditRequest))]
[JsonSerializable(typeof(LagRequest))]
[JsonSerializable(typeof(LoanSettings))]
[JsonSerializable(typeof(LoanChange))]
internal sealed partial class SandboxJson : JsonSerializerContext;

internal sealed class OperationConverter() : JsonStringEnumConverter<Operation>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);

internal sealed class EffectConverter() : JsonStringEnumConverter<Effect>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);

internal sealed class LoanStateConverter() : JsonStringEnumConverter<LoanState>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);
