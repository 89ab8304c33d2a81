using System.Text.Json.Serialization;
using Baloan.Functions.Settlements;

namespace Baloan.Functions.Storage;

/// <summary>A message of the queue <c>invoices</c>: it says which row to look at, and nothing that the row does not say better.</summary>
/// <param name="Kind"><see cref="Settlement"/> or <see cref="Upload"/>.</param>
/// <param name="Id">The settlement's code or the upload's id.</param>
/// <param name="TraceParent">The W3C trace context of what put it there.</param>
/// <param name="Answer">What Baloan said to a settlement whose row could not be written; null for all others.</param>
public sealed record WorkMessage(
    string Kind,
    string Id,
    string? TraceParent,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SettleAnswer? Answer = null)
{
    /// <summary>A settlement is to be carried on.</summary>
    public const string Settlement = "settlement";

    /// <summary>An upload is to be carried on.</summary>
    public const string Upload = "upload";
}
