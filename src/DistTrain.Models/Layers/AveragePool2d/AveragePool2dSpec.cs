namespace DistTrain.Models;

/// <summary>Mean of each window, padding's zeros counted.</summary>
public sealed record AveragePool2dSpec(int WindowHeight, int WindowWidth) : Pool2dSpec(WindowHeight, WindowWidth)
{
    public override string Kind => "averagePool2d";

    private protected override Layer Build(LayerContext context, WindowGeometry window) =>
        new AveragePool2dLayer(context, window);
}
