namespace DistTrain.Runtime.Tests;

/// <summary>The cores that threads may run on, as Linux tells them.</summary>
public class ThreadPlacementTests
{
    [SkippableFact]
    public void Place_StaysThenLeaves_OneCoreThenThoseOfTheProcess()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "threads are kept on their cores on Linux alone");
        string kept = "", started = "", free = "";
        OnThread(() =>
        {
            ThreadPlacement.Place(stays: true);
            kept = CoresOfThread();
            OnThread(() => started = CoresOfThread());
            ThreadPlacement.Place(stays: false);
            free = CoresOfThread();
        });
        string process = CoresOf($"/proc/{Environment.ProcessId}/status");
        Assert.True(int.TryParse(kept, out _), kept);
        Assert.Equal(process, started);
        Assert.Equal(process, free);
    }


    private static void OnThread(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(action));
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }

    private static string CoresOfThread() => CoresOf("/proc/thread-self/status");

    private static string CoresOf(string file) =>
        File.ReadLines(file).Single(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split('\t')[1];
}
