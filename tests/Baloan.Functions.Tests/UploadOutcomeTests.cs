using Baloan.Client;
using Baloan.Core.Storage;
using Baloan.Core.Uploads;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests;

/// <summary>What becomes of an upload whose file is not what the row says.</summary>
public sealed class UploadOutcomeTests(StorageAccounts storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_file_of_another_length_than_was_accepted_ends_it(int more)
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var file = (
            await fixture
                .Services.GetRequiredService<FileStore>()
                .SaveAsync(StorageSetup.UploadsContainer, new MemoryStream(Given.Jpeg()), [FileKind.Jpeg], Cancel)
        )!;
        var accepted = await fixture
            .Services.GetRequiredService<UploadIntake>()
            .AcceptAsync(file with { Size = file.Size + more }, "a.jpg", Language.English, Cancel);

        await fixture.Services.GetRequiredService<UploadProcessor>().ProcessAsync(accepted.Id, Cancel);

        var ended = (await fixture.Services.GetRequiredService<UploadStore>().FindAsync(accepted.Id, Cancel)).ShouldNotBeNull();
        (ended.Status, ended.ErrorCode).ShouldBe((UploadStatus.Failed, "invoice_changed"));
    }
}
