namespace DistTrain.Numerics.Convolution;

/// <summary>Output gradients of a block's samples, as the left operand of the weight gradient's products.</summary>
internal unsafe interface IGradientPanels : IDisposable
{
    /// <summary>Shape (blocks, outChannels, outHeight, outWidth, 16), height and width halved where they are maxima's.</summary>
    float* Source { get; set; }

    /// <summary>
    /// Of maxima only, shaped alike: the bits of a whole number, which of the window's four positions in row-major order.
    /// </summary>
    float* Winners { get; set; }

    /// <summary>Takes a block apart into its samples.</summary>
    /// <param name="lanes">Samples of it that are wanted.</param>
    void Fill(int block, int lanes);

    /// <summary>Packs (position, outChannel) of some positions, counted through the block's samples.</summary>
    /// <param name="panels">As <see cref="Products.PanelPacking"/> lays them out, and a vector of slack behind them.</param>
    void Pack(int position, int count, float* panels);
}
