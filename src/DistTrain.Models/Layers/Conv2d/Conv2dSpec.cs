using System.Collections.Immutable;

namespace DistTrain.Models;

/// <summary>Cross-correlation over the plane: (channels in, height, width) to (Channels, height', width').</summary>
/// <param name="Channels">Outputs, 1 or more.</param>
/// <param name="KernelHeight">1 or more.</param>
/// <param name="KernelWidth">1 or more.</param>
/// <param name="Bias">Whether each output channel has a bias.</param>
/// <remarks>height' = ⌊(height + 2·PaddingHeight − KernelHeight) / StrideHeight⌋ + 1, width' alike.</remarks>
public sealed record Conv2dSpec(int Channels, int KernelHeight, int KernelWidth, bool Bias = true) : LayerSpec
{
    /// <summary>1 or more.</summary>
    public int StrideHeight { get; init; } = 1;

    /// <summary>1 or more.</summary>
    public int StrideWidth { get; init; } = 1;

    /// <summary>Rows of zeros above and below, 0 or more, less than the kernel's height.</summary>
    public int PaddingHeight { get; init; }

    /// <summary>Columns of zeros left and right, 0 or more, less than the kernel's width.</summary>
    public int PaddingWidth { get; init; }

    /// <summary>Shape (channels out, channels in, kernel height, kernel width), row-major. Null: drawn from the seed.</summary>
    public ImmutableArray<float>? InitialWeight { get; init; }

    /// <summary>Shape (channels out,). Null: zeros.</summary>
    public ImmutableArray<float>? InitialBias { get; init; }

    public override string Kind => "conv2d";

    internal override Layer Build(LayerContext context) => Conv2dLayer.Build(this, context);
}
