namespace Baloan.Core.Storage;

/// <summary>What rows keep of numbers that say who somebody is.</summary>
public static class Masked
{
    /// <summary>The last four digits, and a star for each one before them.</summary>
    public static string LastFour(string number) => new string('*', number.Length - 4) + number[^4..];
}
