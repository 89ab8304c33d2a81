using Azure;
using Baloan.Model.Tests.Storage;

namespace Baloan.Model.Tests.World;

/// <summary>A call to storage on its way.</summary>
internal sealed class StorageCall(Instance instance, StorageRequest request, DateTimeOffset since)
    : PendingCall(instance, request.ToString(), since)
{
    private readonly TaskCompletionSource<StorageAnswer> outcome = new();
    private StorageAnswer? answer;

    public StorageRequest Request => request;

    public Task<StorageAnswer> Outcome => outcome.Task;

    public override bool Meet(Fate fate)
    {
        var world = Instance.World;
        if (IsOrphan)
        {
            // It arrives late, or never.
            if (fate is Fate.Good or Fate.CutAfter or Fate.ErrorAfter or Fate.Done)
            {
                world.CarryOut(request);
            }

            return true;
        }

        switch (fate)
        {
            case Fate.NoConnection or Fate.CutBefore:
                Lose();
                return true;
            case Fate.CutAfter:
                answer ??= world.CarryOut(request);
                Lose();
                return true;
            case Fate.ErrorBefore:
                outcome.SetResult(world.Dated(StorageAnswer.Fault(request.Service, 500)));
                return true;
            case Fate.ErrorAfter:
                answer ??= world.CarryOut(request);
                outcome.SetResult(world.Dated(StorageAnswer.Fault(request.Service, 500)));
                return true;
            case Fate.Unavailable:
                outcome.SetResult(world.Dated(StorageAnswer.Fault(request.Service, 503)));
                return true;
            case Fate.Done:
                answer ??= world.CarryOut(request);
                return false;
            case Fate.DeathBefore or Fate.DeathMeanwhile:
                IsOrphan = true;
                world.Kill(Instance);
                return fate == Fate.DeathBefore;
            case Fate.DeathAfter:
                answer ??= world.CarryOut(request);
                world.Kill(Instance);
                return true;
            default:
                answer ??= world.CarryOut(request);
                outcome.SetResult(answer);
                return true;
        }
    }

    public override bool Abandon()
    {
        IsOrphan = answer is null;
        return !IsOrphan;
    }

    /// <summary>The caller waits no longer. What has left may still arrive.</summary>
    public void Cancel(CancellationToken token)
    {
        IsOrphan = true;
        outcome.TrySetCanceled(token);
    }

    /// <summary>Nothing came in the time that a try has.</summary>
    public void TimeOut()
    {
        if (!IsOrphan)
        {
            Lose();
        }
    }

    private void Lose() => outcome.SetException(new RequestFailedException(0, "The connection broke."));
}
