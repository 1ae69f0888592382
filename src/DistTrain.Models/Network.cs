using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>A model ready to run: its layers in order and the layout of its one flat parameter vector. Immutable.</summary>
public sealed class Network
{
    private Network(ModelSpec spec, LayerChain layers, ParameterLayout parameters, Loss loss)
    {
        Spec = spec;
        Layers = layers;
        Parameters = parameters;
        Loss = loss;
    }

    public ModelSpec Spec { get; }

    public ParameterLayout Parameters { get; }

    /// <summary>Shape of one sample's output.</summary>
    public Shape Output => Layers.Output;

    /// <summary>Floats of one target row: 1 for class labels, else the output's size.</summary>
    public int TargetWidth => Loss.TargetWidth;

    /// <summary>Floats of a sum vector: one per parameter, then <see cref="MetricSums.Count"/>.</summary>
    public int SumLength => Parameters.Length + MetricSums.Count;

    internal LayerChain Layers { get; }

    internal Loss Loss { get; }

    /// <exception cref="ModelException">A layer does not fit its input; the message names the layer and both shapes.</exception>
    public static Network Build(ModelSpec spec)
    {
        var collector = new ParameterCollector();
        LayerChain layers = LayerChain.Build(collector, spec.Layers, spec.Input, prefix: "", isFirst: true);
        if ((spec.Layers.LastOrDefault(), spec.Loss) is
            (SoftmaxSpec, SoftmaxCrossEntropySpec) or (SoftmaxSpec or SigmoidSpec, BinaryCrossEntropyWithLogitsSpec))
        {
            throw new ModelException(
                $"layer {layers.Layers[^1].Name} ({spec.Layers[^1].Kind}) stands before the loss {spec.Loss.Kind}, which takes logits: "
                + "remove the layer");
        }

        return new Network(spec, layers, collector.ToLayout(), spec.Loss.Build(layers.Output));
    }

    /// <summary>Writes the initial weights: the run file's where it gives them, else drawn by Philox from the seed.</summary>
    /// <param name="parameters">Shape (Parameters.Length,).</param>
    public void InitializeParameters(Span<float> parameters, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(parameters.Length, Parameters.Length);
        Layers.InitializeParameters(parameters, seed);
    }

    /// <summary>A workspace for one thread.</summary>
    public NetworkLane CreateLane() => new(this);

    /// <summary>
    /// Name of the first layer that learns nothing from a shard of one row: a batch normalisation of features, whose deviation
    /// from the shard's mean is then 0. Null: there is none.
    /// </summary>
    public string? NeedsSeveralRows => Layers.NeedsSeveralRows?.Name;

    /// <summary>Whether features must be indices: an embedding reads them, and <see cref="FindMisfit"/> can find any.</summary>
    public bool ReadsIndices => Layers.Layers is [EmbeddingLayer, ..];

    /// <summary>Looks for a feature that the first layer cannot take. Rows that have one must not be computed with.</summary>
    /// <param name="features">Shape (rows, input width).</param>
    /// <returns>The first one's position in <paramref name="features"/> and what is wrong with it; null: all can be taken.</returns>
    public (int Position, string Problem)? FindMisfit(ReadOnlySpan<float> features)
    {
        if (Layers.Layers is [EmbeddingLayer embedding, ..])
        {
            for (int position = 0; position < features.Length; position++)
            {
                if (embedding.FindMisfit(features[position]) is { } problem)
                {
                    return (position, problem);
                }
            }
        }

        return null;
    }
}
