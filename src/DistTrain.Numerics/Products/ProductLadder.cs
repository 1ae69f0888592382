using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DistTrain.Numerics.Products;

/// <summary>Chooses the fastest rung that this processor has. All give equal bits.</summary>
internal static unsafe class ProductLadder
{
    public static Rung Rung =>
        Avx512F.IsSupported && Vector512.IsHardwareAccelerated ? Rung.Bits512
        : Fma.IsSupported && Avx2.IsSupported ? Rung.Bits256
        : Vector128.IsHardwareAccelerated ? Rung.Bits128
        : Rung.Scalar;

    /// <inheritdoc cref="BlockedProduct{TKernel}.Run"/>
    public static void Run(
        int m, int n, int k, in Operand a, in Operand b, float* c, nint cStride, float* bias, bool continues = false)
    {
        switch (Rung)
        {
            case Rung.Bits512:
                BlockedProduct<Kernel512>.Run(m, n, k, a, b, c, cStride, bias, continues);
                break;
            case Rung.Bits256:
                BlockedProduct<Kernel256>.Run(m, n, k, a, b, c, cStride, bias, continues);
                break;
            case Rung.Bits128:
                BlockedProduct<Kernel128>.Run(m, n, k, a, b, c, cStride, bias, continues);
                break;
            default:
                BlockedProduct<ScalarKernel>.Run(m, n, k, a, b, c, cStride, bias, continues);
                break;
        }
    }

    /// <inheritdoc cref="SegmentedProduct{TKernel}.Run"/>
    public static void RunSegments(int m, int n, ReadOnlySpan<int> starts, in Operand a, in Operand b, float* c, nint cStride)
    {
        switch (Rung)
        {
            case Rung.Bits512:
                SegmentedProduct<Kernel512>.Run(m, n, starts, a, b, c, cStride);
                break;
            case Rung.Bits256:
                SegmentedProduct<Kernel256>.Run(m, n, starts, a, b, c, cStride);
                break;
            case Rung.Bits128:
                SegmentedProduct<Kernel128>.Run(m, n, starts, a, b, c, cStride);
                break;
            default:
                SegmentedProduct<ScalarKernel>.Run(m, n, starts, a, b, c, cStride);
                break;
        }
    }
}
