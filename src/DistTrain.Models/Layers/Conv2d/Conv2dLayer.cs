namespace DistTrain.Models;

/// <summary>
/// y[o] = b[o] + Σ over input channels and window of w·x. Weight shape (channels out, channels in, window height, window
/// width), bias shape (channels out,).
/// </summary>
internal sealed class Conv2dLayer : Layer
{
    private readonly Conv2dSpec _spec;
    private readonly bool _feedsRectifier;

    private Conv2dLayer(Conv2dSpec spec, LayerContext context, WindowGeometry window)
        : base(context, context.ShapeOf(spec.Channels, window.OutputHeight, window.OutputWidth))
    {
        _spec = spec;
        _feedsRectifier = context.FeedsRectifier;
        Window = window;
        Weight = AddParameter(context, "weight", [spec.Channels, window.Channels, window.WindowHeight, window.WindowWidth]);
        Bias = spec.Bias ? AddParameter(context, "bias", [spec.Channels]) : null;
    }

    public WindowGeometry Window { get; }

    public int Channels => _spec.Channels;

    public ParameterSlice Weight { get; }

    public ParameterSlice? Bias { get; }

    public static Conv2dLayer Build(Conv2dSpec spec, LayerContext context)
    {
        if (spec.Channels < 1)
        {
            context.Fail($"has {spec.Channels} channels, at least 1 is needed");
        }

        var window = WindowGeometry.Create(
            context,
            (spec.KernelHeight, spec.KernelWidth),
            (spec.StrideHeight, spec.StrideWidth),
            (spec.PaddingHeight, spec.PaddingWidth));
        context.RequireInitialValues(
            spec.InitialWeight, "weight", spec.Channels, window.Channels, window.WindowHeight, window.WindowWidth);
        if (!spec.Bias && spec.InitialBias is not null)
        {
            context.Fail("has initial values for its bias, but no bias: remove one or the other");
        }

        context.RequireInitialValues(spec.InitialBias, "bias", spec.Channels);
        return new Conv2dLayer(spec, context, window);
    }

    public override void InitializeParameters(Span<float> parameters, ulong seed)
    {
        Span<float> weight = parameters.Slice(Weight.Start, Weight.Length);
        int fanIn = Window.Channels * Window.WindowSize;
        int fanOut = Channels * Window.WindowSize;
        InitialWeights.Fill(weight, _spec.InitialWeight, seed, Ordinal, fanIn, fanOut, _feedsRectifier);
        if (Bias is not null)
        {
            Span<float> bias = parameters.Slice(Bias.Start, Bias.Length);
            bias.Clear();
            _spec.InitialBias?.AsSpan().CopyTo(bias);
        }
    }

    public override LayerLane CreateLane() => Conv2dLane.Alone(this);

    public override ReferenceLayer<T> CreateReference<T>() => new Conv2dReference<T>(this);
}
