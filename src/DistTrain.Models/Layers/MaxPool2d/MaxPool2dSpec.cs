namespace DistTrain.Models;

/// <summary>Largest element of each window; of equal ones the first in row-major order.</summary>
public sealed record MaxPool2dSpec(int WindowHeight, int WindowWidth) : Pool2dSpec(WindowHeight, WindowWidth)
{
    public override string Kind => "maxPool2d";

    private protected override Layer Build(LayerContext context, WindowGeometry window) => new MaxPool2dLayer(context, window);
}
