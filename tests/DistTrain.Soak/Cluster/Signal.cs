using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DistTrain.Soak;

/// <summary>Signals to processes, by their numbers on Linux.</summary>
internal static partial class Signal
{
    public const int HangUp = 1;
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    /// <summary>Sends it now; a process that is gone already gets nothing.</summary>
    public static void Send(Process process, int signal)
    {
        if (!process.HasExited)
        {
            _ = SendSignal(process.Id, signal);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
