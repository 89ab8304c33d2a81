namespace LocalFunctionsHost;

/// <summary>Something that a person has to put right; the message says what, in a sentence.</summary>
public sealed class FunctionsHostException(string message) : Exception(message);
