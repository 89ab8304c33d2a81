namespace Baloan.Functions.Tests.Fixtures;

/// <summary>Tests that keep the machine and Azurite busy: beside them, what others wait for would come too late.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
