using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Kernels;

/// <summary>The standard normal distribution function Φ and its density φ, from one exponential.</summary>
/// <remarks>
/// With t = |x|: Φ(−t) = e^(−t²/2) · r(t), where r falls slowly from ½ to 0.4/t. (t + 2.5)·r(t) is taken as a minimax
/// polynomial of degree 9 in s = (t − 2.5) / (t + 2.5) (relative error 2^-26 up to t = 14.5). The part of t² that its
/// rounding loses is put back into the exponential, so that the tail keeps its digits.
/// </remarks>
internal static class NormalDistribution
{
    /// <summary>Φ(−End) and φ(End) are 0 in float32.</summary>
    public const float End = 14.5f;

    private const float Center = 2.5f;
    /// <summary>φ(0) = 1 / √(2π).</summary>
    public const float DensityAtZero = 0.398942292f;

    private const float R0 = 0.706656635f;
    private const float R1 = -0.433692008f;
    private const float R2 = 0.131986961f;
    private const float R3 = 0.0092359148f;
    private const float R4 = -0.0163860209f;
    private const float R5 = -0.00160096108f;
    private const float R6 = 0.00252329698f;
    private const float R7 = 0.000684344384f;
    private const float R8 = -0.00031086462f;
    private const float R9 = -0.000157266477f;

    /// <summary>r(|x|).</summary>
    /// <param name="exponential">e^(−x²/2).</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Ratio(float x, out float exponential)
    {
        float t = MathF.Abs(x);
        t = t > End ? End : t;
        float square = t * t;
        float lost = MathF.FusedMultiplyAdd(t, t, -square);
        exponential = default(ExpFunction).Apply(-0.5f * square);
        exponential = MathF.FusedMultiplyAdd(exponential, -0.5f * lost, exponential);
        float inverse = 1 / (t + Center);
        float s = (t - Center) * inverse;
        float r = MathF.FusedMultiplyAdd(R9, s, R8);
        r = MathF.FusedMultiplyAdd(r, s, R7);
        r = MathF.FusedMultiplyAdd(r, s, R6);
        r = MathF.FusedMultiplyAdd(r, s, R5);
        r = MathF.FusedMultiplyAdd(r, s, R4);
        r = MathF.FusedMultiplyAdd(r, s, R3);
        r = MathF.FusedMultiplyAdd(r, s, R2);
        r = MathF.FusedMultiplyAdd(r, s, R1);
        r = MathF.FusedMultiplyAdd(r, s, R0);
        return r * inverse;
    }

    /// <inheritdoc cref="Ratio(float, out float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Ratio(Vector512<float> x, out Vector512<float> exponential)
    {
        Vector512<float> end = Vector512.Create(End);
        Vector512<float> t = Vector512.Abs(x);
        t = Vector512.ConditionalSelect(Vector512.GreaterThan(t, end), end, t);
        Vector512<float> square = t * t;
        Vector512<float> lost = Vector512.FusedMultiplyAdd(t, t, -square);
        Vector512<float> minusHalf = Vector512.Create(-0.5f);
        exponential = default(ExpFunction).Apply(minusHalf * square);
        exponential = Vector512.FusedMultiplyAdd(exponential, minusHalf * lost, exponential);
        Vector512<float> center = Vector512.Create(Center);
        Vector512<float> inverse = Vector512<float>.One / (t + center);
        Vector512<float> s = (t - center) * inverse;
        Vector512<float> r = Vector512.FusedMultiplyAdd(Vector512.Create(R9), s, Vector512.Create(R8));
        r = Vector512.FusedMultiplyAdd(r, s, Vector512.Create(R7));
        r = Vector512.FusedMultiplyAdd(r, s, Vector512.Create(R6));
        r = Vector512.FusedMultiplyAdd(r, s, Vector512.Create(R5));
        r = Vector512.FusedMultiplyAdd(r, s, Vector512.Create(R4));
        r = Vector512.FusedMultiplyAdd(r, s, Vector512.Create(R3));
        r = Vector512.FusedMultiplyAdd(r, s, Vector512.Create(R2));
        r = Vector512.FusedMultiplyAdd(r, s, Vector512.Create(R1));
        r = Vector512.FusedMultiplyAdd(r, s, Vector512.Create(R0));
        return r * inverse;
    }
}
