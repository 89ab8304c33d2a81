namespace Baloan.Sandbox;

/// <summary>Something that the person who started the sandbox can mend; the message says what, in one sentence.</summary>
public sealed class SandboxException(string message) : Exception(message);
