using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;

namespace DistTrain.Runtime.Benchmarking;

/// <summary>Peak resident memory of processes.</summary>
public static class PeakMemory
{
    /// <returns>Bytes of this process, then of each child that runs (Linux; elsewhere of this process alone).</returns>
    public static ImmutableArray<long> OfThisAndItsChildren()
    {
        using Process own = Process.GetCurrentProcess();
        return [own.PeakWorkingSet64, .. ChildrenOf(Environment.ProcessId).Select(PeakOf).OfType<long>()];
    }

    private static IEnumerable<int> ChildrenOf(int parent)
    {
        if (!Directory.Exists(ProcessFolder))
        {
            yield break;
        }

        foreach (string folder in Directory.EnumerateDirectories(ProcessFolder))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                && StatusOf(id, "PPid:") == parent)
            {
                yield return id;
            }
        }
    }

    private static long? PeakOf(int process) => StatusOf(process, "VmHWM:") is { } kilobytes ? kilobytes * 1024 : null;

    /// <summary>A number of /proc/ID/status.</summary>
    private static long? StatusOf(int process, string key)
    {
        try
        {
            string? line = File.ReadLines($"{ProcessFolder}/{process}/status")
                .FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal));
            return line is null ? null : long.Parse(
                line[key.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private const string ProcessFolder = "/proc";
}
