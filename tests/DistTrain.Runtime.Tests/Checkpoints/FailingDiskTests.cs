using System.Diagnostics;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Checkpoints;

/// <summary>Real disks, tiny and mounted for the test, that fill up or become read-only while a run goes on.</summary>
public sealed class FailingDiskTests
{
    /// <summary>Late enough that a checkpoint stands already.</summary>
    private const long BreaksAt = 500;

    private const int ReportsUntilMended = 2;

    private const string EverySteps = """ "everySeconds": 0, "everySteps": 5, "keep": 2 """;

    /// <summary>The writer gives way to the training, so the run lasts until the failures were told and the disk is mended.</summary>
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Training_OnADiskThatFails_GoesOnReportsEachTimeAndKeepsTheOlderCheckpoints(bool becomesReadOnly)
    {
        using var tiny = new TinyRun(Steps(StepsMax), EverySteps);
        using TinyDisk? disk = TinyDisk.TryMount(Path.Combine(tiny.Out("out"), "checkpoints"));
        Skip.If(disk is null, "a disk for the test can only be mounted by root on Linux");
        using var ending = new CancellationTokenSource();
        long newestWhileBroken = 0;
        RecordingObserver observer = new RecordingObserver().At(BreaksAt, () => disk.Break(becomesReadOnly));
        observer.Heard = _ =>
        {
            if (Reports(observer) == ReportsUntilMended)
            {
                using CheckpointFile? newest = new CheckpointStore(disk.Folder, 2).ReadNewest(message => Assert.Fail(message));
                newestWhileBroken = newest?.Header.Step ?? 0;
                disk.Mend();
                ending.Cancel();
            }
        };

        TrainingResult result = await LocalTraining.RunAsync(tiny.Request("out", 2), observer, ending.Token);

        long steps = result.Summary.Steps;
        Assert.Equal(RunEndKind.Stopped, result.End.Kind);
        Assert.InRange(newestWhileBroken, 1, BreaksAt);
        Assert.EndsWith($"{steps}.checkpoint", result.Summary.Checkpoint, StringComparison.Ordinal);
        using var undisturbed = new TinyRun(Steps(steps));
        TrainingResult expected = await LocalTraining.RunAsync(undisturbed.Request("out"), TrainingObserver.None, default);
        Assert.Equal(expected.Summary.WeightsSha256, result.Summary.WeightsSha256);
    }

    [SkippableFact]
    public async Task LastCheckpoint_OnAFullDisk_IsReportedAndTheOneBeforeStays()
    {
        using var tiny = new TinyRun(Steps(2000), EverySteps);
        using TinyDisk? disk = TinyDisk.TryMount(Path.Combine(tiny.Out("out"), "checkpoints"));
        Skip.If(disk is null, "a disk for the test can only be mounted by root on Linux");
        RecordingObserver observer = new RecordingObserver().At(BreaksAt, () => disk.Break(readOnly: false));

        TrainingResult result = await LocalTraining.RunAsync(tiny.Request("out"), observer, default);

        Assert.Equal(RunEndKind.Completed, result.End.Kind);
        Assert.StartsWith("the checkpoint of step 2000 could not be written", observer.Messages.Last(), StringComparison.Ordinal);
        using CheckpointFile? left = new CheckpointStore(disk.Folder, 2).ReadNewest(message => Assert.Fail(message));
        Assert.InRange(left!.Header.Step, 1, BreaksAt);
        Assert.EndsWith($"{left.Header.Step}.checkpoint", result.Summary.Checkpoint, StringComparison.Ordinal);
    }

    private static string Steps(long steps) => $""" "batchSize": 20, "shards": 8, "steps": {steps} """;

    /// <summary>Never reached; a bound for a run whose disk's failures are never told.</summary>
    private const long StepsMax = 1_000_000;

    private static int Reports(RecordingObserver observer) => observer.Messages.Count(
        message => message.Contains("could not be written", StringComparison.Ordinal)
            && message.Contains("older checkpoints stay", StringComparison.Ordinal));

    /// <summary>A tmpfs of a few pages.</summary>
    private sealed class TinyDisk : IDisposable
    {
        private const string Size = "128k";

        /// <summary>Checkpoints that the run file keeps.</summary>
        private const int Kept = 2;

        private TinyDisk(string folder) => Folder = folder;

        public string Folder { get; }

        /// <returns>Null where this user may not mount.</returns>
        public static TinyDisk? TryMount(string folder)
        {
            Directory.CreateDirectory(folder);
            return OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={Size}", "tmpfs", folder)
                ? new TinyDisk(folder)
                : null;
        }

        public void Break(bool readOnly)
        {
            if (readOnly)
            {
                // Refused for as long as a checkpoint is being written.
                while (!Run("mount", "-o", "remount,ro", Folder))
                {
                    Thread.Yield();
                }

                return;
            }

            // A checkpoint under way would give the place of the oldest one back to the full disk, so fill it until a time when
            // none was under way and nothing more went in.
            do
            {
                while (Directory.GetFiles(Folder, "*.checkpoint") is { Length: > Kept } or { Length: 0 }
                    || Directory.GetFiles(Folder, "*.tmp").Length > 0)
                {
                    Thread.Yield();
                }
            }
            while (Fill() > 0);
        }

        public void Mend()
        {
            Run("mount", "-o", "remount,rw", Folder);
            File.Delete(Path.Combine(Folder, "filler"));
        }

        /// <returns>Bytes that went in.</returns>
        private long Fill()
        {
            var filler = new FileInfo(Path.Combine(Folder, "filler"));
            long before = filler.Exists ? filler.Length : 0;
            try
            {
                using FileStream stream = filler.Open(FileMode.Append);
                while (true)
                {
                    stream.Write(new byte[4096]);
                    stream.Flush();
                }
            }
            catch (IOException)
            {
                // Full: meant.
            }

            filler.Refresh();
            return filler.Length - before;
        }

        public void Dispose() => Run("umount", "--lazy", Folder);

        private static bool Run(string program, params string[] arguments)
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
    }
}
