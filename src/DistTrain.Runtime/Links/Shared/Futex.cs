using System.Runtime.InteropServices;

namespace DistTrain.Runtime;

/// <summary>
/// Sleeping and waking on a number in memory, also between processes that share it: futex(2), Linux only. A wake-up costs a
/// few microseconds less than a byte through a socket, and no work of the network's.
/// </summary>
internal static unsafe partial class Futex
{
    /// <summary>Whether this system's call number is known here.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() && CallNumber > 0;

    /// <summary>Sleeps while the number is as expected, until somebody wakes it; may also return for no reason.</summary>
    public static void Wait(int* number, int expected) => Call(CallNumber, number, OperationWait, expected, null, null, 0);

    /// <summary>Wakes whoever sleeps on the number.</summary>
    public static void Wake(int* number) => Call(CallNumber, number, OperationWake, int.MaxValue, null, null, 0);

    /// <summary>__NR_futex of the kernel's tables (futex_time64 where numbers are 32 bits wide is not needed: no time is given).</summary>
    private static readonly nint CallNumber = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 202,
        Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => 98,
        Architecture.Ppc64le => 221,
        Architecture.S390x => 238,
        Architecture.X86 or Architecture.Arm => 240,
        _ => 0,
    };

    [LibraryImport("libc", EntryPoint = "syscall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Call(
        nint call, int* number, nint operation, nint value, void* time, void* other, nint last);

    /// <summary>FUTEX_WAIT and FUTEX_WAKE, without the flag that keeps them within one process.</summary>
    private const int OperationWait = 0;
    private const int OperationWake = 1;
}
