namespace Baloan.Core.Storage;

/// <summary>A file in Blob storage whose content stays as it is.</summary>
/// <param name="Blob">The blob's name.</param>
/// <param name="Snapshot">The snapshot of it, where others may write to the blob.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Sha256">The SHA-256 of its content, in lower-case hex.</param>
public sealed record StoredFile(string Blob, string? Snapshot, FileKind Kind, long Size, string Sha256);
