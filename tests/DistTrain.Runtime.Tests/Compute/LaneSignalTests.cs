using System.Diagnostics;

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

    /// <summary>The thread is placed between two passes, by its share of the time from one wait to the next.</summary>
    [Fact]
    public void Wait_AfterPassesAloneAndThenShared_KeepsTheThreadAndLetsItGo()
    {
        var thread = new ScriptedThread();
        using var signal = new LaneSignal(thread);
        void Pass(int times, double share)
        {
            for (int i = 0; i < times; i++)
            {
                thread.Pass(share);
                signal.Set();
                signal.Wait(null);
            }
        }

        // From the first wait on there is a pass to look back on.
        Pass(1, 0.9);
        Pass(CoreStay.PassesToStay - 1, 0.9);
        Assert.Empty(thread.Places);
        Pass(1, 0.9);
        Assert.Equal([true], thread.Places);
        Pass(CoreStay.PassesToLeave - 1, 0.5);
        Assert.Equal([true], thread.Places);
        Pass(1, 0.5);
        Assert.Equal([true, false], thread.Places);
    }

    [Fact]
    public void Wait_WhereTheSystemTellsNothing_PlacesNothing()
    {
        var thread = new ScriptedThread { IsMute = true };
        using var signal = new LaneSignal(thread);
        for (int i = 0; i < 2 * CoreStay.PassesToLeave; i++)
        {
            thread.Pass(1);
            signal.Set();
            signal.Wait(null);
        }

        Assert.Empty(thread.Places);
    }

    /// <summary>
    /// Passes are so short that hardly one is interrupted, whatever else runs: soon there are three in a row.
    /// </summary>
    [SkippableFact]
    public void Wait_OfARealThreadAfterBusyPasses_KeepsItOnItsCore()
    {
        Skip.IfNot(
            OperatingSystem.IsLinux() && Environment.ProcessorCount > 1, "there is nothing to see without a choice of cores");
        string cores = "";
        var thread = new Thread(() =>
        {
            using var signal = new LaneSignal();
            long startedAt = Stopwatch.GetTimestamp();
            do
            {
                for (int pass = 0; pass <= CoreStay.PassesToStay; pass++)
                {
                    Spin(TimeSpan.FromMicroseconds(100));
                    signal.Set();
                    signal.Wait(null);
                }

                cores = LinuxThreads.CoresOfThisThread();
            }
            while (!int.TryParse(cores, out _) && Stopwatch.GetElapsedTime(startedAt) < PatienceMax);
        });
        thread.Start();
        thread.Join();

        Assert.True(int.TryParse(cores, out _), $"the thread may run on the cores {cores}, expected one");
    }

    private static void Spin(TimeSpan time)
    {
        long startedAt = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(startedAt) < time)
        {
        }
    }

    /// <summary>Only a failing test waits so long.</summary>
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(10);

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

    /// <summary>A thread whose passes are told, and which keeps what is done with it.</summary>
    private sealed class ScriptedThread : IOwnThread
    {
        private ThreadClocks _clocks = new(0, 1);

        public bool IsMute { get; init; }

        public List<bool> Places { get; } = [];

        /// <param name="share">Of the time that the thread ran.</param>
        public void Pass(double share) =>
            _clocks = new ThreadClocks(_clocks.RanNs + (long)(share * PassNs), _clocks.NowNs + PassNs);

        public ThreadClocks? ReadClocks() => IsMute ? null : _clocks;

        public void Place(bool stays) => Places.Add(stays);

        private const long PassNs = 1_000_000;
    }
}
