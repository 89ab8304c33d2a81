using Baloan.Core.Retention;
using Microsoft.Extensions.Configuration;

namespace Baloan.Core.Tests.Retention;

public sealed class RetentionOptionsTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("30", 30)]
    [InlineData("3650", 3_650)]
    public void Nothing_is_erased_by_itself_unless_it_is_said_after_how_many_days(string? text, int? days) =>
        RetentionOptions.From(Of(text)).Days.ShouldBe(days);

    [Theory]
    [InlineData("29")]
    [InlineData("0")]
    [InlineData("-30")]
    [InlineData("36501")]
    [InlineData("30.5")]
    [InlineData("30.00:00:00")]
    [InlineData("a year")]
    public void What_is_not_safe_does_not_start(string text) =>
        Should.Throw<InvalidOperationException>(() => RetentionOptions.From(Of(text))).Message.ShouldContain("Retention__Days");

    private static IConfiguration Of(string? text) =>
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Retention:Days"] = text }).Build();
}
