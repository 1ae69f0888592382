using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Products;

/// <summary>A tile of 12 × 32 in 512-bit vectors: 24 accumulators, two registers of b, one of a.</summary>
internal static unsafe class Tile12x32
{
    /// <inheritdoc cref="IMicroKernel.Run"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        nint kCount, float* a, float* b, nint bStride, float* start, nint startStride,
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
        for (; kCount > 0; kCount--)
        {
            Vector512<float> left = Vector512.Load(b), right = Vector512.Load(b + 16);
            var a0 = Vector512.Create(a[0]);
            c0L = Vector512.FusedMultiplyAdd(a0, left, c0L);
            c0R = Vector512.FusedMultiplyAdd(a0, right, c0R);
            var a1 = Vector512.Create(a[1]);
            c1L = Vector512.FusedMultiplyAdd(a1, left, c1L);
            c1R = Vector512.FusedMultiplyAdd(a1, right, c1R);
            var a2 = Vector512.Create(a[2]);
            c2L = Vector512.FusedMultiplyAdd(a2, left, c2L);
            c2R = Vector512.FusedMultiplyAdd(a2, right, c2R);
            var a3 = Vector512.Create(a[3]);
            c3L = Vector512.FusedMultiplyAdd(a3, left, c3L);
            c3R = Vector512.FusedMultiplyAdd(a3, right, c3R);
            var a4 = Vector512.Create(a[4]);
            c4L = Vector512.FusedMultiplyAdd(a4, left, c4L);
            c4R = Vector512.FusedMultiplyAdd(a4, right, c4R);
            var a5 = Vector512.Create(a[5]);
            c5L = Vector512.FusedMultiplyAdd(a5, left, c5L);
            c5R = Vector512.FusedMultiplyAdd(a5, right, c5R);
            var a6 = Vector512.Create(a[6]);
            c6L = Vector512.FusedMultiplyAdd(a6, left, c6L);
            c6R = Vector512.FusedMultiplyAdd(a6, right, c6R);
            var a7 = Vector512.Create(a[7]);
            c7L = Vector512.FusedMultiplyAdd(a7, left, c7L);
            c7R = Vector512.FusedMultiplyAdd(a7, right, c7R);
            var a8 = Vector512.Create(a[8]);
            c8L = Vector512.FusedMultiplyAdd(a8, left, c8L);
            c8R = Vector512.FusedMultiplyAdd(a8, right, c8R);
            var a9 = Vector512.Create(a[9]);
            c9L = Vector512.FusedMultiplyAdd(a9, left, c9L);
            c9R = Vector512.FusedMultiplyAdd(a9, right, c9R);
            var a10 = Vector512.Create(a[10]);
            c10L = Vector512.FusedMultiplyAdd(a10, left, c10L);
            c10R = Vector512.FusedMultiplyAdd(a10, right, c10R);
            var a11 = Vector512.Create(a[11]);
            c11L = Vector512.FusedMultiplyAdd(a11, left, c11L);
            c11R = Vector512.FusedMultiplyAdd(a11, right, c11R);
            a += 12;
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
