namespace DistTrain.Models;

/// <summary>What the poolings have in common: one value for each window, (channels, height, width) to (channels, height', width').</summary>
/// <param name="WindowHeight">1 or more.</param>
/// <param name="WindowWidth">1 or more.</param>
/// <remarks>height' = ⌊(height + 2·PaddingHeight − WindowHeight) / StrideHeight⌋ + 1, width' alike.</remarks>
public abstract record Pool2dSpec(int WindowHeight, int WindowWidth) : LayerSpec
{
    /// <summary>1 or more; by default the window's height.</summary>
    public int StrideHeight { get; init; } = WindowHeight;

    /// <summary>1 or more; by default the window's width.</summary>
    public int StrideWidth { get; init; } = WindowWidth;

    /// <summary>0 or more, less than the window's height.</summary>
    public int PaddingHeight { get; init; }

    /// <summary>0 or more, less than the window's width.</summary>
    public int PaddingWidth { get; init; }

    internal override bool KeepsScale => true;

    internal override Layer Build(LayerContext context) => Build(
        context,
        WindowGeometry.Create(
            context, (WindowHeight, WindowWidth), (StrideHeight, StrideWidth), (PaddingHeight, PaddingWidth)));

    private protected abstract Layer Build(LayerContext context, WindowGeometry window);
}
