namespace DistTrain.Models;

/// <summary>The mean of each window; padding counts as zeros.</summary>
internal sealed class AveragePool2dLayer(LayerContext context, WindowGeometry window)
    : Layer(context, context.ShapeOf(window.Channels, window.OutputHeight, window.OutputWidth))
{
    public WindowGeometry Window { get; } = window;

    public override LayerLane CreateLane() => new AveragePool2dLane(Window);

    public override ReferenceLayer<T> CreateReference<T>() => new AveragePool2dReference<T>(Window);
}
