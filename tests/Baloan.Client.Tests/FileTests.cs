using Baloan.Client.Tests.Servers;
using static Baloan.Client.Tests.ClientFixture;
using static Baloan.Client.Tests.Servers.ScriptedBaloan;

namespace Baloan.Client.Tests;

/// <summary>Runs alone, for it measures the memory that the whole process takes.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(Alone))]
public sealed class FileTests
{
    private const int TenMegabytes = 10 * 1024 * 1024;

    [Theory]
    [InlineData("upload")]
    [InlineData("settle")]
    public async Task A_file_is_streamed_and_never_held_whole(string operation)
    {
        await using var baloan = new RawBaloan(DrainAsync);
        using var fixture = new ClientFixture(baloan.Address);
        var file = new MadeFile(4 * TenMegabytes);
        await fixture.RunAsync(operation, Pdf());

        var before = GC.GetTotalAllocatedBytes(precise: true);
        await fixture.RunAsync(operation, file.Source);
        var taken = GC.GetTotalAllocatedBytes(precise: true) - before;

        taken.ShouldBeLessThan(TenMegabytes);
        file.LargestRead.ShouldBeLessThanOrEqualTo(128 * 1024);
        file.Read.ShouldBe(4 * TenMegabytes);
        file.Opened.ShouldBe(1);
        file.Disposed.ShouldBe(1);
    }

    [Theory]
    [InlineData("upload")]
    [InlineData("settle")]
    public async Task A_file_is_opened_anew_for_each_try_and_closed_after_each(string operation)
    {
        await using var baloan = await StartAsync(Answer(429, Throttled), Answer(401, TokenNotValid), Answer(429, Throttled), Good());
        using var fixture = new ClientFixture(baloan.Address);
        var file = new MadeFile(TenMegabytes);

        await fixture.RunAsync(operation, file.Source);

        file.Opened.ShouldBe(4);
        file.Disposed.ShouldBe(4);
        file.Read.ShouldBe(4 * TenMegabytes);
        baloan.Requests.Count.ShouldBe(4);
        baloan.Requests.ShouldAllBe(request => request.Body.Length == baloan.Requests[0].Body.Length && request.Body.Length > TenMegabytes);
        foreach (var request in baloan.Requests)
        {
            var body = request.Body.AsSpan(request.Body.AsSpan().IndexOf("application/pdf\r\n\r\n"u8) + 19);
            var expected = new byte[1000];
            foreach (var position in new[] { 0, 123_456, TenMegabytes - 1000 })
            {
                MadeFile.Fill(expected, position);
                body.Slice(position, 1000).SequenceEqual(expected).ShouldBeTrue();
            }
        }
    }

    [Theory]
    [InlineData("upload")]
    [InlineData("settle")]
    public async Task A_file_that_cannot_be_opened_is_not_half_sent(string operation)
    {
        await using var baloan = await StartAsync(Good());
        using var fixture = new ClientFixture(baloan.Address);

        await Should.ThrowAsync<TimeZoneNotFoundException>(() =>
            fixture.RunAsync(operation, Pdf() with { OpenAsync = _ => throw new TimeZoneNotFoundException("the store is down") })
        );
        await Should.ThrowAsync<IOException>(() =>
            fixture.RunAsync(operation, Pdf() with { OpenAsync = _ => throw new OperationCanceledException("the store's own timeout") })
        );

        baloan.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(-TenMegabytes / 2)]
    public async Task A_file_of_another_length_than_said_is_not_taken_for_whole(int off)
    {
        var file = new MadeFile(TenMegabytes);
        await using var baloan = await StartAsync(Good());
        using var fixture = new ClientFixture(baloan.Address);

        await Should.ThrowAsync<InvalidDataException>(() => fixture.RunAsync("upload", file.Source with { Length = TenMegabytes - off }));
        var settle = await fixture.FailAsync("settle", file.Source with { Length = TenMegabytes - off });

        settle.Code.ShouldBe("outcome_unknown");
        settle.OutcomeKnown.ShouldBeFalse();
        baloan.Requests.ShouldBeEmpty();
        fixture.Time.Waits.ShouldBeEmpty();
        file.Disposed.ShouldBe(2);
    }

    [Fact]
    public async Task A_file_that_breaks_off_while_it_is_read_leaves_a_settlement_unknown()
    {
        var file = new MadeFile(TenMegabytes) { BreaksAt = TenMegabytes / 2 };
        await using var baloan = await StartAsync(Good());
        using var fixture = new ClientFixture(baloan.Address);

        await Should.ThrowAsync<TimeZoneNotFoundException>(() => fixture.RunAsync("upload", file.Source));
        var settle = await fixture.FailAsync("settle", file.Source);

        settle.Code.ShouldBe("outcome_unknown");
        settle.OutcomeKnown.ShouldBeFalse();
        file.Opened.ShouldBe(2);
        file.Disposed.ShouldBe(2);
    }

    [Fact]
    public async Task An_empty_file_is_sent_empty()
    {
        await using var baloan = await StartAsync(Good());
        using var fixture = new ClientFixture(baloan.Address);

        await fixture.RunAsync("upload", new MadeFile(0).Source);

        baloan.Only.Text.ShouldContain("Content-Type: application/pdf\r\n\r\n\r\n--");
    }

    private static async Task DrainAsync(RawConnection connection)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var headers = await connection.ReadHeadersAsync();
            var length = headers.Split("\r\n").Single(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))[15..];
            for (var left = int.Parse(length, System.Globalization.CultureInfo.InvariantCulture); left > 0; )
            {
                left -= await connection.Stream.ReadAsync(buffer.AsMemory(0, Math.Min(buffer.Length, left)), connection.Stopping);
            }

            await connection.AnswerAsync(200, GoodForAll);
        }
    }

    /// <summary>A file that is made while it is read, and counts.</summary>
    private sealed class MadeFile(long length)
    {
        public FileSource Source =>
            new(
                "made.pdf",
                "application/pdf",
                length,
                _ =>
                {
                    Opened++;
                    return Task.FromResult<Stream>(new MadeStream(this, length));
                }
            );

        public long BreaksAt { get; init; } = long.MaxValue;

        public int Opened { get; private set; }

        public int Disposed { get; private set; }

        public long Read { get; private set; }

        public int LargestRead { get; private set; }

        private const int Period = 251;

        // One period more than is ever read at once.
        private static readonly byte[] Pattern = [.. Enumerable.Range(0, 256 * 1024).Select(position => (byte)(position % Period))];

        public static void Fill(Span<byte> bytes, long position) => Pattern.AsSpan((int)(position % Period), bytes.Length).CopyTo(bytes);

        private sealed class MadeStream(MadeFile file, long length) : Stream
        {
            private long position;

            public override bool CanRead => true;

            public override bool CanSeek => false;

            public override bool CanWrite => false;

            public override long Length => throw new NotSupportedException();

            public override long Position
            {
                get => throw new NotSupportedException();
                set => throw new NotSupportedException();
            }

            public override int Read(byte[] buffer, int offset, int count) =>
                throw new NotSupportedException("Nobody should wait for a file.");

            public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            {
                if (position >= file.BreaksAt)
                {
                    throw new TimeZoneNotFoundException("the store went away");
                }

                var count = (int)Math.Min(buffer.Length, length - position);
                Fill(buffer.Span[..count], position);
                position += count;
                file.Read += count;
                file.LargestRead = Math.Max(file.LargestRead, buffer.Length);
                return new(count);
            }

            public override void Flush() { }

            public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

            public override void SetLength(long value) => throw new NotSupportedException();

            public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

            protected override void Dispose(bool disposing)
            {
                file.Disposed++;
                base.Dispose(disposing);
            }
        }
    }
}
