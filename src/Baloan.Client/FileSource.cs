namespace Baloan.Client;

/// <summary>A file to be sent. It is opened anew for each try and streamed, never held whole in memory.</summary>
/// <param name="FileName">The name Baloan is told. Any text; a path in front of it is cut off and what a header cannot carry is
/// replaced.</param>
/// <param name="ContentType">The media type, such as <c>application/pdf</c>.</param>
/// <param name="Length">The exact length in bytes. A stream that gives more or less fails the try.</param>
/// <param name="OpenAsync">
/// Opens the content at its beginning. The stream is disposed after each try. What it throws comes out of the call as it
/// is; nothing has taken effect then.
/// </param>
public sealed record FileSource(string FileName, string ContentType, long Length, Func<CancellationToken, Task<Stream>> OpenAsync);
