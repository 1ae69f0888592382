using System.CommandLine;

namespace DistTrain.Cli;

/// <summary>The way in: parses the command line, runs the command, and turns every failure into one sentence.</summary>
internal static class Entry
{
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        TolerantWriter.InstallForErrors();
        StandardOutput.Install();
        AppDomain.CurrentDomain.UnhandledException += (_, unhandled) =>
            Environment.Exit(Failure.Report(unhandled.ExceptionObject as Exception, Console.Error));
        try
        {
            ParseResult parsed = CommandTree.Create().Parse(arguments is ["help", .. string[] command] ? [.. command, "--help"] : arguments);
            if (UsageError.Describe(parsed) is { } sentence)
            {
                await Console.Error.WriteLineAsync(sentence).ConfigureAwait(false);
                return ExitCodes.BadInput;
            }

            var configuration = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(configuration, CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The last resort: whatever it is, the user gets a sentence and not a stack trace.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return Failure.Report(error, Console.Error);
        }
    }
}
