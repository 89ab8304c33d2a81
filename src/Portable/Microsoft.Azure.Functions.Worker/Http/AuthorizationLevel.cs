namespace Microsoft.Azure.Functions.Worker;

/// <summary>Which key a caller of an HTTP function has to bring.</summary>
public enum AuthorizationLevel
{
    /// <summary>None.</summary>
    Anonymous = 0,

    /// <summary>A user's own token. This host asks for the function key instead.</summary>
    User = 1,

    /// <summary>The function key or the admin key.</summary>
    Function = 2,

    /// <summary>A system key. This host asks for the admin key instead.</summary>
    System = 3,

    /// <summary>The admin key.</summary>
    Admin = 4,
}
