namespace DistTrain.Models;

/// <summary>The averagePool2d of a single window as large as the plane, without the two dimensions of 1 that it leaves.</summary>
/// <param name="window">As large as its input's plane.</param>
internal sealed class GlobalAveragePool2dLayer(LayerContext context, WindowGeometry window)
    : Layer(context, context.ShapeOf(window.Channels))
{
    public override LayerLane CreateLane() => new AveragePool2dLane(window);

    public override ReferenceLayer<T> CreateReference<T>() => new AveragePool2dReference<T>(window);
}
