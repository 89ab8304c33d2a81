using Baloan.Core.Storage;

namespace Baloan.Core.Tests.Storage;

public sealed class TableKeysTests
{
    [Theory]
    [InlineData("TLC-111111", "TLC-111111")]
    [InlineData("a/b\\c#d?e", "a!002fb!005cc!0023d!003fe")]
    [InlineData("!002f", "!0021002f")]
    [InlineData("50%", "50!0025")]
    [InlineData("۱", "!06f1")]
    public void A_key_has_only_what_tables_take(string text, string key) => TableKeys.Escape(text).ShouldBe(key);

    [Fact]
    public void The_newest_comes_first_and_keeps_its_time()
    {
        var earlier = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(6);
        var later = earlier.AddTicks(1);

        string.CompareOrdinal(TableKeys.NewestFirst(later, "b"), TableKeys.NewestFirst(earlier, "a")).ShouldBeLessThan(0);
        TableKeys.TimeOf(TableKeys.NewestFirst(earlier, "a/b")).ShouldBe(earlier);
    }

    [Theory]
    [InlineData("")]
    [InlineData("open")]
    [InlineData("9999999999999999999-a")]
    [InlineData("000000000000000000x-a")]
    public void Any_other_key_has_no_time(string key) => TableKeys.TimeOf(key).ShouldBeNull();
}
