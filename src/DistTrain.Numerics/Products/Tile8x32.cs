using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Products;

/// <summary>A tile of 8 × 32 in 512-bit vectors: 16 accumulators, two registers of b, one of a.</summary>
internal static unsafe class Tile8x32
{
    /// <inheritdoc cref="IMicroKernel.Run"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        nint kCount, float* a, nint aStride, nint aStep, float* b, nint bStride, float* start, nint startStride,
        float* stack, int merges, float* c, nint cStride)
    {
        Vector512<float> c0L = Vector512.Load(start), c0R = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c1L = Vector512.Load(start), c1R = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c2L = Vector512.Load(start), c2R = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c3L = Vector512.Load(start), c3R = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c4L = Vector512.Load(start), c4R = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c5L = Vector512.Load(start), c5R = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c6L = Vector512.Load(start), c6R = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c7L = Vector512.Load(start), c7R = Vector512.Load(start + 16);
        // Three rows of a for each pointer: sums of two registers are addresses, products are not.
        nint twice = 2 * aStride;
        float* a3 = a + (3 * aStride), a6 = a3 + (3 * aStride);
        for (; kCount > 0; kCount--)
        {
            Vector512<float> left = Vector512.Load(b), right = Vector512.Load(b + 16);
            var factor0 = Vector512.Create(a[0]);
            c0L = Vector512.FusedMultiplyAdd(factor0, left, c0L);
            c0R = Vector512.FusedMultiplyAdd(factor0, right, c0R);
            var factor1 = Vector512.Create(a[aStride]);
            c1L = Vector512.FusedMultiplyAdd(factor1, left, c1L);
            c1R = Vector512.FusedMultiplyAdd(factor1, right, c1R);
            var factor2 = Vector512.Create(a[twice]);
            c2L = Vector512.FusedMultiplyAdd(factor2, left, c2L);
            c2R = Vector512.FusedMultiplyAdd(factor2, right, c2R);
            var factor3 = Vector512.Create(a3[0]);
            c3L = Vector512.FusedMultiplyAdd(factor3, left, c3L);
            c3R = Vector512.FusedMultiplyAdd(factor3, right, c3R);
            var factor4 = Vector512.Create(a3[aStride]);
            c4L = Vector512.FusedMultiplyAdd(factor4, left, c4L);
            c4R = Vector512.FusedMultiplyAdd(factor4, right, c4R);
            var factor5 = Vector512.Create(a3[twice]);
            c5L = Vector512.FusedMultiplyAdd(factor5, left, c5L);
            c5R = Vector512.FusedMultiplyAdd(factor5, right, c5R);
            var factor6 = Vector512.Create(a6[0]);
            c6L = Vector512.FusedMultiplyAdd(factor6, left, c6L);
            c6R = Vector512.FusedMultiplyAdd(factor6, right, c6R);
            var factor7 = Vector512.Create(a6[aStride]);
            c7L = Vector512.FusedMultiplyAdd(factor7, left, c7L);
            c7R = Vector512.FusedMultiplyAdd(factor7, right, c7R);
            a += aStep;
            a3 += aStep;
            a6 += aStep;
            b += bStride;
        }

        for (; merges > 0; merges--)
        {
            c0L = Vector512.Load(stack + 0) + c0L;
            c0R = Vector512.Load(stack + 16) + c0R;
            c1L = Vector512.Load(stack + 32) + c1L;
            c1R = Vector512.Load(stack + 48) + c1R;
            c2L = Vector512.Load(stack + 64) + c2L;
            c2R = Vector512.Load(stack + 80) + c2R;
            c3L = Vector512.Load(stack + 96) + c3L;
            c3R = Vector512.Load(stack + 112) + c3R;
            c4L = Vector512.Load(stack + 128) + c4L;
            c4R = Vector512.Load(stack + 144) + c4R;
            c5L = Vector512.Load(stack + 160) + c5L;
            c5R = Vector512.Load(stack + 176) + c5R;
            c6L = Vector512.Load(stack + 192) + c6L;
            c6R = Vector512.Load(stack + 208) + c6R;
            c7L = Vector512.Load(stack + 224) + c7L;
            c7R = Vector512.Load(stack + 240) + c7R;
            stack -= 12 * 32;
        }

        c0L.Store(c);
        c0R.Store(c + 16);
        c += cStride;
        c1L.Store(c);
        c1R.Store(c + 16);
        c += cStride;
        c2L.Store(c);
        c2R.Store(c + 16);
        c += cStride;
        c3L.Store(c);
        c3R.Store(c + 16);
        c += cStride;
        c4L.Store(c);
        c4R.Store(c + 16);
        c += cStride;
        c5L.Store(c);
        c5R.Store(c + 16);
        c += cStride;
        c6L.Store(c);
        c6R.Store(c + 16);
        c += cStride;
        c7L.Store(c);
        c7R.Store(c + 16);
    }
}
