namespace Microsoft.Azure.Functions.Worker;

/// <summary>What a function is.</summary>
public abstract class FunctionDefinition
{
    /// <summary>The full path of the assembly that holds the function.</summary>
    public abstract string PathToAssembly { get; }

    /// <summary>The full name of the method.</summary>
    public abstract string EntryPoint { get; }

    /// <summary>The function's id.</summary>
    public abstract string Id { get; }

    /// <summary>The function's name, as <see cref="FunctionAttribute"/> gives it.</summary>
    public abstract string Name { get; }
}
