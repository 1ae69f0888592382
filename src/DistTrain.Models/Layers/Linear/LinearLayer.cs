using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>y = x·W + b. Weight shape (inputs, units), bias shape (units,).</summary>
internal sealed class LinearLayer : Layer
{
    private readonly LinearSpec _spec;
    private readonly bool _feedsRectifier;

    public LinearLayer(LinearSpec spec, LayerContext context)
        : base(context, new Shape(spec.Units))
    {
        _spec = spec;
        _feedsRectifier = context.FeedsRectifier;
        Weight = AddParameter(context, "weight", [context.Input.Size, spec.Units]);
        Bias = spec.Bias ? AddParameter(context, "bias", [spec.Units]) : null;
    }

    public ParameterSlice Weight { get; }

    public ParameterSlice? Bias { get; }

    public static LinearLayer Build(LinearSpec spec, LayerContext context)
    {
        if (spec.Units < 1)
        {
            context.Fail($"has {spec.Units} units, at least 1 is needed");
        }

        context.RequireRank(1, $"(features) to make ({spec.Units})");
        context.RequireInitialValues(spec.InitialWeight, "weight", context.Input.Size, spec.Units);
        if (!spec.Bias && spec.InitialBias is not null)
        {
            context.Fail("has initial values for its bias, but no bias: remove one or the other");
        }

        context.RequireInitialValues(spec.InitialBias, "bias", spec.Units);
        return new LinearLayer(spec, context);
    }

    public override void InitializeParameters(Span<float> parameters, ulong seed)
    {
        Span<float> weight = parameters.Slice(Weight.Start, Weight.Length);
        InitialWeights.Fill(weight, _spec.InitialWeight, seed, Ordinal, Input.Size, Output.Size, _feedsRectifier);
        if (Bias is not null)
        {
            Span<float> bias = parameters.Slice(Bias.Start, Bias.Length);
            bias.Clear();
            _spec.InitialBias?.AsSpan().CopyTo(bias);
        }
    }

    public override LayerLane CreateLane() => new LinearLane(this);

    public override ReferenceLayer<T> CreateReference<T>() => new LinearReference<T>(this);
}
