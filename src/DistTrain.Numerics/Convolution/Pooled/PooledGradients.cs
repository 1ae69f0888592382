using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DistTrain.Numerics.Products;

namespace DistTrain.Numerics.Convolution;

/// <summary>Gradients of 2 × 2 maxima: of four output positions one has its window's, the others zero.</summary>
internal sealed unsafe class PooledGradients<TKernel>(in ConvolutionShape shape) : IGradientPanels
    where TKernel : struct, IMicroKernel
{
    private readonly SampleImages _gradients = Images(shape);
    private readonly SampleImages _winners = Images(shape);
    private readonly int _outChannels = shape.OutChannels, _outHeight = shape.OutHeight, _outWidth = shape.OutWidth;
    private readonly nint _blockStep =
        (nint)SampleBlocks.Lanes * shape.OutChannels * (shape.OutHeight / 2) * (shape.OutWidth / 2);

    public float* Source { get; set; }

    public float* Winners { get; set; }

    public void Fill(int block, int lanes)
    {
        _gradients.Fill(Source + (block * _blockStep), lanes);
        _winners.Fill(Winners + (block * _blockStep), lanes);
    }

    public void Pack(int position, int count, float* panels)
    {
        for (int first = 0; first < _outChannels; first += TKernel.Rows)
        {
            int width = PanelPacking.RoundUp(Math.Min(TKernel.Rows, _outChannels - first), TKernel.RowStep);
            PackPanel(position, count, first, width, panels);
            panels += (nint)count * width;
        }
    }

    public void Dispose()
    {
        _gradients.Dispose();
        _winners.Dispose();
    }

    private static SampleImages Images(in ConvolutionShape shape) => new(
        shape.OutChannels, shape.OutHeight / 2, shape.OutWidth / 2, 0, 0,
        PanelPacking.RoundUp(shape.OutChannels, TKernel.RowStep));

    /// <summary>Stores whole vectors, ascending: what is too much is overwritten by the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PackPanel(int position, int count, int first, int width, float* panel)
    {
        int outWidth = _outWidth, positionCount = _outHeight * outWidth, step = _gradients.PixelStep;
        int pooledWidth = outWidth / 2 * 2, pooledHeight = _outHeight / 2 * 2;
        int sample = position / positionCount, y = position % positionCount / outWidth;
        int x = position % positionCount % outWidth;
        while (count > 0)
        {
            int line = (sample * _gradients.ImageStep) + (y / 2 * _gradients.LineStep) + first;
            float* gradients = _gradients.Image(0) + line, winners = _winners.Image(0) + line;
            int end = Math.Min(outWidth, x + count), code = (y & 1) * 2;
            count -= end - x;
            for (; x < end; x++, panel += width)
            {
                Vector512<float> value = Vector512<float>.Zero;
                if (y < pooledHeight && x < pooledWidth)
                {
                    int at = x / 2 * step;
                    var isWinner = Vector512.Equals(
                        Vector512.Load(winners + at).AsInt32(), Vector512.Create(code + (x & 1)));

                    // A gradient of −0 becomes +0, as where it is added to the others'.
                    value = (Vector512.Load(gradients + at) + Vector512<float>.Zero) & isWinner.AsSingle();
                }

                value.Store(panel);
            }

            x = 0;
            if (++y == _outHeight)
            {
                y = 0;
                sample++;
            }
        }
    }
}
