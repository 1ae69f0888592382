using System.Globalization;

namespace DistTrain.Runtime;

/// <summary>
/// The system's limit on files that a process may have open at once. The runtime keeps each part of a program open and
/// loads it when it is first needed, so a program that meets the limit breaks in any place, without a word, or for ever:
/// it has to be looked at before.
/// </summary>
public static class OpenFileLimit
{
    /// <summary>
    /// Files that a node without worker processes has open at most, with some to spare: about 90 parts of the program, some
    /// 40 more with the Akka engine, the rest its own.
    /// </summary>
    public const int OfANode = 192;

    /// <summary>For each worker process: its standard streams, its links, the memory that is shared with it.</summary>
    public const int OfAWorkerProcess = 8;

    /// <param name="who">As in "4 worker processes".</param>
    /// <param name="needed">Files.</param>
    /// <returns>One sentence; null: the limit suffices, or is not known.</returns>
    public static string? Describe(string who, int needed) => Read() is { } limit && limit < needed
        ? $"{who}: this process may have {limit} files open at once, {needed} are needed; raise the limit ({Remedy})"
        : null;

    /// <summary>What to do where the limit is met all the same.</summary>
    public const string Remedy = "ulimit -n 4096";

    /// <summary>Of the error codes of Unix systems: EMFILE.</summary>
    internal const int TooManyOpenFiles = 24;

    /// <returns>Null: none, or not known on this system. The runtime has raised the soft limit to the hard one.</returns>
    private static long? Read()
    {
        const string Key = "Max open files";
        try
        {
            foreach (string line in File.ReadAllLines("/proc/self/limits"))
            {
                if (line.StartsWith(Key, StringComparison.Ordinal))
                {
                    string[] limits = line[Key.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    return limits.Length > 0 && long.TryParse(limits[0], NumberStyles.None, CultureInfo.InvariantCulture, out long limit)
                        ? limit
                        : null;
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // No such file on this system.
        }

        return null;
    }
}
