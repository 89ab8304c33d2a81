using Spectre.Console;

namespace Baloan.Sandbox;

/// <summary>What a person sees: colours and a spinner in a terminal, plain lines in a file or a pipe.</summary>
internal sealed class SandboxConsole
{
    /// <summary>How wide a line is at the most, where what it says can be broken.</summary>
    public const int Columns = 100;

    private readonly IAnsiConsole console;

    public SandboxConsole()
    {
        console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
                Interactive = Console.IsOutputRedirected ? InteractionSupport.No : InteractionSupport.Detect,

                // The default ones take a build server's log for a terminal.
                Enrichment = new() { UseDefaultEnrichers = false },
            }
        );

        // Commands are copied from here: they are broken where a shell allows it, and nowhere else.
        console.Profile.Width = 10_000;
    }

    public void Text(string text) => console.WriteLine(text);

    public void Title(string text) => console.MarkupLineInterpolated($"\n[bold]{text}[/]");

    public void Done(string text) => console.MarkupLineInterpolated($"  [green]ok[/]  {text}");

    public void Note(string text) => console.MarkupLineInterpolated($"      [grey]{text}[/]");

    /// <summary>A command to copy, broken where the shell allows it.</summary>
    public void Command(params string[] words) =>
        console.MarkupLineInterpolated(
            $"  [teal]$ {CurlLine.Wrap(words, Columns - 4).Replace("\n", "\n    ", StringComparison.Ordinal)}[/]"
        );

    public void Answer(string text) => console.MarkupLineInterpolated($"    {text}");

    public static void Failure(string text) => Console.Error.WriteLine($"Failed: {text}");

    public void Rows(IReadOnlyList<(string Name, string Value)> rows)
    {
        var width = rows.Max(row => row.Name.Length);
        foreach (var (name, value) in rows)
        {
            console.MarkupLineInterpolated($"  [grey]{name.PadRight(width)}[/]   {value}");
        }
    }

    /// <summary>Does something that takes a while, and says so meanwhile.</summary>
    public async Task<T> WaitAsync<T>(string text, Func<Task<T>> work) =>
        console.Profile.Capabilities.Interactive ? await console.Status().StartAsync(Markup.Escape(text), _ => work()) : await work();
}
