using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Kernels;

/// <summary>e^x.</summary>
/// <remarks>
/// x = n·ln 2 + r with |r| ≤ ln 2 / 2, ln 2 in two parts; e^r = 1 + r·(1 + r·q(r)), q a minimax polynomial of degree 4
/// (error 2^-28.3); then times 2^n in two factors, so that results below the normal range are rounded once.
/// </remarks>
internal readonly struct ExpFunction : IUnaryOperation
{
    /// <summary>Above, the result is +∞ (ln of the largest float is 88.7228).</summary>
    private const float Highest = 89f;

    /// <summary>Below, the result is +0 (half the least subnormal is e^-103.97).</summary>
    private const float Lowest = -104f;

    private const float Log2E = 1.44269504f;

    /// <summary>Ten bits: n · Ln2High and its difference from x are exact.</summary>
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

    /// <summary>1.5 · 2^23: adding it rounds to the nearest integer, which then stands in the lower bits.</summary>
    private const float Rounder = 12582912f;
    private const int RounderBits = 0x4B400000;
    private const int ExponentBias = 127;
    private const int MantissaBits = 23;

    private const float Q0 = 0.49999994f;
    private const float Q1 = 0.166665211f;
    private const float Q2 = 0.041668389f;
    private const float Q3 = 0.00836871658f;
    private const float Q4 = 0.00138146093f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Apply(float x)
    {
        x = x > Highest ? Highest : x;
        x = x < Lowest ? Lowest : x;
        return Parts(x, out float scale, out float rest) * scale * rest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x)
    {
        x = Vector512.ConditionalSelect(
            Vector512.GreaterThan(x, Vector512.Create(Highest)), Vector512.Create(Highest), x);
        x = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(Lowest)), Vector512.Create(Lowest), x);
        return Parts(x, out Vector512<float> scale, out Vector512<float> rest) * scale * rest;
    }

    /// <summary>e^x for −120 ≤ x ≤ 89, before the factors: e^x = mantissa · scale · rest.</summary>
    /// <param name="scale">A power of two, in the normal range; <paramref name="rest"/> alike.</param>
    /// <returns>The mantissa, 0.7 to 1.42: what multiplies it before the factors is rounded once in the subnormals.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Parts(float x, out float scale, out float rest)
    {
        float shifted = MathF.FusedMultiplyAdd(x, Log2E, Rounder);
        int n = BitConverter.SingleToInt32Bits(shifted) - RounderBits;
        int half = n >> 1;
        scale = BitConverter.Int32BitsToSingle((half + ExponentBias) << MantissaBits);
        rest = BitConverter.Int32BitsToSingle((n - half + ExponentBias) << MantissaBits);
        return Mantissa(x, shifted - Rounder);
    }

    /// <inheritdoc cref="Parts(float, out float, out float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Parts(Vector512<float> x, out Vector512<float> scale, out Vector512<float> rest)
    {
        Vector512<float> rounder = Vector512.Create(Rounder);
        Vector512<float> shifted = Vector512.FusedMultiplyAdd(x, Vector512.Create(Log2E), rounder);
        Vector512<int> n = shifted.AsInt32() - Vector512.Create(RounderBits);
        Vector512<int> half = n >> 1;
        Vector512<int> bias = Vector512.Create(ExponentBias);
        scale = ((half + bias) << MantissaBits).AsSingle();
        rest = ((n - half + bias) << MantissaBits).AsSingle();
        return Mantissa(x, shifted - rounder);
    }

    /// <summary>e^x for −87 ≤ x ≤ 88, where the result is a normal number: one factor, no clamping.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Normal(float x)
    {
        float shifted = MathF.FusedMultiplyAdd(x, Log2E, Rounder);
        int n = BitConverter.SingleToInt32Bits(shifted) - RounderBits;
        return Mantissa(x, shifted - Rounder)
            * BitConverter.Int32BitsToSingle((n + ExponentBias) << MantissaBits);
    }

    /// <inheritdoc cref="Normal(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Normal(Vector512<float> x)
    {
        Vector512<float> rounder = Vector512.Create(Rounder);
        Vector512<float> shifted = Vector512.FusedMultiplyAdd(x, Vector512.Create(Log2E), rounder);
        Vector512<int> n = shifted.AsInt32() - Vector512.Create(RounderBits);
        return Mantissa(x, shifted - rounder)
            * ((n + Vector512.Create(ExponentBias)) << MantissaBits).AsSingle();
    }

    /// <summary>e^x − 1 for −87 ≤ x ≤ 88, with all digits near 0: 2^n·(e^r − 1) + (2^n − 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MinusOne(float x)
    {
        float shifted = MathF.FusedMultiplyAdd(x, Log2E, Rounder);
        int n = BitConverter.SingleToInt32Bits(shifted) - RounderBits;
        float scale = BitConverter.Int32BitsToSingle((n + ExponentBias) << MantissaBits);
        float q = Polynomial(x, shifted - Rounder, out float r);
        return MathF.FusedMultiplyAdd(scale, MathF.FusedMultiplyAdd(q * r, r, r), scale - 1);
    }

    /// <inheritdoc cref="MinusOne(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MinusOne(Vector512<float> x)
    {
        Vector512<float> rounder = Vector512.Create(Rounder);
        Vector512<float> shifted = Vector512.FusedMultiplyAdd(x, Vector512.Create(Log2E), rounder);
        Vector512<int> n = shifted.AsInt32() - Vector512.Create(RounderBits);
        Vector512<float> scale = ((n + Vector512.Create(ExponentBias)) << MantissaBits).AsSingle();
        Vector512<float> q = Polynomial(x, shifted - rounder, out Vector512<float> r);
        return Vector512.FusedMultiplyAdd(
            scale, Vector512.FusedMultiplyAdd(q * r, r, r), scale - Vector512<float>.One);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Mantissa(float x, float n)
    {
        float q = Polynomial(x, n, out float r);
        return MathF.FusedMultiplyAdd(MathF.FusedMultiplyAdd(q, r, 1), r, 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Mantissa(Vector512<float> x, Vector512<float> n)
    {
        Vector512<float> q = Polynomial(x, n, out Vector512<float> r);
        Vector512<float> one = Vector512<float>.One;
        return Vector512.FusedMultiplyAdd(Vector512.FusedMultiplyAdd(q, r, one), r, one);
    }

    /// <summary>q(r).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Polynomial(float x, float n, out float r)
    {
        r = MathF.FusedMultiplyAdd(n, -Ln2High, x);
        r = MathF.FusedMultiplyAdd(n, -Ln2Low, r);
        float q = MathF.FusedMultiplyAdd(Q4, r, Q3);
        q = MathF.FusedMultiplyAdd(q, r, Q2);
        q = MathF.FusedMultiplyAdd(q, r, Q1);
        return MathF.FusedMultiplyAdd(q, r, Q0);
    }

    /// <inheritdoc cref="Polynomial(float, float, out float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Polynomial(Vector512<float> x, Vector512<float> n, out Vector512<float> r)
    {
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-Ln2High), x);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-Ln2Low), r);
        Vector512<float> q = Vector512.FusedMultiplyAdd(Vector512.Create(Q4), r, Vector512.Create(Q3));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(Q2));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(Q1));
        return Vector512.FusedMultiplyAdd(q, r, Vector512.Create(Q0));
    }
}
