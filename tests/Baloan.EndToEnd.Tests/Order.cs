using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests;

/// <summary>What a customer buys on credit, with a code and an invoice that no other order has.</summary>
/// <param name="Customer">The national identifier.</param>
/// <param name="Total">Toman.</param>
public sealed record Order(string Customer, long Total)
{
    private static int customers = RandomNumberGenerator.GetInt32(10_000_000, 80_000_000);

    public string Code { get; init; } = $"E2E-{Guid.NewGuid():N}";

    public string? Otp { get; init; } = MagicNumbers.Otp;

    public string? Token { get; init; }

    public byte[] Invoice { get; init; } = Encoding.ASCII.GetBytes($"%PDF-1.4\n% an invoice of its own: {Guid.NewGuid()}\n%%EOF\n");

    public string InvoiceSha256 => Convert.ToHexStringLower(SHA256.HashData(Invoice));

    public JsonObject Data =>
        new()
        {
            ["code"] = Code,
            ["bill"] = new JsonObject { ["total"] = Total },
        };

    /// <summary>An order of a customer that no other test knows.</summary>
    public static Order New(long total = 1_250_000) => new(NewCustomer(), total);

    /// <summary>A national identifier that no other test uses and that is not magic.</summary>
    public static string NewCustomer() => string.Create(CultureInfo.InvariantCulture, $"09{Interlocked.Increment(ref customers)}");
}

/// <summary>What Baloan's books have to say about an order.</summary>
internal static class BooksAssertions
{
    public static IReadOnlyList<BookedSettlement> Of(this Books books, Order order) =>
        [.. books.Settlements.Where(settlement => settlement.Code == order.Code)];

    public static void ShouldHaveMovedOnce(this Books books, Order order)
    {
        var moved = books.Of(order).ShouldHaveSingleItem($"{order.Code} has to be moved once");
        moved.NationalIdentifier.ShouldBe(order.Customer);
        moved.Total.ShouldBe(order.Total);
        moved.InvoiceSha256.ShouldBe(order.InvoiceSha256);
        moved.InvoiceSize.ShouldBe(order.Invoice.Length);
    }

    public static void ShouldNotHaveMoved(this Books books, Order order) =>
        books.Of(order).ShouldBeEmpty($"{order.Code} must not be moved");

    /// <summary>Settled if and only if the money was moved, and then once.</summary>
    public static void ShouldAgreeWith(this Books books, Order order, JsonObject settlement)
    {
        if (settlement.Text("status") == "settled")
        {
            books.ShouldHaveMovedOnce(order);
        }
        else
        {
            settlement.Text("status").ShouldBeOneOf("rejected", "failed");
            books.ShouldNotHaveMoved(order);
        }
    }
}
