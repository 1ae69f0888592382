using System.Diagnostics;

namespace DistTrain.Cli.Tests.Faults;

/// <summary>The shared memory without a name (memfd) that a process has mapped, read from /proc/PID/maps.</summary>
internal static class SharedMappings
{
    /// <summary>Only a failing test waits so long.</summary>
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(10);

    /// <returns>The inodes of the memory that both may write: their pipes and the worker's sums, not the weights.</returns>
    public static IReadOnlySet<string> WrittenByBoth(Process one, Process other) =>
        Writable(one).Intersect(Writable(other)).ToHashSet();

    /// <returns>Whether none of the memory was mapped any more before the time was up.</returns>
    public static bool BecomeUnmapped(Process process, IReadOnlySet<string> inodes) =>
        SpinWait.SpinUntil(() => !Writable(process).Overlaps(inodes), PatienceMax);

    /// <summary>A line has the fields: addresses, rights, offset, device, inode, name.</summary>
    private static HashSet<string> Writable(Process process) =>
    [
        .. File.ReadLines($"/proc/{process.Id}/maps")
            .Where(line => line.Contains("/memfd:disttrain", StringComparison.Ordinal))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[1].StartsWith("rw", StringComparison.Ordinal))
            .Select(fields => fields[4]),
    ];
}
