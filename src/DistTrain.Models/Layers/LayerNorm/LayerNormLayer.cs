namespace DistTrain.Models;

/// <summary>y = γ·(x − mean) / √(variance + ε) + β over a sample's elements. Weight γ and bias β have the sample's shape.</summary>
internal sealed class LayerNormLayer : Layer
{
    public LayerNormLayer(LayerNormSpec spec, LayerContext context)
        : base(context, context.Input)
    {
        Epsilon = spec.Epsilon;
        Weight = AddParameter(context, "weight", context.Input.Dimensions);
        Bias = AddParameter(context, "bias", context.Input.Dimensions);
    }

    public float Epsilon { get; }

    /// <summary>γ, from 1.</summary>
    public ParameterSlice Weight { get; }

    /// <summary>β, from 0; follows the weight without a gap.</summary>
    public ParameterSlice Bias { get; }

    public override void InitializeParameters(Span<float> parameters, ulong seed)
    {
        parameters.Slice(Weight.Start, Weight.Length).Fill(1);
        parameters.Slice(Bias.Start, Bias.Length).Clear();
    }

    public override LayerLane CreateLane() => new LayerNormLane(this);

    public override ReferenceLayer<T> CreateReference<T>() => new LayerNormReference<T>(this);
}
