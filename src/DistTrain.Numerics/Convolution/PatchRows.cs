using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Convolution;

/// <summary>
/// What an output position sees of its sample, in a row: lines of a kernel's width, channels innermost, and behind them a 1,
/// which makes the bias's gradient of its column, since fma(δ, 1, sum) is sum + δ.
/// </summary>
/// <remarks>
/// With all the kernel's lines that is the patch matrix of K. Chellapilla, S. Puri and P. Simard, "High Performance
/// Convolutional Neural Networks for Document Processing" (2006). With one line, a row at every line of the sample, every
/// line of the kernel finds its part of the patches in the same rows, some lines further down.
/// </remarks>
internal readonly unsafe struct PatchRows
{
    /// <summary>Lines of a row.</summary>
    public required int Lines { get; init; }

    /// <summary>Floats of a line.</summary>
    public required int Length { get; init; }

    /// <summary>Rows from one line of positions to the next.</summary>
    public required int Width { get; init; }

    /// <summary>Lines of positions in a sample.</summary>
    public required int Height { get; init; }

    /// <summary>Floats of the sample from one position to the next to its right.</summary>
    public required int PixelStep { get; init; }

    /// <summary>Floats of the sample from one line of positions to the next.</summary>
    public required int LineStep { get; init; }

    /// <summary>Floats from row to row; 15 more may be written behind a row, or behind it and its 1.</summary>
    public required int Stride { get; init; }

    /// <summary>Floats of a kernel's line.</summary>
    public static int LengthOf(in ConvolutionShape shape) => shape.KernelWidth * shape.InChannels;

    /// <summary>All lines of the kernel at every output position.</summary>
    public static PatchRows Whole(in ConvolutionShape shape, SampleImages images, int stride) => new()
    {
        Lines = shape.KernelHeight,
        Length = LengthOf(shape),
        Width = shape.OutWidth,
        Height = shape.OutHeight,
        PixelStep = shape.StrideWidth * images.PixelStep,
        LineStep = shape.StrideHeight * images.LineStep,
        Stride = stride,
    };

    /// <summary>One line, at every line of the sample.</summary>
    public static PatchRows Single(in ConvolutionShape shape, SampleImages images, int stride) => new()
    {
        Lines = 1,
        Length = LengthOf(shape),
        Width = shape.OutWidth,
        Height = shape.PaddedHeight,
        PixelStep = shape.StrideWidth * images.PixelStep,
        LineStep = images.LineStep,
        Stride = stride,
    };

    /// <summary>Lays out the rows of some positions, counted through the samples of the block.</summary>
    /// <param name="rows">Shape (count, stride) and slack.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(SampleImages images, int position, int count, float* rows)
    {
        int positions = Height * Width, sample = position / positions, inSample = position % positions;
        int y = inSample / Width, x = inSample % Width;
        int length = Length, lines = Lines, stride = Stride, width = Width, height = Height;
        int pixelStep = PixelStep, lineStep = LineStep, imageLineStep = images.LineStep;
        float* line = images.Image(sample) + (y * lineStep);
        float* source = line + (x * pixelStep);
        for (; count > 0; count--, rows += stride, source += pixelStep)
        {
            // Whole vectors: what is too much is overwritten by the next line, or not used.
            float* from = source, to = rows;
            if (length <= 8)
            {
                for (int i = 0; i < lines; i++, from += imageLineStep, to += length)
                {
                    Vector256.Load(from).Store(to);
                }
            }
            else
            {
                for (int i = 0; i < lines; i++, from += imageLineStep, to += length)
                {
                    for (int j = 0; j < length; j += SampleBlocks.Lanes)
                    {
                        Vector512.Load(from + j).Store(to + j);
                    }
                }
            }

            *to = 1;
            if (++x < width)
            {
                continue;
            }

            x = 0;
            line += lineStep;
            if (++y == height)
            {
                y = 0;
                line = images.Image(++sample);
            }

            source = line - pixelStep;
        }
    }
}
