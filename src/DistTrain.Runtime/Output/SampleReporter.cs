using System.Collections.Immutable;
using DistTrain.Data;
using DistTrain.Models;
using DistTrain.Numerics;

namespace DistTrain.Runtime;

/// <summary>Looks at the first training rows with given weights.</summary>
internal static class SampleReporter
{
    /// <param name="weights">The flat parameter vector.</param>
    public static SampleReport Make(LoadedRun run, ReadOnlySpan<float> weights, bool isAfter)
    {
        DataSet part = run.Data.Train;
        int count = Math.Min(RowsMax, part.RowCount);
        int inputs = part.FeatureShape.Size;
        int outputs = run.Network.Output.Size;
        using NetworkLane lane = run.Network.CreateLane();
        using var features = new AlignedBuffer(count * inputs);
        using var targets = new AlignedBuffer(count * part.TargetWidth);
        using var predicted = new AlignedBuffer(count * outputs);
        int[] rows = [.. Enumerable.Range(0, count)];
        part.GatherFeatures(rows, features.Span);
        part.GatherTargets(rows, targets.Span);
        lane.Predict(weights, features.Span, count, predicted.Span);

        ImmutableArray<SampleFigures>.Builder samples = ImmutableArray.CreateBuilder<SampleFigures>(count);
        Span<float> metrics = stackalloc float[MetricSums.Count];
        double lossSum = 0;
        for (int row = 0; row < count; row++)
        {
            Span<float> target = targets.Span.Slice(row * part.TargetWidth, part.TargetWidth);
            lane.ComputeMetrics(weights, OneRow(run, features.Span.Slice(row * inputs, inputs), target), metrics);
            lossSum += metrics[MetricSums.Loss];
            samples.Add(new SampleFigures(
                row, [.. target], [.. predicted.Span.Slice(row * outputs, outputs)], metrics[MetricSums.Loss]));
        }

        return new SampleReport(isAfter, samples.ToImmutable(), lossSum / count, WeightsOf(run, weights));
    }

    private static BatchSlice OneRow(LoadedRun run, ReadOnlySpan<float> features, ReadOnlySpan<float> targets) => new()
    {
        Features = features,
        Targets = targets,
        ShardStarts = OneShard,
        BatchRows = 1,
        FirstRow = 0,
        Seed = run.Run.Training.Seed,
        Epoch = 0,
        Step = 0,
    };

    private static ImmutableArray<TensorFigures> WeightsOf(LoadedRun run, ReadOnlySpan<float> weights)
    {
        if (weights.Length > WeightsMax)
        {
            return [];
        }

        ImmutableArray<TensorFigures>.Builder tensors = ImmutableArray.CreateBuilder<TensorFigures>();
        foreach (ParameterSlice slice in run.Network.Parameters.Slices)
        {
            tensors.Add(new TensorFigures(slice.Name, slice.Shape, [.. weights.Slice(slice.Start, slice.Length)]));
        }

        return tensors.ToImmutable();
    }

    private static ReadOnlySpan<int> OneShard => [0, 1];

    private const int RowsMax = 20;
    private const int WeightsMax = 64;
}
