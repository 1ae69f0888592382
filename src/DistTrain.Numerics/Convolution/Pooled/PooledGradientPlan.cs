using DistTrain.Numerics.Products;

namespace DistTrain.Numerics.Convolution;

/// <summary>How the weight gradient of a convolution with maxima is cut up, so that its parts fit the first-level cache.</summary>
/// <remarks>
/// Rows of b (<see cref="PatchRows"/>) hold the whole patch where it is short, else one line of the kernel; then there are
/// as many bands of columns as the kernel has lines. A band is cut into tiles of up to <see cref="WinnerTile.VectorsMost"/>
/// vectors.
/// </remarks>
internal readonly struct PooledGradientPlan
{
    /// <summary>Floats of b that are read again and again, 28 KiB.</summary>
    private const int CachedMost = 7 << 10;

    public PooledGradientPlan(in ConvolutionShape shape)
    {
        IsWhole = shape.PatchSize < WinnerTile.VectorsMost * SampleBlocks.Lanes;
        Bands = IsWhole ? 1 : shape.KernelHeight;
        BandFloats = IsWhole ? shape.PatchSize : PatchRows.LengthOf(shape);
        int vectors = (BandFloats + SampleBlocks.Lanes) / SampleBlocks.Lanes;
        TilesOfBand = (vectors + WinnerTile.VectorsMost - 1) / WinnerTile.VectorsMost;
        Vectors = (vectors + TilesOfBand - 1) / TilesOfBand;

        int most = Math.Max(1, CachedMost / (shape.OutWidth * Vectors * SampleBlocks.Lanes));
        Lines = PanelPacking.Balanced(shape.OutHeight / 2 * 2, most, 2);
        RowsDown = IsWhole ? 1 : shape.StrideHeight;
        RowLines = IsWhole ? Lines : ((Lines - 1) * shape.StrideHeight) + shape.KernelHeight;
    }

    /// <summary>Whether a row of b holds the whole patch.</summary>
    public bool IsWhole { get; }

    /// <summary>Parts of the patch that are worked on one after the other.</summary>
    public int Bands { get; }

    /// <summary>Floats of a patch in a band; a 1 comes behind them.</summary>
    public int BandFloats { get; }

    /// <summary>Tiles of a band, side by side.</summary>
    public int TilesOfBand { get; }

    /// <summary>512-bit vectors that a tile is wide.</summary>
    public int Vectors { get; }

    /// <summary>Floats of a row of b.</summary>
    public int RowStride => TilesOfBand * Vectors * SampleBlocks.Lanes;

    /// <summary>Lines of output positions that are worked on at a time, an even number; the last ones may be fewer.</summary>
    public int Lines { get; }

    /// <summary>Lines of rows of b from one line of output positions to the next.</summary>
    public int RowsDown { get; }

    /// <summary>Lines of rows of b for <see cref="Lines"/>.</summary>
    public int RowLines { get; }
}
