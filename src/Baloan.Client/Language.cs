namespace Baloan.Client;

/// <summary>The language of Baloan's messages.</summary>
public enum Language
{
    /// <summary><c>Accept-Language: en</c>.</summary>
    English,

    /// <summary><c>Accept-Language: fa</c>.</summary>
    Persian,
}
