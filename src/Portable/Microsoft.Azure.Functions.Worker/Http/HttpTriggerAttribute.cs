using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts a function by an HTTP request.</summary>
public sealed class HttpTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>Every method, with a function key.</summary>
    public HttpTriggerAttribute() => AuthLevel = AuthorizationLevel.Function;

    /// <summary>Every method, with the key that is named.</summary>
    /// <param name="authLevel">Which key a caller has to bring.</param>
    public HttpTriggerAttribute(AuthorizationLevel authLevel) => AuthLevel = authLevel;

    /// <summary>Some methods, with the key that is named.</summary>
    /// <param name="authLevel">Which key a caller has to bring.</param>
    /// <param name="methods">The HTTP methods, whatever their case. A request with another is answered 404.</param>
    public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods) => (AuthLevel, Methods) = (authLevel, methods);

    /// <summary>
    /// The route under the prefix, as ASP.NET Core writes it, constraints included. The function's name where it is not set.
    /// </summary>
    public string? Route { get; set; }

    /// <summary>The HTTP methods; null for all.</summary>
    public string[]? Methods { get; private set; }

    /// <summary>Which key a caller has to bring.</summary>
    public AuthorizationLevel AuthLevel { get; private set; }
}
