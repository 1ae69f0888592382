namespace DistTrain.Runtime;

/// <summary>The thread of one lane.</summary>
internal static class ComputeThread
{
    /// <param name="lane">From 0; shows in the thread's name.</param>
    /// <param name="run">Must not throw.</param>
    public static Thread Start(int lane, Action run)
    {
        var thread = new Thread(() => run())
        {
            IsBackground = true,
            Name = $"compute {lane}",
        };
        thread.Start();
        return thread;
    }
}
