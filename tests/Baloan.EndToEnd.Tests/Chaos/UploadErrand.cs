using System.Security.Cryptography;

namespace Baloan.EndToEnd.Tests.Chaos;

/// <summary>A shop uploads a document. Each POST is an upload of its own: who had no answer sends another one.</summary>
internal sealed class UploadErrand(string name, byte[] file, Caller caller, ChaosLedger ledger)
    : Errand(ErrandKind.Upload, name, caller, ledger)
{
    private const int MostPosts = 12;

    public string Sha256 { get; } = Convert.ToHexStringLower(SHA256.HashData(file));

    /// <summary>Under which id Baloan has it, as the app told.</summary>
    public Guid? Uuid { get; private set; }

    public override async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var times = 0; times < MostPosts && AcceptedAt is null; times++)
        {
            var answer = await AskAsync(
                HttpMethod.Post,
                "api/merchant/uploads",
                () => new MultipartFormDataContent { { new ByteArrayContent(file), "file", "document.pdf" } },
                cancellationToken
            );
            if (answer is { Status: 202 or 200 })
            {
                AcceptedAt = DateTimeOffset.UtcNow;
                Name = answer.Json!.Text("id");
            }
            else
            {
                await PauseAsync(0.5, 3, cancellationToken);
            }
        }

        if (AcceptedAt is null)
        {
            End = "given up by the caller";
            return;
        }

        for (var looks = 0; End is null; looks++)
        {
            await BeforeLookAsync(looks, cancellationToken);
            var answer = await AskAsync(HttpMethod.Get, $"api/merchant/uploads/{Name}", null, cancellationToken);
            if (answer?.Status == 200)
            {
                (End, EndedAt) = (answer.Json!.Text("status"), DateTimeOffset.UtcNow);
                Uuid = (string?)answer.Json!["uuid"] is { } uuid ? Guid.Parse(uuid) : null;
                Note($"told: {End} {Uuid}");
                Ledger.Succeeded(Kind, AcceptedAt.Value, EndedAt.Value);
            }
            else if (answer?.Status == 404)
            {
                Ledger.Add(this, Wrong.Lost, "it was accepted, and GET says 404");
            }
        }
    }
}
