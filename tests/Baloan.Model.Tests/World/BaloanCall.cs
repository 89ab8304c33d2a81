using System.Net;
using System.Text;

namespace Baloan.Model.Tests.World;

/// <summary>A call to Baloan on its way. What has arrived there may be carried out long after nobody waits any more.</summary>
internal sealed class BaloanCall(Instance instance, HttpRequestMessage request, DateTimeOffset since)
    : PendingCall(instance, $"baloan {request.RequestUri!.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries)[^1]}", since)
{
    private readonly TaskCompletionSource<HttpResponseMessage> outcome = new();
    private string? body;
    private string? answer;

    public Task<HttpResponseMessage> Outcome => outcome.Task;

    /// <summary>check-credit, validate-credit-otp or settle-confirm.</summary>
    public string Operation => Name["baloan ".Length..];

    private BaloanBooks Baloan => Instance.World.Baloan;

    public override bool Meet(Fate fate)
    {
        switch (fate)
        {
            case Fate.NoConnection:
                if (body is null)
                {
                    outcome.SetException(new HttpRequestException(HttpRequestError.ConnectionError));
                    return true;
                }

                goto case Fate.CutBefore;
            case Fate.CutBefore:
                Arrive();
                ActLate();
                Break();
                return true;
            case Fate.CutAfter:
                CarryOut();
                Break();
                return true;
            case Fate.ErrorBefore:
                Arrive();
                ActLate();
                Answer(500, "<html>error</html>");
                return true;
            case Fate.ErrorAfter:
                CarryOut();
                Answer(500, "<html>error</html>");
                return true;
            case Fate.Taken:
                Arrive();
                return false;
            case Fate.Done:
                CarryOut();
                return false;
            case Fate.DeathBefore:
                Instance.World.Kill(Instance);
                return true;
            case Fate.DeathMeanwhile:
                Arrive();
                Instance.World.Kill(Instance);
                return true;
            case Fate.DeathAfter:
                CarryOut();
                Instance.World.Kill(Instance);
                return true;
            case Fate.GarbageBefore:
                Arrive();
                ActLate();
                Answer(200, "{\"status\":");
                return true;
            case Fate.GarbageAfter:
                CarryOut();
                Answer(200, "<html>ok</html>");
                return true;
            case Fate.Redirect:
                Arrive();
                ActLate();
                Answer(302, "");
                return true;
            default:
                if (answer is not null || fate == Fate.Good)
                {
                    // What has been carried out can be answered in one way only.
                    CarryOut();
                    Answer(answer![0] == '4' ? 400 : 200, answer[1..]);
                }
                else
                {
                    Arrive();
                    Refuse(fate);
                }

                return true;
        }
    }

    /// <summary>Whether it has arrived and carries a proof, and is not carried out yet.</summary>
    public bool Carries(string proof) => answer is null && body?.Contains(proof, StringComparison.Ordinal) == true;

    public override bool Abandon()
    {
        ActLate();
        return true;
    }

    /// <summary>The caller waits no longer.</summary>
    public void Cancel(CancellationToken token)
    {
        Instance.World.Drop(this);
        ActLate();
        outcome.TrySetCanceled(token);
    }

    private void Arrive()
    {
        if (body is null)
        {
            var read = new MemoryStream();
            // Nothing of it comes from anywhere but memory, so that it is there at once.
            var reading = request.Content!.CopyToAsync(read);
            if (!reading.IsCompletedSuccessfully)
            {
                throw new InvalidOperationException($"The body of {this} was not there at once.", reading.Exception);
            }

            body = Encoding.UTF8.GetString(read.ToArray());
            Baloan.Arrived(Operation, body);
        }
    }

    private void CarryOut()
    {
        Arrive();
        answer ??= Baloan.CarryOut(Operation, body!);
    }

    /// <summary>It arrived and nobody knows of it any more: Baloan may still carry it out.</summary>
    private void ActLate()
    {
        if (body is not null && answer is null && Baloan.Lateness is { } wait)
        {
            var (operation, text) = (Operation, body);
            Instance.World.Tally.Count("Baloan acts late");
            Instance.World.Later(wait, () =>
            {
                Instance.World.Say($"Baloan carries out a {operation} late");
                Baloan.CarryOut(operation, text);
            });
        }
    }

    private void Break() => outcome.SetException(new HttpRequestException(HttpRequestError.ResponseEnded, inner: new IOException("The connection broke.")));

    private void Refuse(Fate fate)
    {
        switch (fate)
        {
            case Fate.Refused:
                Answer(400, "{\"status\":\"error\",\"message\":\"No.\",\"message_code\":\"incorrect_otp_code\",\"data\":{}}");
                break;
            case Fate.RefusedInHtml:
                Answer(400, "<html>Bad request</html>");
                break;
            case Fate.RefusedWithSuccess:
                Answer(200, "{\"status\":\"error\",\"message\":\"No.\",\"message_code\":\"duplicate_request\",\"data\":{}}");
                break;
            case Fate.NotFound:
                Answer(404, "{\"detail\":\"Not found.\"}");
                break;
            case Fate.Unauthorized:
                Answer(401, "{\"detail\":\"Given token not valid for any token type\",\"code\":\"token_not_valid\"}");
                break;
            case Fate.Throttled:
                Answer(429, "{\"detail\":\"Request was throttled.\"}");
                break;
            case Fate.ThrottledLong:
                Answer(429, "{\"detail\":\"Request was throttled. Expected available in 120 seconds.\"}");
                break;
            case Fate.Unavailable:
                Answer(503, "");
                break;
            default:
                throw new InvalidOperationException($"{fate}");
        }
    }

    private void Answer(int status, string text) => outcome.SetResult(BaloanNetwork.Json(status, text));
}
