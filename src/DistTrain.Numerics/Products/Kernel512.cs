using System.Runtime.CompilerServices;

namespace DistTrain.Numerics.Products;

/// <summary>AVX-512: 12 × 32. 24 accumulators hide the latency of two multiply-adds a cycle, and fit 32 registers.</summary>
internal readonly unsafe struct Kernel512 : IMicroKernel
{
    public static int Rows => 12;

    public static int Columns => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(
        int rows, nint kCount, float* a, nint aStride, nint aStep, float* b, nint bStride, float* start, nint startStride,
        float* stack, int merges, float* c, nint cStride)
    {
        if (rows == 12)
        {
            Tile12x32.Run(kCount, a, aStride, aStep, b, bStride, start, startStride, stack, merges, c, cStride);
        }
        else if (rows == 8)
        {
            Tile8x32.Run(kCount, a, aStride, aStep, b, bStride, start, startStride, stack, merges, c, cStride);
        }
        else
        {
            Tile4x32.Run(kCount, a, aStride, aStep, b, bStride, start, startStride, stack, merges, c, cStride);
        }
    }
}
