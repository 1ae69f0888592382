namespace DistTrain.Runtime.Tests;

/// <summary>The cores that threads may run on, as Linux tells them: "0-3", or "2" where it is one.</summary>
internal static class LinuxThreads
{
    public static string CoresOfThisThread() => CoresOf("/proc/thread-self/status");

    public static string CoresOfThisProcess() => CoresOf($"/proc/{Environment.ProcessId}/status");

    private static string CoresOf(string file) =>
        File.ReadLines(file).Single(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split('\t')[1];
}
