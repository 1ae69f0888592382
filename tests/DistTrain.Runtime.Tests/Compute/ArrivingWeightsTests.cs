using System.Collections.Concurrent;
using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Compute;

/// <summary>Computing that begins before all weights are there: what it waits for, what it gives, what releases it.</summary>
public sealed class ArrivingWeightsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TreeNode Root = new(3, 0);

    private readonly TinyRun _tiny = new(""" "batchSize": 40, "shards": 8, "epochs": 3 """);
    private readonly LoadedRun _run;
    private readonly WeightBufferPool _pool;
    private readonly BlockingCollection<ComputedNode> _answers = [];

    public ArrivingWeightsTests()
    {
        _run = LoadedRun.Build(_tiny.Deep, _tiny.Data);
        _pool = new WeightBufferPool(_run.Network.Parameters.Length);
        Assert.Equal(2, _run.Buckets.Count);
    }

    public void Dispose()
    {
        _answers.Dispose();
        _pool.Dispose();
        _tiny.Dispose();
    }

    [Theory]
    [InlineData(1, RoundKind.Train)]
    [InlineData(3, RoundKind.Train)]
    [InlineData(2, RoundKind.Evaluate)]
    public void Computer_OnlyTheFrontBucketThere_RunsItsLayersAndWaitsForTheNext(int threads, RoundKind kind)
    {
        using NodeComputer computer = Computer(threads);
        Round round = RoundOf(kind);
        WeightBuffer whole = Weights();
        whole.Retain();
        computer.Start(round, Root, whole);
        float[] expected = SumsOf(Answer());

        // The back layers' weights are not numbers until their bucket is opened.
        int border = _run.Buckets.WeightStart(1);
        WeightBuffer coming = _pool.Rent(new WeightVersion(0));
        coming.Span.Fill(float.NaN);
        var weights = new ArrivingWeights(_run.Buckets, coming.Version);
        weights.Retain();
        computer.Start(round, Root, weights);
        whole.Span[..border].CopyTo(coming.Span);
        weights.Open(0, coming);
        Assert.True(SpinWait.SpinUntil(() => weights.LastAwaited >= border, Patience));
        Assert.Empty(_answers);
        whole.Span[border..].CopyTo(coming.Span[border..]);
        weights.Open(1, coming);
        Assert.Equal(Bits(expected), Bits(SumsOf(Answer())));

        weights.Release();
        coming.Release();
        whole.Release();
        Assert.Throws<InvalidOperationException>(coming.Release);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Computer_AbandonedWhileItWaits_AnswersWithoutSumsAndGoesOn(int bucketsThere)
    {
        using NodeComputer computer = Computer(threads: 2);
        Round round = RoundOf(RoundKind.Train);
        WeightBuffer whole = Weights();
        var weights = new ArrivingWeights(_run.Buckets, whole.Version);
        if (bucketsThere > 0)
        {
            weights.Open(0, whole);
        }

        computer.Start(round, Root, weights);
        Assert.True(SpinWait.SpinUntil(() => weights.LastAwaited >= 0, Patience));
        computer.Abandon();
        ComputedNode answer = Answer();
        Assert.Null(answer.Sums);
        Assert.Null(answer.Defect);

        computer.Start(round, Root, whole);
        Assert.NotEmpty(SumsOf(Answer()));
    }

    /// <summary>The coordinator gives a vector back before it sends weights: one that is taken earlier is another one.</summary>
    [Fact]
    public void Computer_WithoutWeights_TakesNoVectorForItsSums()
    {
        using NodeComputer computer = Computer(threads: 1);
        WeightBuffer whole = Weights();
        var weights = new ArrivingWeights(_run.Buckets, whole.Version);
        var port = new LendingPort(weights);
        computer.Sums = port;
        computer.Start(RoundOf(RoundKind.Train), Root, weights);
        Assert.True(SpinWait.SpinUntil(() => weights.LastAwaited >= 0, Patience));
        weights.Open(0, whole);
        weights.Open(1, whole);
        whole.Release();
        Assert.NotEmpty(SumsOf(Answer()));
        Assert.Equal([true], port.WereThere);
    }

    [Fact]
    public async Task Computer_DisposedWhileItWaits_Ends()
    {
        NodeComputer computer = Computer(threads: 2);
        var weights = new ArrivingWeights(_run.Buckets, new WeightVersion(0));
        computer.Start(RoundOf(RoundKind.Train), Root, weights);
        Assert.True(SpinWait.SpinUntil(() => weights.LastAwaited >= 0, Patience));
        await Task.Run(computer.Dispose).WaitAsync(Patience);
    }

    /// <summary>The first thread has given out a node and waits for the second, which has yet to take it up.</summary>
    [Fact]
    public void Computer_DisposedBeforeAThreadTakesUpItsPart_Ends()
    {
        NodeComputer computer = Computer(threads: 2);
        using var port = new HoldingPort();
        computer.Sums = port;
        computer.Start(RoundOf(RoundKind.Train), Root, Weights());
        SumsOf(Answer());
        Assert.True(port.Holds.Wait(Patience));
        var weights = new ArrivingWeights(_run.Buckets, new WeightVersion(0));
        computer.Start(RoundOf(RoundKind.Train), Root, weights);
        Assert.True(SpinWait.SpinUntil(() => weights.LastAwaited >= 0, Patience));
        var disposing = new Thread(computer.Dispose) { IsBackground = true };
        disposing.Start();
        Assert.True(SpinWait.SpinUntil(() => disposing.ThreadState.HasFlag(ThreadState.WaitSleepJoin), Patience));
        port.LetGo.Set();
        Assert.True(disposing.Join(Patience));
    }

    [Fact]
    public void Open_ABucketInAnotherVector_IsRefused()
    {
        var weights = new ArrivingWeights(_run.Buckets, new WeightVersion(0));
        WeightBuffer one = Weights();
        WeightBuffer other = Weights();
        weights.Open(0, one);
        weights.Open(0, one);
        Assert.Throws<InvalidOperationException>(() => weights.Open(1, other));
        weights.Release();
        one.Release();
        other.Release();
    }

    private NodeComputer Computer(int threads) =>
        new(_run, threads, bucket => bucket.Sums.Release(), _answers.Add);

    private ComputedNode Answer()
    {
        Assert.True(_answers.TryTake(out ComputedNode? answer, Patience));
        return answer;
    }

    private WeightBuffer Weights()
    {
        WeightBuffer weights = _pool.Rent(new WeightVersion(0));
        _run.Network.InitializeParameters(weights.Span, 7);
        return weights;
    }

    private static float[] SumsOf(ComputedNode node)
    {
        float[] sums = node.Sums!.Span.ToArray();
        node.Sums.Release();
        return sums;
    }

    private static int[] Bits(float[] floats) => Array.ConvertAll(floats, BitConverter.SingleToInt32Bits);

    private static Round RoundOf(RoundKind kind) =>
        new(new RoundNumber(1), kind, new WeightVersion(0), 0, 0, kind == RoundKind.Train ? 40 : 30, 8);

    /// <summary>Holds the second compute thread back between its first part and the next.</summary>
    private sealed class HoldingPort : SilentPort, IDisposable
    {
        private volatile bool _hasComputed;

        public ManualResetEventSlim Holds { get; } = new();

        public ManualResetEventSlim LetGo { get; } = new();

        private static bool IsSecond => Thread.CurrentThread.Name == "compute 1";

        public override ISpareWork? SpareWork
        {
            get
            {
                if (IsSecond && _hasComputed)
                {
                    Holds.Set();
                    LetGo.Wait();
                }

                return null;
            }
        }

        public override SumBuffer? TryRentSums()
        {
            if (IsSecond)
            {
                _hasComputed = true;
            }

            return null;
        }

        public void Dispose()
        {
            Holds.Dispose();
            LetGo.Dispose();
        }
    }

    /// <summary>Notes whether weights were there when a vector was asked for.</summary>
    private sealed class LendingPort(ArrivingWeights weights) : SilentPort
    {
        public List<bool> WereThere { get; } = [];

        public override SumBuffer? TryRentSums()
        {
            WereThere.Add(weights.Buffer is not null);
            return null;
        }
    }

    private class SilentPort : ICoordinatorPort
    {
        public virtual ISpareWork? SpareWork => null;

        public virtual SumBuffer? TryRentSums() => null;

        public void Start()
        {
        }

        public void Send(WorkerMessage message)
        {
        }

        public void SendPartial(WorkerMessage.PartialSum header, SumView sums)
        {
        }

        public void ExpectWeights(BucketPlan buckets)
        {
        }

        public void Close(string reason)
        {
        }
    }
}
