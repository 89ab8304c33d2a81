using System.Text.Json;

namespace Baloan.Client;

/// <summary>A loan file that Baloan has opened.</summary>
/// <param name="Uuid">Baloan's id of the loan.</param>
/// <param name="Answer">
/// Baloan's answer, whole: the fields of the request, <c>uuid</c> and <c>plan_detail</c>. Of these only <c>uuid</c> is sure to be
/// there; numbers may be texts. It holds the customer's identity.
/// </param>
public sealed record OpenedLoan(Guid Uuid, JsonElement Answer)
{
    /// <summary>Shows nothing of the customer.</summary>
    public override string ToString() => $"OpenedLoan {{ Uuid = {Uuid} }}";
}
