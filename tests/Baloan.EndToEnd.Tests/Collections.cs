namespace Baloan.EndToEnd.Tests;

/// <summary>Classes that share a fixture and an app, one after the other: each start of an app and of its storage takes seconds.</summary>
[CollectionDefinition(Name)]
public sealed class SharedApp : ICollectionFixture<OneAppFixture>
{
    public const string Name = "one app";
}

/// <summary>Classes that share a fixture, start their own apps on it and end them.</summary>
[CollectionDefinition(Name)]
public sealed class SharedProcesses : ICollectionFixture<OnDemand<SandboxFixture>>
{
    public const string Name = "one fixture";
}

/// <summary>Classes that share a fixture and an app that asks for keys.</summary>
[CollectionDefinition(Name)]
public sealed class KeyedApp : ICollectionFixture<OnDemand<KeyedAppFixture>>
{
    public const string Name = "one app with keys";
}
