using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Kernels;

/// <summary>Natural logarithm: −∞ at ±0, not-a-number below.</summary>
/// <remarks>
/// x = 2^k · m with m in [2/3, 4/3), f = m − 1: ln x = k·ln 2 + f + f²·(f·p(f) − ½), p a minimax polynomial of degree 8
/// (error 2^-30). Subnormal x is first multiplied by 2^23.
/// </remarks>
internal readonly struct LogFunction : IUnaryOperation
{
    internal const float LeastNormal = 1.17549435e-38f;
    internal const float SubnormalScale = 8388608f;
    internal const int SubnormalExponent = 23;

    /// <summary>The bits of 2/3, where the mantissa's range begins.</summary>
    internal const int LowestMantissaBits = 0x3F2AAAAB;
    internal const int MantissaBits = 23;

    private const float Ln2High = 0.693147182f;
    private const float Ln2Low = -1.90465421e-9f;

    private const float P0 = 0.333333343f;
    private const float P1 = -0.249998182f;
    private const float P2 = 0.19999595f;
    private const float P3 = -0.166796625f;
    private const float P4 = 0.143045619f;
    private const float P5 = -0.121944122f;
    private const float P6 = 0.107527956f;
    private const float P7 = -0.128518015f;
    private const float P8 = 0.120135427f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Apply(float x)
    {
        if (!(x > 0) || x == float.PositiveInfinity)
        {
            return x == 0 ? float.NegativeInfinity : x < 0 ? float.NaN : x;
        }

        bool isSubnormal = x < LeastNormal;
        float scaled = isSubnormal ? x * SubnormalScale : x;
        int bits = BitConverter.SingleToInt32Bits(scaled);
        int k = (bits - LowestMantissaBits) >> MantissaBits;
        float f = BitConverter.Int32BitsToSingle(bits - (k << MantissaBits)) - 1;
        return Combine(isSubnormal ? k - SubnormalExponent : k, f);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x)
    {
        Vector512<float> zero = Vector512<float>.Zero;
        Vector512<float> infinity = Vector512.Create(float.PositiveInfinity);
        Vector512<float> isSubnormal = Vector512.LessThan(x, Vector512.Create(LeastNormal));
        Vector512<float> scaled =
            Vector512.ConditionalSelect(isSubnormal, x * Vector512.Create(SubnormalScale), x);
        Vector512<int> bits = scaled.AsInt32();
        Vector512<int> k = (bits - Vector512.Create(LowestMantissaBits)) >> MantissaBits;
        Vector512<float> f = (bits - (k << MantissaBits)).AsSingle() - Vector512<float>.One;
        k -= isSubnormal.AsInt32() & Vector512.Create(SubnormalExponent);
        Vector512<float> result = Combine(k, f);

        // +∞ and not-a-number give themselves.
        result = Vector512.ConditionalSelect(Vector512.LessThan(x, infinity), result, x);
        result = Vector512.ConditionalSelect(Vector512.LessThan(x, zero), Vector512.Create(float.NaN), result);
        return Vector512.ConditionalSelect(
            Vector512.Equals(x, zero), Vector512.Create(float.NegativeInfinity), result);
    }

    /// <summary>k·ln 2 + ln(1 + f) for f in [−1/3, 1/3].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Combine(int k, float f)
    {
        float p = MathF.FusedMultiplyAdd(P8, f, P7);
        p = MathF.FusedMultiplyAdd(p, f, P6);
        p = MathF.FusedMultiplyAdd(p, f, P5);
        p = MathF.FusedMultiplyAdd(p, f, P4);
        p = MathF.FusedMultiplyAdd(p, f, P3);
        p = MathF.FusedMultiplyAdd(p, f, P2);
        p = MathF.FusedMultiplyAdd(p, f, P1);
        p = MathF.FusedMultiplyAdd(p, f, P0);
        float count = k;
        float small = MathF.FusedMultiplyAdd(f * f, MathF.FusedMultiplyAdd(f, p, -0.5f), count * Ln2Low);
        return MathF.FusedMultiplyAdd(count, Ln2High, f + small);
    }

    /// <inheritdoc cref="Combine(int, float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Combine(Vector512<int> k, Vector512<float> f)
    {
        Vector512<float> p = Vector512.FusedMultiplyAdd(Vector512.Create(P8), f, Vector512.Create(P7));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(P6));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(P5));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(P4));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(P3));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(P2));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(P1));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(P0));
        Vector512<float> count = Vector512.ConvertToSingle(k);
        Vector512<float> inner = Vector512.FusedMultiplyAdd(f, p, Vector512.Create(-0.5f));
        Vector512<float> small = Vector512.FusedMultiplyAdd(f * f, inner, count * Vector512.Create(Ln2Low));
        return Vector512.FusedMultiplyAdd(count, Vector512.Create(Ln2High), f + small);
    }
}
