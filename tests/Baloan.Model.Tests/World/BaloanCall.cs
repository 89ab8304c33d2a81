using System.Net;
using System.Text;

namespace Baloan.Model.Tests.World;

/// <summary>A call to Baloan on its way. What has arrived there may be carried out long after nobody waits any more.</summary>
internal sealed class BaloanCall(Instance instance, HttpRequestMessage request, DateTimeOffset since)
    : PendingCall(instance, $"baloan {request.RequestUri!.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries)[^1]}", since)
{
    private static readonly Dictionary<Fate, int> Pages = new()
    {
        [Fate.Forbidden] = 403,
        [Fate.NotFoundInHtml] = 404,
        [Fate.Conflict] = 409,
        [Fate.TooLarge] = 413,
        [Fate.ThrottledInHtml] = 429,
        [Fate.ClientClosed] = 499,
        [Fate.BadGateway] = 502,
    };

    private readonly TaskCompletionSource<HttpResponseMessage> outcome = new();
    private string? body;
    private string? answer;
    private bool isLost;
    private bool isLeftAlone;

    public Task<HttpResponseMessage> Outcome => outcome.Task;

    /// <summary>check-credit, validate-credit-otp or settle-confirm.</summary>
    public string Operation => Name["baloan ".Length..];

    private BaloanBooks Baloan => Instance.World.Baloan;

    /// <summary>Whether its body has got there.</summary>
    public bool HasArrived => body is not null;

    public override bool Meet(Fate fate)
    {
        var happened = (fate & Fate.Happened) != 0;
        fate &= ~Fate.Happened;
        if (isLost)
        {
            Break();
            return true;
        }

        if (fate == Fate.NoConnection && body is null)
        {
            outcome.SetException(new HttpRequestException(HttpRequestError.ConnectionError));
            return true;
        }

        if (fate == Fate.DeathBefore)
        {
            Instance.World.Kill(Instance);
            return true;
        }

        if (!TryArrive())
        {
            return true;
        }

        switch (fate)
        {
            case Fate.NoConnection or Fate.CutBefore:
                ActLate();
                Break();
                return true;
            case Fate.CutAfter:
                CarryOut();
                Break();
                return true;
            case Fate.ErrorBefore:
                ActLate();
                Answer(500, "<html>error</html>");
                return true;
            case Fate.ErrorAfter:
                CarryOut();
                Answer(500, "<html>error</html>");
                return true;
            case Fate.Taken:
                return false;
            case Fate.Done:
                CarryOut();
                return false;
            case Fate.DeathMeanwhile:
                Instance.World.Kill(Instance);
                return true;
            case Fate.DeathAfter:
                CarryOut();
                Instance.World.Kill(Instance);
                return true;
            case Fate.GarbageBefore:
                ActLate();
                Answer(200, "{\"status\":");
                return true;
            case Fate.GarbageAfter:
                CarryOut();
                Answer(200, "<html>ok</html>");
                return true;
            case Fate.Good or Fate.SentOnTwice:
                CarryOut();
                if (fate == Fate.SentOnTwice)
                {
                    answer = Baloan.CarryOutAgain(Operation, body!, answer!);
                }

                AnswerItself();
                return true;
            default:
                var isCertain = fate is Fate.Unauthorized or Fate.Throttled or Fate.ThrottledLong || (fate == Fate.Refused && !happened);
                if (happened && !isCertain)
                {
                    CarryOut();
                }

                if (isCertain && answer is not null)
                {
                    AnswerItself();
                }
                else
                {
                    Refuse(fate);
                }

                return true;
        }
    }

    /// <summary>
    /// Its process begins to stand still. Nothing waits for it in the meantime: what has got there is carried out in its time or never,
    /// and the connection is gone when the process goes on.
    /// </summary>
    public void StandStill()
    {
        if (body is not null && answer is null)
        {
            isLost = true;
            ActLate();
        }
    }

    /// <summary>Whether it has arrived and carries a proof, and is not carried out yet.</summary>
    public bool Carries(string proof) => answer is null && !isLost && body?.Contains(proof, StringComparison.Ordinal) == true;

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

    /// <returns>Whether it got there; false where its sender sends it no more.</returns>
    private bool TryArrive()
    {
        if (body is not null)
        {
            return true;
        }

        var read = new MemoryStream();
        Task reading;
        try
        {
            // Nothing of it comes from anywhere but memory, so that it is there at once.
            reading = request.Content!.CopyToAsync(read);
        }
        catch (Exception tooLate)
        {
            reading = Task.FromException(tooLate);
        }

        if (reading.IsFaulted && read.Length == 0)
        {
            Instance.World.Coverage.Count("calls not begun any more");
            Instance.World.Say($"{this} is not begun any more: {reading.Exception.InnerException!.Message}");
            outcome.SetException(reading.Exception.InnerException!);
            return false;
        }

        if (!reading.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException($"The body of {this} was not there at once.", reading.Exception);
        }

        body = Encoding.UTF8.GetString(read.ToArray());
        Baloan.Arrived(Operation, body);
        return true;
    }

    private void CarryOut() => answer ??= Baloan.CarryOut(Operation, body!);

    /// <summary>It arrived and nobody knows of it any more: Baloan may still carry it out.</summary>
    private void ActLate()
    {
        if (body is null || answer is not null || isLeftAlone)
        {
            return;
        }

        isLeftAlone = true;
        if (Baloan.Lateness is { } wait)
        {
            var (operation, text) = (Operation, body);
            Instance.World.Coverage.Count("Baloan acts late");
            Instance.World.Later(
                wait,
                () =>
                {
                    Instance.World.Say($"Baloan carries out a {operation} late");
                    Baloan.CarryOut(operation, text);
                }
            );
        }
    }

    private void Break() =>
        outcome.SetException(new HttpRequestException(HttpRequestError.ResponseEnded, inner: new IOException("The connection broke.")));

    private void AnswerItself()
    {
        if (answer![0] == '2')
        {
            Baloan.Confirmed?.Invoke(Operation, body!);
        }
        else
        {
            Baloan.Denied?.Invoke(Operation, body!);
        }

        Answer(answer[0] == '4' ? 400 : 200, answer[1..]);
    }

    private void Refuse(Fate fate)
    {
        if (fate is not (Fate.Refused or Fate.Unauthorized or Fate.Throttled or Fate.ThrottledLong))
        {
            ActLate();
        }

        switch (fate)
        {
            case Fate.Refused:
                Baloan.Denied?.Invoke(Operation, body!);
                Answer(
                    400,
                    "{\"status\":\"error\",\"message\":\"No.\",\"message_code\":\""
                        + (answer is null ? "incorrect_otp_code" : "duplicate_request")
                        + "\",\"data\":{}}"
                );
                break;
            case Fate.RefusedInHtml:
                Answer(400, "<html>Bad request</html>");
                break;
            case Fate.RefusedEmpty:
                Answer(400, "");
                break;
            case Fate.RefusedWithSuccess:
                DenyReading();
                Answer(200, "{\"status\":\"error\",\"message\":\"No.\",\"message_code\":\"duplicate_request\",\"data\":{}}");
                break;
            case Fate.NotFound:
                DenyReading();
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
            case Fate.Redirect:
                Answer(302, "");
                break;
            case Fate.Accepted:
                Answer(202, Envelope("ok", "", "{}"));
                break;
            case Fate.Pending:
                Answer(200, Envelope("pending", "", "{}"));
                break;
            case Fate.OkWithCode:
                Answer(200, Envelope("ok", "duplicate_request", "{}"));
                break;
            case Fate.OkWithNothing:
                Answer(200, Envelope("ok", "", "{}"));
                break;
            case Fate.OkWithOldCredit:
                Answer(200, Envelope("ok", "", Baloan.DataOfBefore(Operation, body!)));
                break;
            default:
                Answer(Pages[fate], "<html>No.</html>");
                break;
        }
    }

    // In Baloan's own words; of a call that acts it still proves nothing.
    private void DenyReading()
    {
        if (Operation == "check-credit")
        {
            Baloan.Denied?.Invoke(Operation, body!);
        }
    }

    private static string Envelope(string status, string code, string data) =>
        $"{{\"status\":\"{status}\",\"message\":\"\",\"message_code\":\"{code}\",\"data\":{data}}}";

    private void Answer(int status, string text) => outcome.SetResult(BaloanNetwork.Json(status, text));
}
