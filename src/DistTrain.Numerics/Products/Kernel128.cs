using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Products;

/// <summary>128-bit vectors: 4 × 8, with the processor's multiply-add or, on x86 before FMA, an exact one of doubles.</summary>
internal readonly unsafe struct Kernel128 : IMicroKernel
{
    public static int Rows => 4;

    public static int Columns => 8;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        int rows, nint kCount, float* a, nint aStride, nint aStep, float* b, nint bStride, float* start, nint startStride,
        float* stack, int merges, float* c, nint cStride)
    {
        Vector128<float> c00 = Vector128.Load(start), c01 = Vector128.Load(start + 4);
        start += startStride;
        Vector128<float> c10 = Vector128.Load(start), c11 = Vector128.Load(start + 4);
        start += startStride;
        Vector128<float> c20 = Vector128.Load(start), c21 = Vector128.Load(start + 4);
        start += startStride;
        Vector128<float> c30 = Vector128.Load(start), c31 = Vector128.Load(start + 4);
        // Three rows of a for each pointer: sums of two registers are addresses, products are not.
        nint twice = 2 * aStride;
        float* a3 = a + (3 * aStride);
        for (; kCount > 0; kCount--)
        {
            Vector128<float> b0 = Vector128.Load(b), b1 = Vector128.Load(b + 4);
            var factor0 = Vector128.Create(a[0]);
            c00 = ExactMultiplyAdd.Run(factor0, b0, c00);
            c01 = ExactMultiplyAdd.Run(factor0, b1, c01);
            var factor1 = Vector128.Create(a[aStride]);
            c10 = ExactMultiplyAdd.Run(factor1, b0, c10);
            c11 = ExactMultiplyAdd.Run(factor1, b1, c11);
            var factor2 = Vector128.Create(a[twice]);
            c20 = ExactMultiplyAdd.Run(factor2, b0, c20);
            c21 = ExactMultiplyAdd.Run(factor2, b1, c21);
            var factor3 = Vector128.Create(a3[0]);
            c30 = ExactMultiplyAdd.Run(factor3, b0, c30);
            c31 = ExactMultiplyAdd.Run(factor3, b1, c31);
            a += aStep;
            a3 += aStep;
            b += bStride;
        }

        for (; merges > 0; merges--)
        {
            c00 = Vector128.Load(stack + 0) + c00;
            c01 = Vector128.Load(stack + 4) + c01;
            c10 = Vector128.Load(stack + 8) + c10;
            c11 = Vector128.Load(stack + 12) + c11;
            c20 = Vector128.Load(stack + 16) + c20;
            c21 = Vector128.Load(stack + 20) + c21;
            c30 = Vector128.Load(stack + 24) + c30;
            c31 = Vector128.Load(stack + 28) + c31;
            stack -= 4 * 8;
        }

        c00.Store(c);
        c01.Store(c + 4);
        c += cStride;
        c10.Store(c);
        c11.Store(c + 4);
        c += cStride;
        c20.Store(c);
        c21.Store(c + 4);
        c += cStride;
        c30.Store(c);
        c31.Store(c + 4);
    }
}
