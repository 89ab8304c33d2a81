using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Baloan.Core.Events;
using Baloan.Core.Loans;
using Baloan.Core.Settlements;
using Baloan.Core.Tokens;
using Microsoft.AspNetCore.Http;

namespace Baloan.Functions.Http.Requests;

/// <summary>Reads the request for a subscription.</summary>
public sealed class SubscriptionRequestReader(WebhookUrlPolicy policy, WebhookSigner signer, TimeProvider time)
{
    private const string UrlField = "callback_url";
    private const string EventsField = "events";
    private const string StatesField = "states";
    private const string SecretField = "secret";

    private static readonly IReadOnlyList<string> SettlementStates = [.. SettlementStatuses.Ended.Select(status => status.Name())];

    /// <summary>Reads and checks a request.</summary>
    /// <returns>
    /// The row, not yet written. Its id follows from what was asked for: the same request again, as Logic Apps sends it after a
    /// lost answer, is the same subscription.
    /// </returns>
    /// <exception cref="ProblemException">400, 413 or 415, with all faults.</exception>
    /// <exception cref="NotConfiguredException">There is a secret, and no vault to seal it with.</exception>
    /// <exception cref="KeyVaultUnavailableException">There is a secret, and the vault does not answer.</exception>
    public async Task<Subscription> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = await JsonBody.ReadAsync(request, cancellationToken);
        var errors = new FieldErrors();
        var url = ReadUrl(body.Root, errors);
        var events = ReadNames(body.Root, EventsField, SubscriberEvent.Types, name => name, errors);
        var asked = events.Count == 0 ? SubscriberEvent.Types : events;
        var states = ReadNames(body.Root, StatesField, [.. asked.SelectMany(StatesOf)], LoanStates.Normalize, errors);
        var secret = ReadSecret(body.Root, errors);
        errors.ThrowIfAny();

        var row = new Subscription
        {
            CallbackUrl = url!.AbsoluteUri,
            Events = Subscription.Join(asked),
            States = Subscription.Join(states),
            CreatedAt = time.GetUtcNow(),
        };
        // No part can hold the line break that parts it from the next.
        row.RowKey = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{row.CallbackUrl}\n{row.Events}\n{row.States}")));
        // No part of the id: the same request with another secret changes the secret.
        row.Secret = secret is null ? [] : await signer.SealAsync(row.RowKey, secret, cancellationToken);
        return row;
    }

    /// <summary>
    /// Reads the callback URL of what is to be ended, as subscriptions keep it. Whether it would be taken today is no matter.
    /// </summary>
    /// <exception cref="ProblemException">400, 413 or 415.</exception>
    public static async Task<string> ReadUrlAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = await JsonBody.ReadAsync(request, cancellationToken);
        var errors = new FieldErrors();
        var text = JsonBody.Text(body.Root, UrlField, errors);
        if (string.IsNullOrEmpty(text) && !errors.Has(UrlField))
        {
            errors.Add(UrlField, Texts.Required);
        }

        errors.ThrowIfAny();
        return Uri.TryCreate(text, UriKind.Absolute, out var url) ? url.AbsoluteUri : text!;
    }

    private static IEnumerable<string> StatesOf(string type) => type == SubscriberEvent.LoanState ? LoanStates.All : SettlementStates;

    private Uri? ReadUrl(JsonElement body, FieldErrors errors)
    {
        var text = JsonBody.Text(body, UrlField, errors);
        if (errors.Has(UrlField))
        {
            return null;
        }

        if (string.IsNullOrEmpty(text))
        {
            errors.Add(UrlField, Texts.Required);
            return null;
        }

        var url = policy.Check(text, out var fault);
        if (fault is { } why)
        {
            errors.Add(UrlField, TextOf(why), WebhookUrlPolicy.LongestUrl);
        }

        return url;
    }

    /// <summary>What is wrong with a callback URL, in words; its argument is the longest length.</summary>
    public static Text TextOf(WebhookUrlFault fault) =>
        fault switch
        {
            WebhookUrlFault.Host => Texts.CallbackHost,
            WebhookUrlFault.Port => Texts.CallbackPort,
            _ => Texts.CallbackUrl,
        };

    private static byte[]? ReadSecret(JsonElement body, FieldErrors errors)
    {
        if (JsonBody.Text(body, SecretField, errors) is not { } text)
        {
            return null;
        }

        var secret = WebhookSigner.Read(text);
        if (secret is null)
        {
            errors.Add(SecretField, Texts.SigningSecret, WebhookSigner.Length.Least, WebhookSigner.Length.Most);
        }

        return secret;
    }

    /// <summary>The names of a list, each once and in the order of all, so that the same wish is the same subscription.</summary>
    private static List<string> ReadNames(
        JsonElement body,
        string field,
        IReadOnlyList<string> all,
        Func<string, string> normalize,
        FieldErrors errors
    )
    {
        if (!body.TryGetProperty(field, out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        var names = list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(NameOf).ToList() : [null];
        if (names.Exists(name => name is null || !all.Contains(name)))
        {
            errors.Add(field, Texts.ListOf, string.Join(", ", all));
        }

        return [.. all.Where(names.Contains)];

        string? NameOf(JsonElement item)
        {
            try
            {
                return item.ValueKind == JsonValueKind.String ? normalize(item.GetString()!) : null;
            }
            catch (InvalidOperationException)
            {
                // A lone surrogate, such as "\ud800".
                return null;
            }
        }
    }
}
