namespace DistTrain.Runtime.Tests.Compute;

public sealed class LaneSignalTests
{
    [Fact]
    public void Wait_AfterAShortOne_HelpsUntilTheSignalComes()
    {
        using var signal = new LaneSignal();
        var work = new Work(signal);
        for (int attempt = 0; work.Calls.Count == 0 && attempt < Attempts; attempt++)
        {
            signal.Set();
            signal.Wait(work);
            using var rescue = new Timer(_ => signal.Set(), null, RescueMs, Timeout.Infinite);
            signal.Wait(work);
        }

        Assert.Equal(["join", "help", "leave"], work.Calls);
    }

    /// <summary>A machine under load may make a short wait a long one, after which the thread sleeps at once.</summary>
    private const int Attempts = 20;

    private const int RescueMs = 500;

    /// <summary>Sets the signal with the first help.</summary>
    private sealed class Work(LaneSignal signal) : ISpareWork
    {
        public List<string> Calls { get; } = [];

        public void Join() => Calls.Add("join");

        public bool TryHelp()
        {
            Calls.Add("help");
            signal.Set();
            return true;
        }

        public void Leave() => Calls.Add("leave");
    }
}
