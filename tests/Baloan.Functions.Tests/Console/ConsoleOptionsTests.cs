using Baloan.Functions.Console;
using Microsoft.Extensions.Configuration;

namespace Baloan.Functions.Tests.Console;

/// <summary>What the owner sets for the console, and how it comes into the page.</summary>
public sealed class ConsoleOptionsTests
{
    [Fact]
    public void Without_settings_the_clock_is_Tehrans_and_nothing_locks() => From().ShouldBe(new ConsoleOptions("", "", "Asia/Tehran", 0));

    [Fact]
    public void What_is_set_is_taken() =>
        From(("ShopName", " فروشگاه لاله "), ("Support", "021-12345678"), ("TimeZone", "Europe/Berlin"), ("LockAfterMinutes", "15"))
            .ShouldBe(new ConsoleOptions("فروشگاه لاله", "021-12345678", "Europe/Berlin", 15));

    [Theory]
    [InlineData("TimeZone", "Tehran")]
    [InlineData("TimeZone", "Iran Standard Time")]
    [InlineData("LockAfterMinutes", "-1")]
    [InlineData("LockAfterMinutes", "1441")]
    [InlineData("LockAfterMinutes", "soon")]
    [InlineData("ShopName", "two\nlines")]
    public void What_cannot_be_used_does_not_start_and_is_named(string name, string value) =>
        Should.Throw<InvalidOperationException>(() => From((name, value))).Message.ShouldStartWith($"Console__{name}");

    [Fact]
    public void A_text_that_is_too_long_does_not_start() =>
        Should.Throw<InvalidOperationException>(() => From(("Support", new string('x', 201)))).Message.ShouldContain("200");

    [Fact]
    public void Settings_come_into_the_page_as_text_whatever_they_are()
    {
        var page = new ConsolePage(new("\"><script>", "a & b", "Asia/Tehran", 5));

        var (_, content) = page.For(Baloan.Client.Language.Persian).For(default);

        var html = System.Text.Encoding.UTF8.GetString(content);
        html.ShouldContain(
            "data-shop=\"&quot;&gt;&lt;script&gt;\" data-support=\"a &amp; b\" data-time-zone=\"Asia/Tehran\" data-lock-after-minutes=\"5\""
        );
        html.ShouldContain("<html lang=\"fa\" dir=\"rtl\">");
    }

    private static ConsoleOptions From(params (string Name, string Value)[] settings) =>
        ConsoleOptions.From(
            new ConfigurationBuilder()
                .AddInMemoryCollection(settings.ToDictionary(one => $"Console:{one.Name}", one => (string?)one.Value))
                .Build()
        );
}
