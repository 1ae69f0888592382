using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DistTrain.Runtime;

/// <summary>The thread that calls, as the system has it.</summary>
internal interface IOwnThread
{
    /// <returns>Null: the system does not tell, and the thread is not to be placed.</returns>
    ThreadClocks? ReadClocks();

    /// <summary>Keeps the thread on its core, or gives it all cores of the process again.</summary>
    void Place(bool stays);
}

/// <param name="RanNs">Nanoseconds that the thread ran, from any start.</param>
/// <param name="NowNs">Nanoseconds that passed, from any start.</param>
internal readonly record struct ThreadClocks(long RanNs, long NowNs);

/// <summary>Threads of Linux; elsewhere the system alone decides.</summary>
/// <remarks>For threads made for computing. Threads that they start are not kept: the runtime gives them the process's cores.</remarks>
internal sealed unsafe partial class OwnThread : IOwnThread
{
    public static OwnThread Instance { get; } = new();

    public ThreadClocks? ReadClocks()
    {
        Timespec time;
        return OperatingSystem.IsLinux() && GetClock(ThreadProcessorTime, &time) == 0
            ? new ThreadClocks(
                (time.Seconds * 1_000_000_000L) + time.Nanoseconds, (long)Stopwatch.GetElapsedTime(0).TotalNanoseconds)
            : null;
    }

    /// <remarks>Where the system refuses, the thread runs where it is put.</remarks>
    public void Place(bool stays)
    {
        Cores cores = default;
        int core = GetCore();
        if (GetCores(Environment.ProcessId, (nuint)sizeof(Cores), &cores) != 0 || core is < 0 or >= CoresMost)
        {
            return;
        }

        if (stays)
        {
            cores = default;
            cores.Bits[core / 64] = 1UL << (core % 64);
        }

        _ = SetCores(CallingThread, (nuint)sizeof(Cores), &cores);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetClock(int clock, Timespec* time);

    [LibraryImport("libc", EntryPoint = "sched_getcpu")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetCore();

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetCores(int thread, nuint size, Cores* cores);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetCores(int thread, nuint size, Cores* cores);

    private struct Timespec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    /// <summary>cpu_set_t.</summary>
    private struct Cores
    {
        public fixed ulong Bits[CoresMost / 64];
    }

    private const int CoresMost = 1024;
    private const int CallingThread = 0;

    /// <summary>CLOCK_THREAD_CPUTIME_ID.</summary>
    private const int ThreadProcessorTime = 3;
}
