using System.Globalization;
using DistTrain.Data;
using DistTrain.Models;
using DistTrain.Runtime;
using DistTrain.Runtime.Security;

namespace DistTrain.Cli;

/// <summary>Wrong use or input that the command itself finds. One sentence.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>Turns an exception into a sentence for people and an exit code.</summary>
internal static class Failure
{
    /// <summary>Set to 1: also print where an error came from.</summary>
    public const string DebugVariable = "DISTTRAIN_DEBUG";

    public static int Report(Exception? error, TextWriter output)
    {
        if (error is AggregateException { InnerExceptions.Count: 1 } one)
        {
            error = one.InnerException;
        }

        (string sentence, int code) = error switch
        {
            _ when NodeFailure.IsOutOfMemory(error) => ($"out of memory: {NodeFailure.OnShortMemory}", ExitCodes.Failed),
            FileNotFoundException { FileName: { } part } when part.Contains(", Version=", StringComparison.Ordinal) => (
                $"{part.Split(',')[0]}, a part of the program, cannot be loaded: memory or open files (ulimit -n) do not suffice, or "
                + "the installation is incomplete", ExitCodes.Failed),
            RunFileException or DataException or ModelException or CredentialException or TrainedModelException or UsageException => (error.Message, ExitCodes.BadInput),
            TrainingException => (error.Message, ExitCodes.Failed),
            OperationCanceledException => ("stopped", ExitCodes.Interrupted),
            IOException or UnauthorizedAccessException => (error.Message, ExitCodes.Failed),
            _ => (DescribeBug(error), ExitCodes.Failed),
        };
        output.WriteLine(sentence);
        if (Environment.GetEnvironmentVariable(DebugVariable) == "1")
        {
            output.WriteLine(error);
        }

        return code;
    }

    private static string DescribeBug(Exception? error)
    {
        string what = error is null ? "unknown error" : $"{error.GetType().Name}: {FirstLine(error.Message)}";
        string stamp = DateTime.UtcNow.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        string path = Path.Combine(Path.GetTempPath(), $"disttrain-bug-{stamp}-{Environment.ProcessId}.txt");
        try
        {
            File.WriteAllText(path, $"disttrain {Environment.CommandLine}\n{error}\n");
            return $"this is a bug in disttrain ({what}); the details are in {path}";
        }
        catch (Exception writing) when (writing is IOException or UnauthorizedAccessException)
        {
            return $"this is a bug in disttrain ({what}); set {DebugVariable}=1 to see the details";
        }
    }

    private static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd('\r', '.', ' ');
}
