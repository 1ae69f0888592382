using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Kernels;

/// <summary>Hyperbolic tangent.</summary>
/// <remarks>
/// |x| &lt; 0.625: x + x³·p(x²), p a minimax polynomial of degree 4 (error 2^-27.8). Beyond: 1 − 2 / (e^2|x| + 1).
/// </remarks>
internal readonly struct TanhFunction : IUnaryOperation
{
    private const float PolynomialEnd = 0.625f;

    /// <summary>From here on the result is 1 to the last bit.</summary>
    private const float Saturated = 10f;

    private const float P0 = -0.333332807f;
    private const float P1 = 0.133314416f;
    private const float P2 = -0.0537397154f;
    private const float P3 = 0.0206390861f;
    private const float P4 = -0.00570498547f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Apply(float x)
    {
        float magnitude = MathF.Abs(x);
        if (magnitude < PolynomialEnd)
        {
            float square = x * x;
            float p = MathF.FusedMultiplyAdd(P4, square, P3);
            p = MathF.FusedMultiplyAdd(p, square, P2);
            p = MathF.FusedMultiplyAdd(p, square, P1);
            p = MathF.FusedMultiplyAdd(p, square, P0);
            return MathF.CopySign(MathF.FusedMultiplyAdd(p * square, x, x), x);
        }

        magnitude = magnitude > Saturated ? Saturated : magnitude;
        float large = 1 - (2 / (ExpFunction.Normal(magnitude + magnitude) + 1));
        return MathF.CopySign(large, x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x)
    {
        Vector512<float> magnitude = Vector512.Abs(x);
        Vector512<float> isSmall = Vector512.LessThan(magnitude, Vector512.Create(PolynomialEnd));
        Vector512<float> square = x * x;
        Vector512<float> p = Vector512.FusedMultiplyAdd(Vector512.Create(P4), square, Vector512.Create(P3));
        p = Vector512.FusedMultiplyAdd(p, square, Vector512.Create(P2));
        p = Vector512.FusedMultiplyAdd(p, square, Vector512.Create(P1));
        p = Vector512.FusedMultiplyAdd(p, square, Vector512.Create(P0));
        Vector512<float> small = Vector512.FusedMultiplyAdd(p * square, x, x);

        Vector512<float> saturated = Vector512.Create(Saturated);
        magnitude = Vector512.ConditionalSelect(Vector512.GreaterThan(magnitude, saturated), saturated, magnitude);
        Vector512<float> exponential = ExpFunction.Normal(magnitude + magnitude);
        Vector512<float> one = Vector512<float>.One;
        Vector512<float> large = one - (Vector512.Create(2f) / (exponential + one));
        return Vector512.CopySign(Vector512.ConditionalSelect(isSmall, small, large), x);
    }
}
