using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DistTrain.Runtime;

/// <summary>Keeps a thread on its core as <see cref="CoreStay"/> says. On Linux; elsewhere the system alone decides.</summary>
/// <remarks>For threads made for computing. Threads that they start are not kept: the runtime gives them the process's cores.</remarks>
internal sealed unsafe partial class ThreadPlacement
{
    private CoreStay _stay;
    private long _passEndedAt;
    private long _processorTime;

    /// <summary>To be called after each pass, always on the same thread.</summary>
    public void AfterPass()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        Timespec time;
        if (GetClock(ThreadProcessorTime, &time) != 0)
        {
            return;
        }

        long processorTime = (time.Seconds * 1_000_000_000L) + time.Nanoseconds, now = Stopwatch.GetTimestamp();
        double passed = Stopwatch.GetElapsedTime(_passEndedAt, now).TotalNanoseconds;
        bool stayed = _stay.Stays;
        if (_passEndedAt != 0)
        {
            _stay.Pass((processorTime - _processorTime) / passed);
        }

        (_passEndedAt, _processorTime) = (now, processorTime);
        if (_stay.Stays != stayed)
        {
            Place(_stay.Stays);
        }
    }

    /// <summary>Keeps the calling thread on its core, or gives it all cores of the process again.</summary>
    /// <remarks>Where the system refuses, the thread runs where it is put.</remarks>
    public static void Place(bool stays)
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
