using System.Text.Json;
using Baloan.Core.Loans;

namespace Baloan.Functions.Tests.Loans;

public sealed class LoanMessageTests
{
    private static readonly LoanCallback Callback = new(
        "0f8fad5b-d9cb-469f-a165-70867728950e",
        "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "created",
        null,
        DateTimeOffset.UnixEpoch,
        [1]
    );

    [Fact]
    public void A_message_reads_as_it_was_written() => LoanMessage.Parse(MessageOf(Callback)).Callback!.Id.ShouldBe(Callback.Id);

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a/b")]
    [InlineData("#")]
    [InlineData("é")]
    public void A_callback_whose_id_can_be_no_key_of_a_table_is_none_of_this_app(string id) =>
        Should.Throw<JsonException>(() => LoanMessage.Parse(MessageOf(Callback with { Id = id })));

    private static string MessageOf(LoanCallback callback) => new LoanMessage(callback, null, 1, null).ToText();
}
