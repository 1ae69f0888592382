using DistTrain.Numerics;

namespace DistTrain.Runtime.Tests.Checkpoints;

public sealed class CheckpointStoreTests
{
    [Fact]
    public void ReadNewest_DamagedAtAnyOfManyPlaces_UsesTheOneBefore()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.Path, keep: 3);
        Write(store, 10, 0.5f);
        string newest = Write(store, 20, 0.25f);
        byte[] whole = File.ReadAllBytes(newest);
        var random = new Random(20261122);
        for (int trial = 0; trial < 200; trial++)
        {
            byte[] damaged = [.. whole];
            int place = random.Next(damaged.Length);
            if (trial % 2 == 0)
            {
                damaged = damaged[..place];
            }
            else
            {
                damaged[place] ^= (byte)(1 << random.Next(8));
            }

            File.WriteAllBytes(newest, damaged);
            var said = new List<string>();

            using CheckpointFile? used = store.ReadNewest(said.Add);

            Assert.Equal(10, used?.Header.Step);
            Assert.Contains(newest, Assert.Single(said), StringComparison.Ordinal);
        }

        File.WriteAllBytes(newest, whole);
        using CheckpointFile? healed = store.ReadNewest(message => Assert.Fail(message));
        Assert.Equal(20, healed?.Header.Step);
    }

    [Fact]
    public void Write_ThenRead_GivesEveryBitBack()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.Path, keep: 1);
        float[] weights = [1f, -0f, float.Epsilon, float.MaxValue, 1f / 3];
        float[] state = [2f, 3f, .. Enumerable.Range(0, 600_000).Select(i => i / 7f)];
        CheckpointHeader header = Header(7, weights.Length, state.Length) with
        {
            Progress = new RunProgress
            {
                EpochLossSum = 1.0 / 3,
                EpochRows = 5,
                LastEpoch = new EpochFigures(2, 7, 0.1, 0.9, new EvaluationFigures(3, 0.2, 0.8, null, null), 1.5, 100),
                BestValue = 0.75,
                Evaluated = true,
            },
        };

        store.Write(header, Bytes(weights), Floats(state));
        using CheckpointFile? read = store.ReadNewest(message => Assert.Fail(message));

        Assert.Equal(header, read!.Header);
        Assert.Equal(Bytes(weights).ToArray(), System.Runtime.InteropServices.MemoryMarshal.AsBytes(read.Weights.Span).ToArray());
        Assert.Equal(state, read.State.Span.ToArray());
    }

    [Fact]
    public void Write_MoreThanAreKept_LeavesTheNewestAndNoTemporaryFiles()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.Path, keep: 2);
        for (int step = 1; step <= 5; step++)
        {
            Write(store, step, step);
        }

        Assert.Equal(
            ["step-0000000005.checkpoint", "step-0000000004.checkpoint"], store.Files().Select(Path.GetFileName));
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
    }

    [Fact]
    public void Write_WhereNothingCanBeWritten_ThrowsAndKeepsTheOlderOnes()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.Path, keep: 2);
        Write(store, 1, 1);
        Directory.CreateDirectory(folder["step-0000000002.checkpoint.tmp"]);

        Assert.ThrowsAny<Exception>(() => Write(store, 2, 2));

        using CheckpointFile? used = store.ReadNewest(message => Assert.Fail(message));
        Assert.Equal(1, used?.Header.Step);
    }

    [Fact]
    public void Write_AfterADamagedOneWasFound_KeepsTheWholeOnes()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.Path, keep: 1);
        File.Delete(Write(store, 10, 1));
        string damaged = Write(store, 20, 2);
        File.WriteAllText(damaged, "torn");
        Write(new CheckpointStore(folder.Path, keep: 2), 12, 1);
        store.ReadNewest(_ => { })?.Dispose();

        Write(store, 15, 3);

        using CheckpointFile? used = store.ReadNewest(message => Assert.Fail(message));
        Assert.Equal(15, used?.Header.Step);
        Assert.Equal(
            ["step-0000000015.checkpoint", "step-0000000020.checkpoint.damaged"],
            Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(1, store.Clear());
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    /// <summary>As of a disk that is not mounted: it may well be whole.</summary>
    [Fact]
    public void ReadNewest_OneThatCannotBeRead_IsRefusedAndStays()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.Path, keep: 2);
        Write(store, 10, 1);
        string newest = folder["step-0000000020.checkpoint"];
        File.CreateSymbolicLink(newest, folder["not mounted"]);

        TrainingException refusal = Assert.Throws<TrainingException>(() => store.ReadNewest(message => Assert.Fail(message)));

        Assert.StartsWith($"{newest} cannot be read (", refusal.Message, StringComparison.Ordinal);
        Assert.NotNull(new FileInfo(newest).LinkTarget);
    }

    [Fact]
    public void ReadNewest_ForeignFiles_AreNoCheckpoints()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["step-0000000009.checkpoint"], "something else that is long enough to have a header");
        File.WriteAllText(folder["step-abc.checkpoint"], "");
        var said = new List<string>();

        Assert.Null(new CheckpointStore(folder.Path, 1).ReadNewest(said.Add));
        Assert.Single(said);
    }

    private static string Write(CheckpointStore store, long step, float value)
    {
        float[] weights = [.. Enumerable.Repeat(value, 300)];
        return store.Write(Header(step, weights.Length, 2), Bytes(weights), Floats([1, 2]));
    }

    private static CheckpointHeader Header(long step, int parameters, int state) => new()
    {
        Term = 3,
        Step = step,
        RunHash = "aa",
        DataHash = "bb",
        RunJson = "{}",
        ParameterCount = parameters,
        StateCount = state,
        Progress = new RunProgress(),
    };

    private static AlignedBuffer Floats(float[] values)
    {
        var floats = new AlignedBuffer(values.Length);
        values.CopyTo(floats.Span);
        return floats;
    }

    private static ReadOnlyMemory<byte> Bytes(float[] floats) =>
        System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(floats).ToArray();
}
