using DistTrain.Models;
using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Nodes;

/// <summary>The fused, sliced update against its plain twin: add everything, then apply the optimizer to the whole.</summary>
public sealed class BucketUpdateTests
{
    private const int Length = (3 * SumSlices.SliceLength) + 4321;
    private const int Start = 77;

    [Theory]
    [InlineData(1, true)]
    [InlineData(4, true)]
    [InlineData(4, false)]
    public void BucketUpdate_AnyNumberOfThreads_EqualsThePlainAdditionAndUpdate(int threads, bool withAddend)
    {
        using var bench = new Bench(threads);
        float[] gradient = bench.Left.Span.ToArray();
        if (withAddend)
        {
            TreeSum.Add(gradient, bench.Right.Span, gradient);
        }

        float[] expected = bench.Current.Span.ToArray();
        bench.Plain.Apply(0, 1, expected, Start, gradient);
        float[] before = bench.Current.Span.ToArray();
        Assert.Equal(-1, bench.Run(withAddend));
        bench.Update.Advance();
        Assert.Equal(expected[Start..(Start + Length)], bench.Next.Span.Slice(Start, Length).ToArray());
        Assert.Equal(before, bench.Current.Span.ToArray());
        Assert.Equal(bench.Plain.State.ToArray(), bench.Update.State.ToArray());
    }

    /// <summary>The run after the first ones tries it (<see cref="StreamingChoice"/>).</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void BucketUpdate_PastTheCaches_HasTheSameBits(int threads)
    {
        using var bench = new Bench(threads);
        Assert.Equal(-1, bench.Run(withAddend: true));
        float[] expected = bench.Next.Span.Slice(Start, Length).ToArray();
        for (int run = 1; run < StreamingChoice.FirstTrialAfter; run++)
        {
            bench.Run(withAddend: true);
        }

        bench.Next.Span.Clear();
        Assert.Equal(-1, bench.Run(withAddend: true));

        Assert.Equal(expected, bench.Next.Span.Slice(Start, Length).ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void BucketUpdate_SeveralValuesThatAreNotFinite_NamesTheFirst(int threads)
    {
        using var bench = new Bench(threads);
        bench.Left.Span[Length - 1] = float.NaN;
        bench.Right.Span[SumSlices.SliceLength + 5] = float.PositiveInfinity;
        Assert.Equal(SumSlices.SliceLength + 5, bench.Run(withAddend: true));
        bench.Left.Span[SumSlices.SliceLength - 1] = float.NaN;
        Assert.Equal(SumSlices.SliceLength - 1, bench.Run(withAddend: true));
    }

    private sealed class Bench : IDisposable
    {
        private readonly SliceCrew _crew;
        private readonly SumBufferPool _sums = new(Length);
        private readonly WeightBufferPool _weights = new(Length + 100);
        private readonly BucketUpdate _bucket;

        public Bench(int threads)
        {
            var layout = new ParameterLayout([new ParameterSlice("w", [Length + 100], 0, ParameterRole.Trained)]);
            var spec = new UpdateSpec(new SgdSpec(0.1f, Momentum: 0.9f), new ConstantSpec(), null);
            Update = new WeightUpdate(spec, layout, 1);
            Plain = new WeightUpdate(spec, layout, 1);
            _crew = new SliceCrew(threads);
            _bucket = new BucketUpdate(Update, _crew);
            Current = _weights.Rent(new WeightVersion(0));
            Next = _weights.Rent(new WeightVersion(1));
            Left = _sums.Rent();
            Right = _sums.Rent();
            PhiloxKey key = new(3, RandomPurpose.Synthetic);
            key.Row(0).FillUniform(Current.Span, -1, 1);
            key.Row(1).FillUniform(Left.Span, -1, 1);
            key.Row(2).FillUniform(Right.Span, -1, 1);
        }

        public WeightUpdate Update { get; }

        public WeightUpdate Plain { get; }

        public WeightBuffer Current { get; }

        public WeightBuffer Next { get; }

        public SumBuffer Left { get; }

        public SumBuffer Right { get; }

        public int Run(bool withAddend) => _bucket.Run(
            0, 1, Current, Next, Start, Length, new SumView(Left, 0, Length), withAddend ? new SumView(Right, 0, Length) : null);

        public void Dispose()
        {
            _crew.Dispose();
            Left.Release();
            Right.Release();
            Current.Release();
            Next.Release();
            _sums.Dispose();
            _weights.Dispose();
            Update.Dispose();
            Plain.Dispose();
        }
    }
}
