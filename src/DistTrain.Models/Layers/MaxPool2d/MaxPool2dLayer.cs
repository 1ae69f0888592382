namespace DistTrain.Models;

/// <summary>The largest element of each window, the first of equal ones in row-major order; padding never wins.</summary>
internal sealed class MaxPool2dLayer(LayerContext context, WindowGeometry window)
    : Layer(context, context.ShapeOf(window.Channels, window.OutputHeight, window.OutputWidth))
{
    public WindowGeometry Window { get; } = window;

    public override LayerLane CreateLane() => new MaxPool2dLane(Window);

    public override ReferenceLayer<T> CreateReference<T>() => new MaxPool2dReference<T>(Window);
}
