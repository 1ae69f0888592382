using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Kernels;

/// <summary>ln(1 + x), accurate for small x: −∞ at −1, not-a-number below, ±0 at ±0.</summary>
/// <remarks>
/// u = fl(1 + x) is taken apart as in <see cref="LogFunction"/>; what the addition lost, u − (1 + x) exactly, is put
/// back into f, scaled like the mantissa.
/// </remarks>
internal readonly struct Log1pFunction : IUnaryOperation
{
    /// <summary>From here on the lost part is far below a rounding error, and 2^-k would leave the normal range.</summary>
    private const int ExponentMax = 126;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Apply(float x)
    {
        if (x <= -1)
        {
            return x == -1 ? float.NegativeInfinity : float.NaN;
        }

        // ±0, +∞ and not-a-number give themselves.
        return x == 0 || !(x < float.PositiveInfinity) ? x : Finite(x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x)
    {
        Vector512<float> minusOne = Vector512.Create(-1f);
        Vector512<float> isUsual = Vector512.LessThan(x, Vector512.Create(float.PositiveInfinity))
            & ~Vector512.Equals(x, Vector512<float>.Zero);
        Vector512<float> result = Vector512.ConditionalSelect(isUsual, Finite(x), x);
        result = Vector512.ConditionalSelect(Vector512.LessThan(x, minusOne), Vector512.Create(float.NaN), result);
        return Vector512.ConditionalSelect(
            Vector512.Equals(x, minusOne), Vector512.Create(float.NegativeInfinity), result);
    }

    /// <summary>For −1 &lt; x &lt; ∞.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Finite(float x)
    {
        float u = 1 + x;
        float lost = x < 1 ? x - (u - 1) : 1 - (u - x);
        int bits = BitConverter.SingleToInt32Bits(u);
        int k = (bits - LogFunction.LowestMantissaBits) >> LogFunction.MantissaBits;
        float f = BitConverter.Int32BitsToSingle(bits - (k << LogFunction.MantissaBits)) - 1;
        int scaleExponent = k < ExponentMax ? k : ExponentMax;
        float scale = BitConverter.Int32BitsToSingle((127 - scaleExponent) << LogFunction.MantissaBits);
        return LogFunction.Combine(k, MathF.FusedMultiplyAdd(lost, scale, f));
    }

    /// <inheritdoc cref="Finite(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Finite(Vector512<float> x)
    {
        Vector512<float> one = Vector512<float>.One;
        Vector512<float> u = one + x;
        Vector512<float> lost = Vector512.ConditionalSelect(Vector512.LessThan(x, one), x - (u - one), one - (u - x));
        Vector512<int> bits = u.AsInt32();
        Vector512<int> k = (bits - Vector512.Create(LogFunction.LowestMantissaBits)) >> LogFunction.MantissaBits;
        Vector512<float> f = (bits - (k << LogFunction.MantissaBits)).AsSingle() - one;
        Vector512<int> scaleExponent = Vector512.Min(k, Vector512.Create(ExponentMax));
        Vector512<float> scale = ((Vector512.Create(127) - scaleExponent) << LogFunction.MantissaBits).AsSingle();
        return LogFunction.Combine(k, Vector512.FusedMultiplyAdd(lost, scale, f));
    }
}
