namespace DistTrain.Models;

/// <summary>
/// Largest element of each window: (channels, height, width) to (channels, height', width'). Equal ones: the first in row-major order.
/// </summary>
/// <param name="WindowHeight">1 or more.</param>
/// <param name="WindowWidth">1 or more.</param>
/// <remarks>height' = ⌊(height + 2·PaddingHeight − WindowHeight) / StrideHeight⌋ + 1, width' alike.</remarks>
public sealed record MaxPool2dSpec(int WindowHeight, int WindowWidth) : LayerSpec
{
    /// <summary>1 or more; by default the window's height.</summary>
    public int StrideHeight { get; init; } = WindowHeight;

    /// <summary>1 or more; by default the window's width.</summary>
    public int StrideWidth { get; init; } = WindowWidth;

    /// <summary>0 or more, less than the window's height.</summary>
    public int PaddingHeight { get; init; }

    /// <summary>0 or more, less than the window's width.</summary>
    public int PaddingWidth { get; init; }

    public override string Kind => "maxPool2d";

    internal override bool KeepsScale => true;

    internal override Layer Build(LayerContext context) => new MaxPool2dLayer(
        context,
        WindowGeometry.Create(
            context,
            (WindowHeight, WindowWidth),
            (StrideHeight, StrideWidth),
            (PaddingHeight, PaddingWidth)));
}
