using System.Diagnostics.CodeAnalysis;
using DistTrain.Numerics.Products;

namespace DistTrain.Numerics;

/// <summary>float32 matrix products in the three forms that forward and backward need. Row-major, dense.</summary>
/// <remarks>
/// Canonical order (docs/ARCHITECTURE.md, "Same bits"): every element is one chain c ← fma(a, b, c) over k ascending, from
/// its start value. It does not depend on block sizes, vector width or thread count, nor on whether steps with a zero are left out.
/// </remarks>
public static unsafe class MatrixProduct
{
    /// <summary>c (m,n) = start + a (m,k) · b (k,n).</summary>
    /// <param name="c">Overwritten; must not overlap a or b.</param>
    /// <param name="bias">Shape (n,): every row's start value; empty: zeros.</param>
    public static void Nn(
        int m, int n, int k, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, ReadOnlySpan<float> bias = default)
    {
        Check(m, n, k, a.Length, b.Length, c.Length);
        if (!bias.IsEmpty && bias.Length != n)
        {
            ThrowLength("the bias", bias.Length, n);
        }

        fixed (float* pa = a, pb = b, pc = c, pBias = bias)
        {
            ProductPath.Run(m, n, k, new(pa, k, true), new(pb, n, false), pc, pBias);
        }
    }

    /// <summary>c (m,n) = a (m,k) · bᵀ, b of shape (n,k).</summary>
    /// <param name="c">Overwritten; must not overlap a or b.</param>
    public static void Nt(int m, int n, int k, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c)
    {
        Check(m, n, k, a.Length, b.Length, c.Length);
        fixed (float* pa = a, pb = b, pc = c)
        {
            ProductPath.Run(m, n, k, new(pa, k, true), new(pb, k, true), pc, null);
        }
    }

    /// <summary>
    /// c (m,n) = the tree sum over segments s of aₛᵀ · bₛ, where a is (K,m), b is (K,n), and segment s holds rows
    /// [segmentStarts[s], segmentStarts[s+1]). Each segment is one chain from zero; segments are added in the order of
    /// the reduction tree (TreeSum). A segment without rows counts as zeros.
    /// </summary>
    /// <param name="segmentStarts">Ascending, count + 1 entries; the first is 0, the last K.</param>
    /// <param name="c">Overwritten; must not overlap a or b.</param>
    public static void Tn(
        int m, int n, ReadOnlySpan<int> segmentStarts, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c)
    {
        CheckSegments(segmentStarts);
        int k = segmentStarts[^1];
        Check(m, n, k, a.Length, b.Length, c.Length);
        if (segmentStarts.Length == 1)
        {
            c.Clear();
            return;
        }

        fixed (float* pa = a, pb = b, pc = c)
        {
            ProductPath.RunSegments(m, n, segmentStarts, new(pa, m, false), new(pb, n, false), pc);
        }
    }

    private static void Check(int m, int n, int k, int aLength, int bLength, int cLength)
    {
        if ((m | n | k) < 0)
        {
            ThrowNegative(m, n, k);
        }

        if (aLength != (long)m * k)
        {
            ThrowLength("a", aLength, (long)m * k);
        }

        if (bLength != (long)k * n)
        {
            ThrowLength("b", bLength, (long)k * n);
        }

        if (cLength != (long)m * n)
        {
            ThrowLength("c", cLength, (long)m * n);
        }
    }

    internal static void CheckSegments(ReadOnlySpan<int> starts)
    {
        if (starts.IsEmpty || starts[0] != 0)
        {
            ThrowSegments(0);
        }

        for (int s = 1; s < starts.Length; s++)
        {
            if (starts[s] < starts[s - 1])
            {
                ThrowSegments(s);
            }
        }
    }

    [DoesNotReturn]
    private static void ThrowNegative(int m, int n, int k) =>
        throw new ArgumentOutOfRangeException(nameof(m), $"a product has the sizes m {m}, n {n}, k {k}: none may be negative");

    [DoesNotReturn]
    private static void ThrowLength(string operand, int length, long expected) =>
        throw new ArgumentException($"{operand} of a matrix product has {length} elements, expected {expected}");

    [DoesNotReturn]
    private static void ThrowSegments(int position) =>
        throw new ArgumentException(
            $"segment starts must begin with 0 and never fall, entry {position} breaks that", nameof(position));
}
