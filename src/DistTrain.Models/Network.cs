using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>A model ready to run: its layers in order and the layout of its one flat parameter vector. Immutable.</summary>
public sealed class Network
{
    private Network(ModelSpec spec) => Spec = spec;

    public ModelSpec Spec { get; }

    public ParameterLayout Parameters => throw new NotSupportedException();

    /// <summary>Shape of one sample's output.</summary>
    public Shape Output => throw new NotSupportedException();

    /// <summary>Floats of one target row: 1 for class labels, else the output's size.</summary>
    public int TargetWidth => throw new NotSupportedException();

    /// <summary>Floats of a sum vector: one per parameter, then <see cref="MetricSums.Count"/>.</summary>
    public int SumLength => Parameters.Length + MetricSums.Count;

    /// <exception cref="ModelException">A layer does not fit its input; the message names the layer and both shapes.</exception>
    public static Network Build(ModelSpec spec) => new(spec);

    /// <summary>Writes the initial weights: the run file's where it gives them, else drawn by Philox from the seed.</summary>
    /// <param name="parameters">Shape (Parameters.Length,).</param>
    public void InitializeParameters(Span<float> parameters, ulong seed) => throw new NotSupportedException();

    /// <summary>A workspace for one thread.</summary>
    public NetworkLane CreateLane() => throw new NotSupportedException();
}

/// <summary>Activations and scratch of one compute thread. Buffers grow to the largest slice seen and then stay.</summary>
public sealed class NetworkLane : IDisposable
{
    /// <summary>Forward and backward over the slice; writes the tree sum over its shards.</summary>
    /// <param name="parameters">Shape (Parameters.Length,).</param>
    /// <param name="sums">
    /// Shape (SumLength,). Overwritten: gradient sums (running statistics' sums in their slots), then metric sums.
    /// </param>
    public void ComputeSums(ReadOnlySpan<float> parameters, in BatchSlice batch, Span<float> sums) =>
        throw new NotSupportedException();

    /// <summary>Forward and loss only, in evaluation mode; writes the tree sum of the metrics over the slice's shards.</summary>
    /// <param name="metricSums">Shape (MetricSums.Count,). Overwritten.</param>
    public void ComputeMetrics(ReadOnlySpan<float> parameters, in BatchSlice batch, Span<float> metricSums) =>
        throw new NotSupportedException();

    /// <summary>Forward in evaluation mode.</summary>
    /// <param name="features">Shape (rows, input width).</param>
    /// <param name="outputs">Shape (rows, output width): what the last layer gives, logits where the loss takes logits.</param>
    public void Predict(ReadOnlySpan<float> parameters, ReadOnlySpan<float> features, int rows, Span<float> outputs) =>
        throw new NotSupportedException();

    public void Dispose()
    {
    }
}

/// <summary>The figures summed over samples beside the gradient; added in tree order like it.</summary>
public static class MetricSums
{
    /// <summary>Floats.</summary>
    public const int Count = 4;

    /// <summary>Σ loss of a sample (not divided by n).</summary>
    public const int Loss = 0;

    /// <summary>Samples whose class was predicted right; 0 for regression.</summary>
    public const int Correct = 1;

    /// <summary>Σ over samples and outputs of |output − target|; 0 for classification.</summary>
    public const int AbsoluteError = 2;

    /// <summary>Σ over samples and outputs of (output − target)²; 0 for classification.</summary>
    public const int SquaredError = 3;
}

/// <summary>A model that cannot be built. The message names the layer.</summary>
public sealed class ModelException(string message) : Exception(message);
