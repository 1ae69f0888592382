namespace DistTrain.Models;

/// <summary>
/// y = γ·(x − mean) / √(variance + ε) + β per channel; statistics over the rows (and plane) of a shard in training, the
/// running ones in evaluation. All four tensors have the shape (channels,).
/// </summary>
internal sealed class BatchNormLayer : Layer
{
    public BatchNormLayer(BatchNormSpec spec, LayerContext context)
        : base(context, context.Input)
    {
        Epsilon = spec.Epsilon;
        Channels = context.Input[0];
        PlaneSize = context.Input.Size / Channels;
        Weight = AddParameter(context, "weight", [Channels]);
        Bias = AddParameter(context, "bias", [Channels]);
        RunningMean = AddParameter(context, "runningMean", [Channels], ParameterRole.RunningStatistic, spec.Momentum);
        RunningVariance =
            AddParameter(context, "runningVariance", [Channels], ParameterRole.RunningStatistic, spec.Momentum);
    }

    public float Epsilon { get; }

    public int Channels { get; }

    /// <summary>Elements of a channel in one sample; 1 where the input is (features).</summary>
    public int PlaneSize { get; }

    /// <summary>γ, from 1. The four tensors follow each other without gaps.</summary>
    public ParameterSlice Weight { get; }

    /// <summary>β, from 0.</summary>
    public ParameterSlice Bias { get; }

    /// <summary>From 0. Its sum slot carries the shards' means, each weighted by its share of the batch's rows.</summary>
    public ParameterSlice RunningMean { get; }

    /// <summary>
    /// From 1. Its sum slot carries the shards' unbiased variances, weighted like the means; a shard of one element, which has
    /// none, leaves its share of the running variance as it is.
    /// </summary>
    public ParameterSlice RunningVariance { get; }

    /// <remarks>A plane alone has a mean and a variance.</remarks>
    public override Layer? NeedsSeveralRows => PlaneSize == 1 ? this : null;

    public override void InitializeParameters(Span<float> parameters, ulong seed)
    {
        parameters.Slice(Weight.Start, Channels).Fill(1);
        parameters.Slice(Bias.Start, Channels).Clear();
        parameters.Slice(RunningMean.Start, Channels).Clear();
        parameters.Slice(RunningVariance.Start, Channels).Fill(1);
    }

    public override LayerLane CreateLane() => new BatchNormLane(this);

    public override ReferenceLayer<T> CreateReference<T>() => new BatchNormReference<T>(this);
}
