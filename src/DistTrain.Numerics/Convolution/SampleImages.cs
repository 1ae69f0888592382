namespace DistTrain.Numerics.Convolution;

/// <summary>A block's samples taken apart: each a plane of pixels with the channels of a pixel side by side.</summary>
internal sealed unsafe class SampleImages : IDisposable
{
    private readonly int _channels, _height, _width, _paddingHeight, _paddingWidth;
    private readonly AlignedBuffer _images;

    /// <param name="paddingHeight">Rows of zeros above and below; across alike.</param>
    public SampleImages(int channels, int height, int width, int paddingHeight, int paddingWidth, int pixelStep)
    {
        _channels = channels;
        _height = height;
        _width = width;
        _paddingHeight = paddingHeight;
        _paddingWidth = paddingWidth;
        PixelStep = pixelStep;
        LineStep = (width + (2 * paddingWidth)) * pixelStep;
        ImageStep = (height + (2 * paddingHeight)) * LineStep;
        _images = new AlignedBuffer(checked((SampleBlocks.Lanes * ImageStep) + Slack));
    }

    /// <summary>Floats from pixel to pixel, line to line and sample to sample.</summary>
    public int PixelStep { get; }

    public int LineStep { get; }

    public int ImageStep { get; }

    public float* Image(int lane) => _images.Pointer + ((nint)lane * ImageStep);

    /// <param name="block">Shape (channels, height, width, 16).</param>
    /// <param name="lanes">Samples that are wanted; the others keep what they had.</param>
    public void Fill(float* block, int lanes)
    {
        for (int y = 0; y < _height; y++)
        {
            float* line = _images.Pointer + ((y + _paddingHeight) * LineStep) + (_paddingWidth * PixelStep);
            float* source = block + (y * _width * SampleBlocks.Lanes);
            if (_channels == 1 && PixelStep == 1)
            {
                FillLine(source, line, lanes);
                continue;
            }

            for (int x = 0; x < _width; x++, line += PixelStep, source += SampleBlocks.Lanes)
            {
                FillPixel(source, line, lanes);
            }
        }
    }

    public void Dispose() => _images.Dispose();

    private void FillLine(float* source, float* line, int lanes)
    {
        for (int x = 0; x < _width; x += SampleBlocks.Lanes)
        {
            LaneTransposition.Write(
                source + (x * SampleBlocks.Lanes), SampleBlocks.Lanes, Math.Min(SampleBlocks.Lanes, _width - x), line + x,
                ImageStep, lanes);
        }
    }

    private void FillPixel(float* source, float* pixel, int lanes)
    {
        nint planeStep = (nint)_height * _width * SampleBlocks.Lanes;
        for (int channel = 0; channel < _channels; channel += SampleBlocks.Lanes)
        {
            LaneTransposition.Write(
                source + (channel * planeStep), planeStep, Math.Min(SampleBlocks.Lanes, _channels - channel), pixel + channel,
                ImageStep, lanes);
        }
    }

    /// <summary>Floats behind the last image, for readers of whole vectors.</summary>
    private const int Slack = 64;
}
