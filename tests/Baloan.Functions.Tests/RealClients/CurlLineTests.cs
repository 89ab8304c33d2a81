using System.Diagnostics;
using System.Text;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.RealClients;

/// <summary>The curl lines that the sandbox prints, in a real shell with a real curl.</summary>
public sealed class CurlLineTests(StorageAccounts storage) : ApiTests(storage)
{
    [Fact]
    public async Task A_line_that_names_a_file_in_a_strange_folder_is_read_by_the_shell_and_by_curl()
    {
        Assert.SkipUnless(File.Exists("/bin/sh") && File.Exists("/usr/bin/curl"), "There is no shell of Unix with curl here.");
        var folder = Directory.CreateTempSubdirectory("Reza's \"work\", a;b $HOME ").FullName;
        try
        {
            var path = Path.Combine(folder, "invoice.pdf");
            await File.WriteAllBytesAsync(path, Given.Pdf(), Cancel);
            var address = new Uri(Apps.Second.App.BaseAddress, "api/merchant/uploads");
            var line =
                $"curl -s {CurlLine.Quote(address.AbsoluteUri)} -H {CurlLine.Quote($"x-functions-key: {RunningApps.FunctionKey}")} -F "
                + $"{CurlLine.FilePart("file", path, "application/pdf")}";

            using var shell = Process.Start(
                new ProcessStartInfo("/bin/sh", ["-c", line]) { RedirectStandardOutput = true, StandardOutputEncoding = Encoding.UTF8 }
            )!;
            var answer = await shell.StandardOutput.ReadToEndAsync(Cancel);
            await shell.WaitForExitAsync(Cancel);

            shell.ExitCode.ShouldBe(0);
            answer.ShouldContain("\"status\":\"queued\"");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
