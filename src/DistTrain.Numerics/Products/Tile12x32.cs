using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Products;

/// <summary>A tile of 12 × 32 in 512-bit vectors: 24 accumulators, two registers of b, one of a.</summary>
internal static unsafe class Tile12x32
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
        start += startStride;
        Vector512<float> c8L = Vector512.Load(start), c8R = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c9L = Vector512.Load(start), c9R = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c10L = Vector512.Load(start), c10R = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c11L = Vector512.Load(start), c11R = Vector512.Load(start + 16);
        // Three rows of a for each pointer: sums of two registers are addresses, products are not.
        nint twice = 2 * aStride;
        float* a3 = a + (3 * aStride), a6 = a3 + (3 * aStride), a9 = a6 + (3 * aStride);
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
            var factor8 = Vector512.Create(a6[twice]);
            c8L = Vector512.FusedMultiplyAdd(factor8, left, c8L);
            c8R = Vector512.FusedMultiplyAdd(factor8, right, c8R);
            var factor9 = Vector512.Create(a9[0]);
            c9L = Vector512.FusedMultiplyAdd(factor9, left, c9L);
            c9R = Vector512.FusedMultiplyAdd(factor9, right, c9R);
            var factor10 = Vector512.Create(a9[aStride]);
            c10L = Vector512.FusedMultiplyAdd(factor10, left, c10L);
            c10R = Vector512.FusedMultiplyAdd(factor10, right, c10R);
            var factor11 = Vector512.Create(a9[twice]);
            c11L = Vector512.FusedMultiplyAdd(factor11, left, c11L);
            c11R = Vector512.FusedMultiplyAdd(factor11, right, c11R);
            a += aStep;
            a3 += aStep;
            a6 += aStep;
            a9 += aStep;
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
            c8L = Vector512.Load(stack + 256) + c8L;
            c8R = Vector512.Load(stack + 272) + c8R;
            c9L = Vector512.Load(stack + 288) + c9L;
            c9R = Vector512.Load(stack + 304) + c9R;
            c10L = Vector512.Load(stack + 320) + c10L;
            c10R = Vector512.Load(stack + 336) + c10R;
            c11L = Vector512.Load(stack + 352) + c11L;
            c11R = Vector512.Load(stack + 368) + c11R;
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
        c += cStride;
        c8L.Store(c);
        c8R.Store(c + 16);
        c += cStride;
        c9L.Store(c);
        c9R.Store(c + 16);
        c += cStride;
        c10L.Store(c);
        c10R.Store(c + 16);
        c += cStride;
        c11L.Store(c);
        c11R.Store(c + 16);
    }
}
