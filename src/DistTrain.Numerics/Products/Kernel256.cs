using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Products;

/// <summary>AVX2 with FMA: 4 × 24. Twelve accumulators, three registers of b and one of a fill the 16.</summary>
internal readonly unsafe struct Kernel256 : IMicroKernel
{
    public static int Rows => 4;

    public static int Columns => 24;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        int rows, nint kCount, float* a, nint aStride, nint aStep, float* b, nint bStride, float* start, nint startStride,
        float* stack, int merges, float* c, nint cStride)
    {
        Vector256<float> c00 = Vector256.Load(start), c01 = Vector256.Load(start + 8);
        Vector256<float> c02 = Vector256.Load(start + 16);
        start += startStride;
        Vector256<float> c10 = Vector256.Load(start), c11 = Vector256.Load(start + 8);
        Vector256<float> c12 = Vector256.Load(start + 16);
        start += startStride;
        Vector256<float> c20 = Vector256.Load(start), c21 = Vector256.Load(start + 8);
        Vector256<float> c22 = Vector256.Load(start + 16);
        start += startStride;
        Vector256<float> c30 = Vector256.Load(start), c31 = Vector256.Load(start + 8);
        Vector256<float> c32 = Vector256.Load(start + 16);
        // Three rows of a for each pointer: sums of two registers are addresses, products are not.
        nint twice = 2 * aStride;
        float* a3 = a + (3 * aStride);
        for (; kCount > 0; kCount--)
        {
            Vector256<float> b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8), b2 = Vector256.Load(b + 16);
            var factor0 = Vector256.Create(a[0]);
            c00 = Vector256.FusedMultiplyAdd(factor0, b0, c00);
            c01 = Vector256.FusedMultiplyAdd(factor0, b1, c01);
            c02 = Vector256.FusedMultiplyAdd(factor0, b2, c02);
            var factor1 = Vector256.Create(a[aStride]);
            c10 = Vector256.FusedMultiplyAdd(factor1, b0, c10);
            c11 = Vector256.FusedMultiplyAdd(factor1, b1, c11);
            c12 = Vector256.FusedMultiplyAdd(factor1, b2, c12);
            var factor2 = Vector256.Create(a[twice]);
            c20 = Vector256.FusedMultiplyAdd(factor2, b0, c20);
            c21 = Vector256.FusedMultiplyAdd(factor2, b1, c21);
            c22 = Vector256.FusedMultiplyAdd(factor2, b2, c22);
            var factor3 = Vector256.Create(a3[0]);
            c30 = Vector256.FusedMultiplyAdd(factor3, b0, c30);
            c31 = Vector256.FusedMultiplyAdd(factor3, b1, c31);
            c32 = Vector256.FusedMultiplyAdd(factor3, b2, c32);
            a += aStep;
            a3 += aStep;
            b += bStride;
        }

        for (; merges > 0; merges--)
        {
            c00 = Vector256.Load(stack + 0) + c00;
            c01 = Vector256.Load(stack + 8) + c01;
            c02 = Vector256.Load(stack + 16) + c02;
            c10 = Vector256.Load(stack + 24) + c10;
            c11 = Vector256.Load(stack + 32) + c11;
            c12 = Vector256.Load(stack + 40) + c12;
            c20 = Vector256.Load(stack + 48) + c20;
            c21 = Vector256.Load(stack + 56) + c21;
            c22 = Vector256.Load(stack + 64) + c22;
            c30 = Vector256.Load(stack + 72) + c30;
            c31 = Vector256.Load(stack + 80) + c31;
            c32 = Vector256.Load(stack + 88) + c32;
            stack -= 4 * 24;
        }

        c00.Store(c);
        c01.Store(c + 8);
        c02.Store(c + 16);
        c += cStride;
        c10.Store(c);
        c11.Store(c + 8);
        c12.Store(c + 16);
        c += cStride;
        c20.Store(c);
        c21.Store(c + 8);
        c22.Store(c + 16);
        c += cStride;
        c30.Store(c);
        c31.Store(c + 8);
        c32.Store(c + 16);
    }
}
