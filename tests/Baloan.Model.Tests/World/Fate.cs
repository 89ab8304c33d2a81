namespace Baloan.Model.Tests.World;

/// <summary>What becomes of a call.</summary>
internal enum Fate
{
    /// <summary>It is carried out and answered.</summary>
    Good,

    /// <summary>It never arrives: no connection.</summary>
    NoConnection,

    /// <summary>It arrives, and the connection breaks before it is carried out.</summary>
    CutBefore,

    /// <summary>It is carried out, and the answer is lost.</summary>
    CutAfter,

    /// <summary>500, and nothing was done.</summary>
    ErrorBefore,

    /// <summary>It is carried out, and answered 500.</summary>
    ErrorAfter,

    /// <summary>It arrives; whether it will be carried out and answered shows later.</summary>
    Taken,

    /// <summary>It is carried out; the answer is still on its way.</summary>
    Done,

    /// <summary>The instance dies before the call arrives.</summary>
    DeathBefore,

    /// <summary>The instance dies when the call has arrived and is not carried out yet.</summary>
    DeathMeanwhile,

    /// <summary>The call is carried out and the instance dies before the answer comes.</summary>
    DeathAfter,

    /// <summary>503.</summary>
    Unavailable,

    // From here on what only Baloan does.

    /// <summary>400 with a code.</summary>
    Refused,

    /// <summary>400 with a page of HTML.</summary>
    RefusedInHtml,

    /// <summary>200 with an envelope that says no.</summary>
    RefusedWithSuccess,

    /// <summary>404.</summary>
    NotFound,

    /// <summary>401.</summary>
    Unauthorized,

    /// <summary>429 without a time.</summary>
    Throttled,

    /// <summary>429 with a Retry-After of two minutes.</summary>
    ThrottledLong,

    /// <summary>200 with something that cannot be read, and nothing was done.</summary>
    GarbageBefore,

    /// <summary>It is carried out and answered with something that cannot be read.</summary>
    GarbageAfter,

    /// <summary>A redirect.</summary>
    Redirect,
}
