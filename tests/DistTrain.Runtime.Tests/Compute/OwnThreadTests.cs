namespace DistTrain.Runtime.Tests.Compute;

public sealed class OwnThreadTests
{
    [SkippableFact]
    public void Place_StaysThenLeaves_OneCoreThenThoseOfTheProcess()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "threads are kept on their cores on Linux alone");
        string kept = "", started = "", free = "";
        OnThread(() =>
        {
            OwnThread.Instance.Place(stays: true);
            kept = LinuxThreads.CoresOfThisThread();
            OnThread(() => started = LinuxThreads.CoresOfThisThread());
            OwnThread.Instance.Place(stays: false);
            free = LinuxThreads.CoresOfThisThread();
        });
        string process = LinuxThreads.CoresOfThisProcess();
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
}
