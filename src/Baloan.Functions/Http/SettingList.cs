namespace Baloan.Functions.Http;

/// <summary>Settings that are lists.</summary>
internal static class SettingList
{
    /// <summary>What stands between the <c>;</c>.</summary>
    public static string[] Of(string? setting) =>
        (setting ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
