using System.Text.Json;
using Baloan.Core.Storage;

namespace Baloan.Core.Tests.Storage;

public sealed class WorkMessageTests
{
    [Fact]
    public void A_message_is_read_as_it_was_written()
    {
        var message = new WorkMessage(WorkMessage.Settlement, "ک-1", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");

        WorkMessage.Parse(message.ToText()).ShouldBe(message);
    }

    [Fact]
    public void A_message_of_an_earlier_version_is_read() =>
        WorkMessage.Parse("""{"kind":"upload","id":"1","trace_parent":null}""").ShouldBe(new WorkMessage(WorkMessage.Upload, "1", null));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"kind":"refund","id":"1"}""")]
    [InlineData("""{"kind":"upload","id":""}""")]
    [InlineData("""{"kind":"upload"}""")]
    public void What_names_no_work_is_refused(string text) => Should.Throw<JsonException>(() => WorkMessage.Parse(text));
}
