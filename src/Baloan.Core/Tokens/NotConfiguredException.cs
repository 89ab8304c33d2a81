namespace Baloan.Core.Tokens;

/// <summary>Settings or secrets are missing, so that this part of the app cannot work.</summary>
/// <param name="settings">The names of what the owner has to set.</param>
public sealed class NotConfiguredException(string settings) : Exception($"Not set: {settings}.")
{
    /// <summary>The names of what the owner has to set.</summary>
    public string Settings => settings;
}
