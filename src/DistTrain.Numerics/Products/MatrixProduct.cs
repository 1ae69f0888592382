namespace DistTrain.Numerics;

/// <summary>float32 matrix products in the three forms that forward and backward need. Row-major, dense.</summary>
/// <remarks>
/// Canonical order (DESIGN.md, section 2.3): every element is one chain c ← fma(a, b, c) over k ascending, from its start
/// value. It does not depend on block sizes, vector width or thread count.
/// </remarks>
public static class MatrixProduct
{
    /// <summary>c (m,n) = start + a (m,k) · b (k,n).</summary>
    /// <param name="bias">Shape (n,): every row's start value; empty: zeros.</param>
    public static void Nn(
        int m, int n, int k, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, ReadOnlySpan<float> bias = default) =>
        throw new NotSupportedException();

    /// <summary>c (m,n) = a (m,k) · bᵀ, b of shape (n,k).</summary>
    public static void Nt(int m, int n, int k, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c) =>
        throw new NotSupportedException();

    /// <summary>
    /// c (m,n) = the tree sum over segments s of aₛᵀ · bₛ, where a is (K,m), b is (K,n), and segment s holds rows
    /// [segmentStarts[s], segmentStarts[s+1]). Each segment is one chain from zero; segments are added in the order of
    /// the reduction tree (TreeSum). A segment without rows counts as zeros.
    /// </summary>
    /// <param name="segmentStarts">Ascending, count + 1 entries; the first is 0, the last K.</param>
    public static void Tn(
        int m, int n, ReadOnlySpan<int> segmentStarts, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c) =>
        throw new NotSupportedException();
}
