namespace Baloan.Core.Storage;

/// <summary>A file is over <see cref="FileStore.SizeLimit"/>.</summary>
public sealed class FileTooLargeException() : Exception("The file is too large.");
