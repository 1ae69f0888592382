using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Convolution;

/// <summary>Patches as a matrix: row (inChannel, ky, kx), column = output position, for some output rows of a sample.</summary>
/// <remarks>
/// K. Chellapilla, S. Puri and P. Simard, "High Performance Convolutional Neural Networks for Document Processing"
/// (2006). Only as many output rows as fit the second-level cache are laid out at a time.
/// </remarks>
internal static unsafe class PatchMatrix
{
    /// <summary>Floats; 256 KiB.</summary>
    private const int LengthMost = 64 << 10;

    /// <summary>Output rows whose patches are laid out at a time.</summary>
    public static int RowsAtATime(in ConvolutionShape shape, int positionsMost)
    {
        int positions = Math.Min(positionsMost, LengthMost / shape.PatchSize);
        return Math.Clamp(positions / shape.OutWidth, 1, shape.OutHeight);
    }

    /// <summary>Surrounds a sample's input with zeros.</summary>
    /// <param name="padded">Shape (inChannels, paddedHeight, paddedWidth), zeros at the border.</param>
    public static void Pad(in ConvolutionShape shape, float* input, float* padded)
    {
        float* row = padded + (shape.Padding * shape.PaddedWidth) + shape.Padding;
        for (int channel = 0; channel < shape.InChannels; channel++)
        {
            for (int y = 0; y < shape.Height; y++, input += shape.Width)
            {
                new ReadOnlySpan<float>(input, shape.Width)
                    .CopyTo(new Span<float>(row + (y * shape.PaddedWidth), shape.Width));
            }

            row += shape.PaddedHeight * shape.PaddedWidth;
        }
    }

    /// <summary>The inverse of <see cref="Pad"/>: copies the inside.</summary>
    public static void Unpad(in ConvolutionShape shape, float* padded, float* input)
    {
        float* row = padded + (shape.Padding * shape.PaddedWidth) + shape.Padding;
        for (int channel = 0; channel < shape.InChannels; channel++)
        {
            for (int y = 0; y < shape.Height; y++, input += shape.Width)
            {
                new ReadOnlySpan<float>(row + (y * shape.PaddedWidth), shape.Width)
                    .CopyTo(new Span<float>(input, shape.Width));
            }

            row += shape.PaddedHeight * shape.PaddedWidth;
        }
    }

    /// <summary>Lays out the patches of output rows [firstRow, firstRow + rowCount).</summary>
    /// <param name="padded">The sample's input, padded.</param>
    /// <param name="stride">Floats from one row of the matrix to the next; what lies beyond the positions becomes 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(
        in ConvolutionShape shape, float* padded, int firstRow, int rowCount, float* patches, int stride)
    {
        int width = shape.OutWidth, lineStep = shape.Stride * shape.PaddedWidth, tail = stride - (rowCount * width);
        for (int channel = 0; channel < shape.InChannels; channel++)
        {
            for (int ky = 0; ky < shape.KernelHeight; ky++)
            {
                float* line = padded + (((channel * shape.PaddedHeight) + (firstRow * shape.Stride) + ky) * shape.PaddedWidth);
                for (int kx = 0; kx < shape.KernelWidth; kx++)
                {
                    CopyLines(line + kx, lineStep, shape.Stride, width, rowCount, patches);
                    patches += rowCount * width;
                    for (int i = 0; i < tail; i++)
                    {
                        patches[i] = 0;
                    }

                    patches += tail;
                }
            }
        }
    }

    /// <summary>Adds the matrix back to where its patches came from: kernel rows descending, columns ascending.</summary>
    /// <param name="padded">Shape (inChannels, paddedHeight, paddedWidth); added to.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddBack(
        in ConvolutionShape shape, float* patches, int stride, int firstRow, int rowCount, float* padded)
    {
        int width = shape.OutWidth, lineStep = shape.Stride * shape.PaddedWidth;
        for (int channel = 0; channel < shape.InChannels; channel++)
        {
            for (int ky = shape.KernelHeight - 1; ky >= 0; ky--)
            {
                float* line = padded + (((channel * shape.PaddedHeight) + (firstRow * shape.Stride) + ky) * shape.PaddedWidth);
                float* patch = patches + ((nint)((channel * shape.KernelHeight) + ky) * shape.KernelWidth * stride);
                for (int kx = 0; kx < shape.KernelWidth; kx++, patch += stride)
                {
                    AddLines(patch, width, rowCount, line + kx, lineStep, shape.Stride);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyLines(float* source, int lineStep, int step, int width, int lines, float* target)
    {
        if (step == 1 && width >= 8)
        {
            for (; lines > 0; lines--, source += lineStep, target += width)
            {
                for (int x = 0; x < width - 8; x += 8)
                {
                    Vector256.Load(source + x).Store(target + x);
                }

                Vector256.Load(source + width - 8).Store(target + width - 8);
            }

            return;
        }

        for (; lines > 0; lines--, source += lineStep, target += width)
        {
            for (int x = 0; x < width; x++)
            {
                target[x] = source[x * step];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddLines(float* source, int width, int lines, float* target, int lineStep, int step)
    {
        for (; lines > 0; lines--, source += width, target += lineStep)
        {
            int x = 0;
            if (step == 1)
            {
                for (; x + 8 <= width; x += 8)
                {
                    (Vector256.Load(target + x) + Vector256.Load(source + x)).Store(target + x);
                }

                for (; x + 4 <= width; x += 4)
                {
                    (Vector128.Load(target + x) + Vector128.Load(source + x)).Store(target + x);
                }
            }

            for (; x < width; x++)
            {
                target[x * step] += source[x];
            }
        }
    }
}
