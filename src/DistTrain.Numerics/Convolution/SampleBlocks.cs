using System.Diagnostics.CodeAnalysis;
using DistTrain.Numerics.Convolution;
using DistTrain.Numerics.Products;

namespace DistTrain.Numerics;

/// <summary>The layout of convolutions and pools: sixteen samples side by side, shape (blocks, width, 16).</summary>
/// <remarks>
/// A vector holds one element of sixteen samples, so that channels, planes and windows of any size fill it. The last
/// block is filled up: with zeros by <see cref="FromRows"/>, with whatever is computed from them later on.
/// </remarks>
public static unsafe class SampleBlocks
{
    /// <summary>Samples of a block.</summary>
    public const int Lanes = 16;

    /// <summary>Blocks that hold so many samples.</summary>
    public static int Count(int samples) => (samples + Lanes - 1) / Lanes;

    /// <summary>Floats of all blocks.</summary>
    /// <param name="width">Floats of a sample.</param>
    public static int Length(int samples, int width) => checked(Count(samples) * Lanes * width);

    /// <param name="rows">Shape (samples, width).</param>
    /// <param name="blocks">Shape (Count(samples), width, 16). Overwritten.</param>
    public static void FromRows(int samples, int width, ReadOnlySpan<float> rows, Span<float> blocks)
    {
        Check("rows", rows.Length, samples * width);
        Check("blocks", blocks.Length, Length(samples, width));
        fixed (float* pRows = rows, pBlocks = blocks)
        {
            float** pointers = stackalloc float*[Lanes];
            float* target = pBlocks;
            for (int first = 0; first < samples; first += Lanes, target += Lanes * width)
            {
                int count = Math.Min(Lanes, samples - first);
                if (count < Lanes)
                {
                    new Span<float>(target, Lanes * width).Clear();
                    for (int lane = 0; lane < count; lane++)
                    {
                        Scatter(pRows + ((nint)(first + lane) * width), width, target + lane);
                    }

                    continue;
                }

                for (int lane = 0; lane < Lanes; lane++)
                {
                    pointers[lane] = pRows + ((nint)(first + lane) * width);
                }

                PanelPacking.PackRows(pointers, width, Lanes, target);
            }
        }
    }

    /// <param name="blocks">Shape (Count(samples), width, 16).</param>
    /// <param name="rows">Shape (samples, width). Overwritten.</param>
    public static void ToRows(int samples, int width, ReadOnlySpan<float> blocks, Span<float> rows)
    {
        Check("rows", rows.Length, samples * width);
        Check("blocks", blocks.Length, Length(samples, width));
        fixed (float* pRows = rows, pBlocks = blocks)
        {
            float* source = pBlocks;
            for (int first = 0; first < samples; first += Lanes, source += Lanes * width)
            {
                int count = Math.Min(Lanes, samples - first);
                for (int i = 0; i < width; i += Lanes)
                {
                    LaneTransposition.Write(
                        source + (i * Lanes), Lanes, Math.Min(Lanes, width - i), pRows + ((nint)first * width) + i, width, count);
                }
            }
        }
    }

    private static void Scatter(float* row, int width, float* target)
    {
        for (int i = 0; i < width; i++)
        {
            target[i * Lanes] = row[i];
        }
    }

    internal static void Check(string what, int length, int expected)
    {
        if (length != expected)
        {
            Throw(what, length, expected);
        }
    }

    [DoesNotReturn]
    private static void Throw(string what, int length, int expected) =>
        throw new ArgumentException($"{what} have {length:N0} floats, expected {expected:N0}");
}
