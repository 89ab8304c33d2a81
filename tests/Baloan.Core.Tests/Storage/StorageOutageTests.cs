using Azure;
using Baloan.Core.Storage;

namespace Baloan.Core.Tests.Storage;

public sealed class StorageOutageTests
{
    [Theory]
    [InlineData(0, true)]
    [InlineData(408, true)]
    [InlineData(429, true)]
    [InlineData(500, true)]
    [InlineData(503, true)]
    [InlineData(400, false)]
    [InlineData(403, false)]
    [InlineData(404, false)]
    [InlineData(409, false)]
    [InlineData(412, false)]
    public void No_answer_is_an_outage_and_a_refusal_is_none(int status, bool isOutage) =>
        StorageOutage.IsCauseOf(new RequestFailedException(status, "")).ShouldBe(isOutage);

    [Fact]
    public void Retries_that_are_used_up_are_an_outage_where_each_try_met_one()
    {
        var away = new RequestFailedException(0, "");

        StorageOutage.IsCauseOf(new AggregateException(away, new OperationCanceledException(), new IOException())).ShouldBeTrue();
        StorageOutage.IsCauseOf(new AggregateException(away, new RequestFailedException(409, ""))).ShouldBeFalse();
        StorageOutage.IsCauseOf(new InvalidOperationException()).ShouldBeFalse();
    }
}
