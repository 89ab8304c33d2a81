using System.Globalization;

namespace Baloan.Sandbox;

/// <summary>What the command line asks for.</summary>
internal sealed record SandboxOptions
{
    public const string HelpText = """
        Runs the function app on this machine, with storage, a key vault and Baloan's sandbox around it,
        and shows a settlement and a loan from end to end.

        Usage: dotnet run --project src/Baloan.Sandbox [-- options]

          --once                     end after the demonstration: exit code 0, or 1 with the reason
          --merchant-version <v>     Baloan's merchant API: v1 or v2 (default v2)
          --app-port <port>          the function app (default 7071)
          --baloan-port <port>       Baloan's sandbox (default 7090)
          --vault-port <port>        the Key Vault emulator (default 7091)
          --storage-port <port>      the first of Azurite's three ports (default 10000; free ones if they are taken)
          --loan-step <seconds>      how long a loan stays in each state, from 0.1 to 60 (default 2)
          --key <key>                a function key that the app asks for (default: none is asked for)
          --verify-after <seconds>   how long an unanswered settlement is looked at, from 2 to 300 (default 15; elsewhere five minutes)
          --data <folder>            where storage and the log are kept until the next start (default .sandbox in the project's folder)
          --help                     this text

        Port 0 stands for any free port.
        """;

    public bool Once { get; private init; }

    public bool Help { get; private init; }

    public string MerchantVersion { get; private init; } = "v2";

    public int AppPort { get; private init; } = 7071;

    public int BaloanPort { get; private init; } = 7090;

    public int VaultPort { get; private init; } = 7091;

    public int StoragePort { get; private init; } = 10000;

    public TimeSpan LoanStep { get; private init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long after the sending an unchanged credit proves that nothing was moved. Short, so that a person sees how it is found out.
    /// </summary>
    public TimeSpan VerifyAfter { get; private init; } = TimeSpan.FromSeconds(15);

    public string? DataFolder { get; private init; }

    public string? Key { get; private init; }

    public static SandboxOptions Parse(string[] arguments)
    {
        var options = new SandboxOptions();
        for (var i = 0; i < arguments.Length; i++)
        {
            var name = arguments[i];
            string Value() =>
                ++i < arguments.Length ? arguments[i] : throw new SandboxException($"{name} needs a value; --help lists the options.");
            int Port() =>
                int.TryParse(Value(), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= ushort.MaxValue
                    ? port
                    : throw new SandboxException($"{name} needs a port, which is a number from 0 to 65535.");
            TimeSpan Seconds(double least, double most) =>
                double.TryParse(Value(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
                && seconds >= least
                && seconds <= most
                    ? TimeSpan.FromSeconds(seconds)
                    : throw new SandboxException(
                        string.Create(CultureInfo.InvariantCulture, $"{name} needs a number of seconds from {least} to {most}.")
                    );
            options = name switch
            {
                "--once" => options with { Once = true },
                "--help" or "-h" => options with { Help = true },
                "--merchant-version" => options with
                {
                    MerchantVersion = Value() is "v1" or "v2"
                        ? arguments[i]
                        : throw new SandboxException("--merchant-version is v1 or v2."),
                },
                "--app-port" => options with { AppPort = Port() },
                "--baloan-port" => options with { BaloanPort = Port() },
                "--vault-port" => options with { VaultPort = Port() },
                "--storage-port" => options with { StoragePort = Port() },
                "--key" => options with
                {
                    Key =
                        Value() is { Length: > 0 } key && key.All(c => c is > ' ' and <= '~')
                            ? key
                            : throw new SandboxException("--key is a word of ASCII letters, digits and signs."),
                },
                "--loan-step" => options with { LoanStep = Seconds(0.1, 60) },
                "--verify-after" => options with { VerifyAfter = Seconds(2, 300) },
                "--data" => options with { DataFolder = Value() },
                _ => throw new SandboxException($"There is no option '{name}'; --help lists them."),
            };
        }

        return options;
    }
}
