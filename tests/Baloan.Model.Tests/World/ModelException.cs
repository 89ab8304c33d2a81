namespace Baloan.Model.Tests.World;

/// <summary>Something happened that the app promises never to happen.</summary>
internal sealed class ModelException(string message) : Exception(message);
