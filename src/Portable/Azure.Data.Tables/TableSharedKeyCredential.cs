using System.Security.Cryptography;
using System.Text;

namespace Azure.Data.Tables;

/// <summary>A storage account's name and one of its keys.</summary>
public class TableSharedKeyCredential
{
    private volatile byte[] accountKey;

    /// <summary>A credential for one account.</summary>
    /// <param name="accountName">The account's name.</param>
    /// <param name="accountKey">The key, in base64.</param>
    /// <exception cref="FormatException">The key is not base64.</exception>
    public TableSharedKeyCredential(string accountName, string accountKey)
    {
        ArgumentNullException.ThrowIfNull(accountName);
        ArgumentNullException.ThrowIfNull(accountKey);
        AccountName = accountName;
        this.accountKey = Convert.FromBase64String(accountKey);
    }

    /// <summary>The account's name.</summary>
    public string AccountName { get; }

    /// <summary>Changes the key, for the clients that already use this credential too.</summary>
    /// <param name="accountKey">The new key, in base64.</param>
    /// <exception cref="FormatException">The key is not base64.</exception>
    public void SetAccountKey(string accountKey)
    {
        ArgumentNullException.ThrowIfNull(accountKey);
        this.accountKey = Convert.FromBase64String(accountKey);
    }

    internal string Sign(string text) => Convert.ToBase64String(HMACSHA256.HashData(accountKey, Encoding.UTF8.GetBytes(text)));
}
