namespace DistTrain.Models;

/// <summary>
/// Mean of each channel's whole plane, whatever its size: (channels, height, width) to (channels)
/// (Lin, Chen and Yan 2014, section 3.2).
/// </summary>
public sealed record GlobalAveragePool2dSpec : LayerSpec
{
    public override string Kind => "globalAveragePool2d";

    internal override bool KeepsScale => true;

    internal override Layer Build(LayerContext context)
    {
        context.RequireRank(3, "(channels, height, width)");
        (int Height, int Width) plane = (context.Input[1], context.Input[2]);
        return new GlobalAveragePool2dLayer(context, WindowGeometry.Create(context, plane, (1, 1), (0, 0)));
    }
}
