using DistTrain.Numerics.Products;

namespace DistTrain.Numerics.Convolution;

/// <summary>Gradients that are there for every output position.</summary>
internal sealed unsafe class DenseGradients<TKernel>(in ConvolutionShape shape) : IGradientPanels
    where TKernel : struct, IMicroKernel
{
    private readonly SampleImages _images = new(
        shape.OutChannels, shape.OutHeight, shape.OutWidth, 0, 0, PanelPacking.RoundUp(shape.OutChannels, TKernel.RowStep));

    private readonly int _outChannels = shape.OutChannels;
    private readonly nint _blockStep = SampleBlocks.Lanes * shape.OutputSize;

    public float* Source { get; set; }

    public float* Winners { get; set; }

    public void Fill(int block, int lanes) => _images.Fill(Source + (block * _blockStep), lanes);

    public void Pack(int position, int count, float* panels) => PanelPacking.PackAlong(
        _images.Image(0) + ((nint)position * _images.PixelStep), _images.PixelStep, _outChannels, count, TKernel.Rows,
        TKernel.RowStep, panels);

    public void Dispose() => _images.Dispose();
}
