namespace Baloan.Model.Tests.World;

/// <summary>What becomes of a call.</summary>
/// <remarks>
/// Baloan's own framework says <see cref="Refused"/>, <see cref="Unauthorized"/> and <see cref="Throttled"/>, and has then done nothing,
/// unless something in front sent a call twice and the refusal is that of its own duplicate. All other answers can be those of
/// something in front of it: what was asked for has happened, happens later, or never does.
/// </remarks>
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

    /// <summary>400 without a body.</summary>
    RefusedEmpty,

    /// <summary>403 with a page of HTML.</summary>
    Forbidden,

    /// <summary>404 with a page of HTML.</summary>
    NotFoundInHtml,

    /// <summary>409 with a page of HTML.</summary>
    Conflict,

    /// <summary>413 with a page of HTML.</summary>
    TooLarge,

    /// <summary>429 with a page of HTML.</summary>
    ThrottledInHtml,

    /// <summary>499 with a page of HTML.</summary>
    ClientClosed,

    /// <summary>502 with a page of HTML.</summary>
    BadGateway,

    /// <summary>202 with an envelope that says ok.</summary>
    Accepted,

    /// <summary>200 with an envelope that says pending.</summary>
    Pending,

    /// <summary>200 with an envelope that says ok, and an error's code in it.</summary>
    OkWithCode,

    /// <summary>200 with an envelope that says ok, and nothing in it.</summary>
    OkWithNothing,

    /// <summary>200 with an envelope that says ok, and the credit as it was before.</summary>
    OkWithOldCredit,

    /// <summary>Something in front sends it on twice; the answer to the second comes.</summary>
    SentOnTwice,

    /// <summary>Added to an answer: it is carried out all the same, before it is answered so.</summary>
    Happened = 64,
}

/// <summary>What is true of fates.</summary>
internal static class Fates
{
    /// <summary>Whether a number is that of a fate; the shrinker tries any.</summary>
    public static bool IsFate(int number) => Enum.IsDefined((Fate)number & ~Fate.Happened);

    /// <summary>Tells of it.</summary>
    public static string Text(this Fate fate) => $"{fate & ~Fate.Happened}{((fate & Fate.Happened) != 0 ? ", though it happened" : "")}";
}
