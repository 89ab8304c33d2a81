using Baloan.Core.Reconciliation;
using Baloan.Core.Settlements;

namespace Baloan.Core.Tests.Reconciliation;

public sealed class SettlementCsvTests
{
    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+98 21", "'+98 21")]
    [InlineData("-5", "'-5")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData(" =1", " '=1")]
    [InlineData("\t=1", "\t'=1")]
    [InlineData("＝1", "'＝1")]
    [InlineData("a;=1", "a;'=1")]
    [InlineData("a\n=1", "a\n'=1")]
    [InlineData("a\t\"=1", "a\t\"'=1")]
    [InlineData("TLC-111111", "TLC-111111")]
    [InlineData("a = b", "a = b")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void No_text_begins_a_cell_as_a_formula_whatever_the_spreadsheet_takes_for_a_separator(string? text, string written) =>
        SettlementCsv.AsText(text).ShouldBe(written);

    [Fact]
    public async Task Lines_are_written_as_they_come_and_nothing_is_held()
    {
        var (destination, behind, longest) = (new CountingStream(), 0L, 0L);

        await SettlementCsv.WriteAsync(Attempts(), withSums: false, destination, TestContext.Current.CancellationToken);

        destination.Length.ShouldBeGreaterThan(10_000_000);
        longest.ShouldBeLessThan(256 * 1024);

        async IAsyncEnumerable<Settlement> Attempts()
        {
            for (var number = 0; number < 50_000; number++)
            {
                await Task.CompletedTask;
                yield return new Settlement
                {
                    Code = $"TLC-{number:D6}",
                    Status = SettlementStatus.Settled,
                    Note = new string('n', 200),
                    AttemptStartedAt = DateTimeOffset.UnixEpoch,
                };
                behind += 200;
                longest = Math.Max(longest, behind - destination.Length);
            }
        }
    }

    private sealed class CountingStream : MemoryStream
    {
        private long length;

        public override long Length => length;

        public override void Write(ReadOnlySpan<byte> buffer) => length += buffer.Length;

        public override void Write(byte[] buffer, int offset, int count) => length += count;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            length += buffer.Length;
            return ValueTask.CompletedTask;
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            length += count;
            return Task.CompletedTask;
        }
    }
}
