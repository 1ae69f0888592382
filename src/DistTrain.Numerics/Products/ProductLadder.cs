using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DistTrain.Numerics.Products;

/// <summary>Chooses the fastest rung that this processor has. All give equal bits.</summary>
internal static unsafe class ProductLadder
{
    private static bool Has512 => Avx512F.IsSupported && Vector512.IsHardwareAccelerated;

    private static bool Has256 => Fma.IsSupported && Avx2.IsSupported;

    /// <inheritdoc cref="BlockedProduct{TKernel}.Run"/>
    public static void Run(int m, int n, int k, in Operand a, in Operand b, float* c, float* bias)
    {
        if (Has512)
        {
            BlockedProduct<Kernel512>.Run(m, n, k, a, b, c, bias);
        }
        else if (Has256)
        {
            BlockedProduct<Kernel256>.Run(m, n, k, a, b, c, bias);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            BlockedProduct<Kernel128>.Run(m, n, k, a, b, c, bias);
        }
        else
        {
            BlockedProduct<ScalarKernel>.Run(m, n, k, a, b, c, bias);
        }
    }

    /// <inheritdoc cref="SegmentedProduct{TKernel}.Run"/>
    public static void RunSegments(int m, int n, ReadOnlySpan<int> starts, in Operand a, in Operand b, float* c)
    {
        if (Has512)
        {
            SegmentedProduct<Kernel512>.Run(m, n, starts, a, b, c);
        }
        else if (Has256)
        {
            SegmentedProduct<Kernel256>.Run(m, n, starts, a, b, c);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            SegmentedProduct<Kernel128>.Run(m, n, starts, a, b, c);
        }
        else
        {
            SegmentedProduct<ScalarKernel>.Run(m, n, starts, a, b, c);
        }
    }
}
