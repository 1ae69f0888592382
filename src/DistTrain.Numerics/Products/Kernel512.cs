using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Products;

/// <summary>12 × 32 with 512-bit vectors: 24 accumulators, 2 registers of b and 1 of a fill the 32 of AVX-512.</summary>
internal readonly unsafe struct Kernel512 : IMicroKernel
{
    public static int Rows => 12;

    public static int Columns => 32;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        nint kCount, float* a, float* b, nint bStride, float* start, nint startStride,
        float* stack, int merges, float* c, nint cStride)
    {
        Vector512<float> c0Low = Vector512.Load(start), c0High = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c1Low = Vector512.Load(start), c1High = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c2Low = Vector512.Load(start), c2High = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c3Low = Vector512.Load(start), c3High = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c4Low = Vector512.Load(start), c4High = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c5Low = Vector512.Load(start), c5High = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c6Low = Vector512.Load(start), c6High = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c7Low = Vector512.Load(start), c7High = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c8Low = Vector512.Load(start), c8High = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c9Low = Vector512.Load(start), c9High = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c10Low = Vector512.Load(start), c10High = Vector512.Load(start + 16);
        start += startStride;
        Vector512<float> c11Low = Vector512.Load(start), c11High = Vector512.Load(start + 16);
        for (; kCount > 0; kCount--)
        {
            Vector512<float> low = Vector512.Load(b), high = Vector512.Load(b + 16);
            var a0 = Vector512.Create(a[0]);
            c0Low = Vector512.FusedMultiplyAdd(a0, low, c0Low);
            c0High = Vector512.FusedMultiplyAdd(a0, high, c0High);
            var a1 = Vector512.Create(a[1]);
            c1Low = Vector512.FusedMultiplyAdd(a1, low, c1Low);
            c1High = Vector512.FusedMultiplyAdd(a1, high, c1High);
            var a2 = Vector512.Create(a[2]);
            c2Low = Vector512.FusedMultiplyAdd(a2, low, c2Low);
            c2High = Vector512.FusedMultiplyAdd(a2, high, c2High);
            var a3 = Vector512.Create(a[3]);
            c3Low = Vector512.FusedMultiplyAdd(a3, low, c3Low);
            c3High = Vector512.FusedMultiplyAdd(a3, high, c3High);
            var a4 = Vector512.Create(a[4]);
            c4Low = Vector512.FusedMultiplyAdd(a4, low, c4Low);
            c4High = Vector512.FusedMultiplyAdd(a4, high, c4High);
            var a5 = Vector512.Create(a[5]);
            c5Low = Vector512.FusedMultiplyAdd(a5, low, c5Low);
            c5High = Vector512.FusedMultiplyAdd(a5, high, c5High);
            var a6 = Vector512.Create(a[6]);
            c6Low = Vector512.FusedMultiplyAdd(a6, low, c6Low);
            c6High = Vector512.FusedMultiplyAdd(a6, high, c6High);
            var a7 = Vector512.Create(a[7]);
            c7Low = Vector512.FusedMultiplyAdd(a7, low, c7Low);
            c7High = Vector512.FusedMultiplyAdd(a7, high, c7High);
            var a8 = Vector512.Create(a[8]);
            c8Low = Vector512.FusedMultiplyAdd(a8, low, c8Low);
            c8High = Vector512.FusedMultiplyAdd(a8, high, c8High);
            var a9 = Vector512.Create(a[9]);
            c9Low = Vector512.FusedMultiplyAdd(a9, low, c9Low);
            c9High = Vector512.FusedMultiplyAdd(a9, high, c9High);
            var a10 = Vector512.Create(a[10]);
            c10Low = Vector512.FusedMultiplyAdd(a10, low, c10Low);
            c10High = Vector512.FusedMultiplyAdd(a10, high, c10High);
            var a11 = Vector512.Create(a[11]);
            c11Low = Vector512.FusedMultiplyAdd(a11, low, c11Low);
            c11High = Vector512.FusedMultiplyAdd(a11, high, c11High);
            a += 12;
            b += bStride;
        }

        for (; merges > 0; merges--)
        {
            c0Low = Vector512.Load(stack + 0) + c0Low;
            c0High = Vector512.Load(stack + 16) + c0High;
            c1Low = Vector512.Load(stack + 32) + c1Low;
            c1High = Vector512.Load(stack + 48) + c1High;
            c2Low = Vector512.Load(stack + 64) + c2Low;
            c2High = Vector512.Load(stack + 80) + c2High;
            c3Low = Vector512.Load(stack + 96) + c3Low;
            c3High = Vector512.Load(stack + 112) + c3High;
            c4Low = Vector512.Load(stack + 128) + c4Low;
            c4High = Vector512.Load(stack + 144) + c4High;
            c5Low = Vector512.Load(stack + 160) + c5Low;
            c5High = Vector512.Load(stack + 176) + c5High;
            c6Low = Vector512.Load(stack + 192) + c6Low;
            c6High = Vector512.Load(stack + 208) + c6High;
            c7Low = Vector512.Load(stack + 224) + c7Low;
            c7High = Vector512.Load(stack + 240) + c7High;
            c8Low = Vector512.Load(stack + 256) + c8Low;
            c8High = Vector512.Load(stack + 272) + c8High;
            c9Low = Vector512.Load(stack + 288) + c9Low;
            c9High = Vector512.Load(stack + 304) + c9High;
            c10Low = Vector512.Load(stack + 320) + c10Low;
            c10High = Vector512.Load(stack + 336) + c10High;
            c11Low = Vector512.Load(stack + 352) + c11Low;
            c11High = Vector512.Load(stack + 368) + c11High;
            stack -= 12 * 32;
        }

        c0Low.Store(c);
        c0High.Store(c + 16);
        c += cStride;
        c1Low.Store(c);
        c1High.Store(c + 16);
        c += cStride;
        c2Low.Store(c);
        c2High.Store(c + 16);
        c += cStride;
        c3Low.Store(c);
        c3High.Store(c + 16);
        c += cStride;
        c4Low.Store(c);
        c4High.Store(c + 16);
        c += cStride;
        c5Low.Store(c);
        c5High.Store(c + 16);
        c += cStride;
        c6Low.Store(c);
        c6High.Store(c + 16);
        c += cStride;
        c7Low.Store(c);
        c7High.Store(c + 16);
        c += cStride;
        c8Low.Store(c);
        c8High.Store(c + 16);
        c += cStride;
        c9Low.Store(c);
        c9High.Store(c + 16);
        c += cStride;
        c10Low.Store(c);
        c10High.Store(c + 16);
        c += cStride;
        c11Low.Store(c);
        c11High.Store(c + 16);
    }
}
