namespace Baloan.Core.Storage;

/// <summary>The bytes of a file in Blob storage are others than those that were accepted.</summary>
public sealed class FileChangedException() : Exception("The file in Blob storage is not the one that was accepted.");
