using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>Retries, transport and diagnostics of the clients; see <see cref="ClientOptions"/>.</summary>
public class TableClientOptions : ClientOptions
{
    /// <summary>Options for one version of the service.</summary>
    /// <param name="serviceVersion">The version that is asked for.</param>
    public TableClientOptions(ServiceVersion serviceVersion = ServiceVersion.V2020_12_06) =>
        Version = serviceVersion switch
        {
            ServiceVersion.V2019_02_02 => "2019-02-02",
            ServiceVersion.V2020_12_06 => "2020-12-06",
            _ => throw new ArgumentOutOfRangeException(nameof(serviceVersion)),
        };

    /// <summary>The versions of the service.</summary>
    public enum ServiceVersion
    {
        /// <summary>2019-02-02.</summary>
        V2019_02_02 = 1,

        /// <summary>2020-12-06, the first that takes access tokens.</summary>
        V2020_12_06 = 2,
    }

    /// <summary>As the <c>x-ms-version</c> header has it.</summary>
    internal string Version { get; }
}
