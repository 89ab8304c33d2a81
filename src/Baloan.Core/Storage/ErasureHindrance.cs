namespace Baloan.Core.Storage;

/// <summary>Why something of a customer is not erased.</summary>
public enum ErasureHindrance
{
    /// <summary>It has not ended.</summary>
    UnderWay,

    /// <summary>It is not known what became of it, and a person has to decide.</summary>
    AwaitsPerson,

    /// <summary>It ended so lately that something of it may still be on its way.</summary>
    EndedLately,

    /// <summary>A newer version of the app has written it.</summary>
    WrittenByNewerVersion,
}
