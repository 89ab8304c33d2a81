namespace Baloan.Client;

/// <summary>A file that Baloan has stored.</summary>
/// <param name="Uuid">Baloan's id of the file.</param>
/// <param name="File">A pre-signed URL that expires. Whoever has it can read the file: a secret.</param>
public sealed record UploadedFile(string Uuid, string File)
{
    /// <summary>Shows no signed URL.</summary>
    public override string ToString() => $"UploadedFile {{ Uuid = {Uuid} }}";
}
