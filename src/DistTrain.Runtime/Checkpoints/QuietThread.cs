using System.Runtime.InteropServices;

namespace DistTrain.Runtime;

/// <summary>Work on a thread of its own that gives way to the computing threads: it fills the gaps in which they wait.</summary>
internal static partial class QuietThread
{
    /// <returns>Ends with the work, or its failure.</returns>
    public static Task RunAsync(string name, Action work)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() => Run(work, end)) { Name = name, IsBackground = true, Priority = ThreadPriority.Lowest };
        thread.Start();
        return end.Task;
    }

    private static void Run(Action work, TaskCompletionSource end)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                // The runtime's own priorities have no effect there; 0 and 0: this thread alone. A refusal costs nothing.
                _ = SetPriority(0, 0, Niceness);
            }

            work();
            end.SetResult();
        }
        catch (Exception failure)
        {
            end.SetException(failure);
        }
    }

    /// <summary>About a tenth of a busy processor, all of an idle one: a checkpoint is never put off for long.</summary>
    private const int Niceness = 10;

    [LibraryImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetPriority(int which, uint who, int priority);
}
