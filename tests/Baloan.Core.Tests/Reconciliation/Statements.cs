using System.Text;
using Baloan.Core.Reconciliation;

namespace Baloan.Core.Tests.Reconciliation;

/// <summary>Reads statements.</summary>
internal static class Statements
{
    public static Statement Read(string text, StatementChoice? choice = null) => Read(Encoding.UTF8.GetBytes(text), choice);

    public static Statement Read(byte[] file, StatementChoice? choice = null) =>
        StatementReader.Read(StatementFile.Open(file, choice ?? new()), choice ?? new());

    public static StatementException Refused(string text, StatementChoice? choice = null) =>
        Should.Throw<StatementException>(() => Read(text, choice));

    public static StatementException Refused(byte[] file) => Should.Throw<StatementException>(() => Read(file));

    /// <summary>Our books, all settled in the period where nothing else is said.</summary>
    public static Dictionary<string, OurSettlement> Books(params (string Code, long Total)[] settled) =>
        settled.ToDictionary(one => one.Code, one => Own(one.Code, one.Total));

    public static OurSettlement Own(string code, long total, string status = "settled", bool isInPeriod = true) =>
        new(code, status, status == "settled", total, status == "settled" ? "baloan" : null, null, null, isInPeriod);

    public static Comparison Compare(string text, Dictionary<string, OurSettlement> ours, AmountUnit? unit = null)
    {
        var statement = Read(text);
        return Comparison.Of(statement.Lines, statement.BadLines, ours, unit);
    }
}
