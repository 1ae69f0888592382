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
        float shifted = MathF.FusedMultiplyAdd(x, Log2E, Rounder);
        int n = BitConverter.SingleToInt32Bits(shifted) - RounderBits;
        float mantissa = Mantissa(x, shifted - Rounder);
        int half = n >> 1;
        float scale = BitConverter.Int32BitsToSingle((half + ExponentBias) << MantissaBits);
        float rest = BitConverter.Int32BitsToSingle((n - half + ExponentBias) << MantissaBits);
        return mantissa * scale * rest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x)
    {
        x = Vector512.ConditionalSelect(
            Vector512.GreaterThan(x, Vector512.Create(Highest)), Vector512.Create(Highest), x);
        x = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(Lowest)), Vector512.Create(Lowest), x);
        Vector512<float> rounder = Vector512.Create(Rounder);
        Vector512<float> shifted = Vector512.FusedMultiplyAdd(x, Vector512.Create(Log2E), rounder);
        Vector512<int> n = shifted.AsInt32() - Vector512.Create(RounderBits);
        Vector512<float> mantissa = Mantissa(x, shifted - rounder);
        Vector512<int> half = n >> 1;
        Vector512<int> bias = Vector512.Create(ExponentBias);
        Vector512<float> scale = ((half + bias) << MantissaBits).AsSingle();
        Vector512<float> rest = ((n - half + bias) << MantissaBits).AsSingle();
        return mantissa * scale * rest;
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Mantissa(float x, float n)
    {
        float r = MathF.FusedMultiplyAdd(n, -Ln2High, x);
        r = MathF.FusedMultiplyAdd(n, -Ln2Low, r);
        float q = MathF.FusedMultiplyAdd(Q4, r, Q3);
        q = MathF.FusedMultiplyAdd(q, r, Q2);
        q = MathF.FusedMultiplyAdd(q, r, Q1);
        q = MathF.FusedMultiplyAdd(q, r, Q0);
        return MathF.FusedMultiplyAdd(MathF.FusedMultiplyAdd(q, r, 1), r, 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Mantissa(Vector512<float> x, Vector512<float> n)
    {
        Vector512<float> r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-Ln2High), x);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-Ln2Low), r);
        Vector512<float> q = Vector512.FusedMultiplyAdd(Vector512.Create(Q4), r, Vector512.Create(Q3));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(Q2));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(Q1));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(Q0));
        Vector512<float> one = Vector512<float>.One;
        return Vector512.FusedMultiplyAdd(Vector512.FusedMultiplyAdd(q, r, one), r, one);
    }
}
