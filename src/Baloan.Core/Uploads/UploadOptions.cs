namespace Baloan.Core.Uploads;

/// <summary>How long an upload is waited for.</summary>
/// <param name="StandstillLimit">How long a row may stand still after its time before the sweep takes it up.</param>
public sealed record UploadOptions(TimeSpan StandstillLimit);
