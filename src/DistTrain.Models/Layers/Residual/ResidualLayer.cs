namespace DistTrain.Models;

/// <summary>y = x + f(x), f a chain of layers that keeps the shape.</summary>
internal sealed class ResidualLayer : Layer
{
    private ResidualLayer(LayerContext context, LayerChain inner)
        : base(context, context.Input) => Inner = inner;

    public LayerChain Inner { get; }

    public override bool HasParameters => Inner.HasParameters;

    public override Layer? NeedsSeveralRows => Inner.NeedsSeveralRows;

    public static ResidualLayer Build(ResidualSpec spec, LayerContext context)
    {
        if (spec.Layers.IsDefaultOrEmpty)
        {
            context.Fail("has no layers inside, at least 1 is needed");
        }

        LayerChain inner = context.BuildInner(spec.Layers);
        if (!inner.Output.Equals(context.Input))
        {
            context.Fail($"takes the shape {context.Input}, but its inner layers end in {inner.Output}: they must keep the shape");
        }

        return new ResidualLayer(context, inner);
    }

    public override void InitializeParameters(Span<float> parameters, ulong seed) =>
        Inner.InitializeParameters(parameters, seed);

    public override LayerLane CreateLane() => new ResidualLane(this);

    public override ReferenceLayer<T> CreateReference<T>() => new ResidualReference<T>(this);
}
