using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Numerics.Kernels;

/// <summary>The error function (2/√π) ∫₀ˣ e^-t² dt.</summary>
/// <remarks>
/// |x| &lt; 0.93: x + x·q(x²), q of degree 6 (error 2^-31). Beyond: 1 − e^(t·p(t)) with t = |x|, p of degree 5 fitted to
/// ln erfc(t) / t (error 2^-28).
/// </remarks>
internal readonly struct ErfFunction : IUnaryOperation
{
    private const float PolynomialEnd = 0.93f;

    /// <summary>From here on the result is 1 to the last bit.</summary>
    private const float Saturated = 3.95f;

    private const float Q0 = 0.128379166f;
    private const float Q1 = -0.376126319f;
    private const float Q2 = 0.112836875f;
    private const float Q3 = -0.0268589407f;
    private const float Q4 = 0.00519990688f;
    private const float Q5 = -0.000813001359f;
    private const float Q6 = 8.31677826e-05f;

    private const float P0 = -1.12851441f;
    private const float P1 = -0.635718346f;
    private const float P2 = -0.10526184f;
    private const float P3 = 0.0228899624f;
    private const float P4 = -0.0032149551f;
    private const float P5 = 0.00021398488f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Apply(float x)
    {
        float t = MathF.Abs(x);
        if (t < PolynomialEnd)
        {
            float square = x * x;
            float q = MathF.FusedMultiplyAdd(Q6, square, Q5);
            q = MathF.FusedMultiplyAdd(q, square, Q4);
            q = MathF.FusedMultiplyAdd(q, square, Q3);
            q = MathF.FusedMultiplyAdd(q, square, Q2);
            q = MathF.FusedMultiplyAdd(q, square, Q1);
            q = MathF.FusedMultiplyAdd(q, square, Q0);
            return MathF.FusedMultiplyAdd(q, x, x);
        }

        t = t > Saturated ? Saturated : t;
        float p = MathF.FusedMultiplyAdd(P5, t, P4);
        p = MathF.FusedMultiplyAdd(p, t, P3);
        p = MathF.FusedMultiplyAdd(p, t, P2);
        p = MathF.FusedMultiplyAdd(p, t, P1);
        p = MathF.FusedMultiplyAdd(p, t, P0);
        return MathF.CopySign(1 - ExpFunction.Normal(p * t), x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x)
    {
        Vector512<float> t = Vector512.Abs(x);
        Vector512<float> isSmall = Vector512.LessThan(t, Vector512.Create(PolynomialEnd));
        Vector512<float> square = x * x;
        Vector512<float> q = Vector512.FusedMultiplyAdd(Vector512.Create(Q6), square, Vector512.Create(Q5));
        q = Vector512.FusedMultiplyAdd(q, square, Vector512.Create(Q4));
        q = Vector512.FusedMultiplyAdd(q, square, Vector512.Create(Q3));
        q = Vector512.FusedMultiplyAdd(q, square, Vector512.Create(Q2));
        q = Vector512.FusedMultiplyAdd(q, square, Vector512.Create(Q1));
        q = Vector512.FusedMultiplyAdd(q, square, Vector512.Create(Q0));
        Vector512<float> small = Vector512.FusedMultiplyAdd(q, x, x);

        Vector512<float> saturated = Vector512.Create(Saturated);
        t = Vector512.ConditionalSelect(Vector512.GreaterThan(t, saturated), saturated, t);
        Vector512<float> p = Vector512.FusedMultiplyAdd(Vector512.Create(P5), t, Vector512.Create(P4));
        p = Vector512.FusedMultiplyAdd(p, t, Vector512.Create(P3));
        p = Vector512.FusedMultiplyAdd(p, t, Vector512.Create(P2));
        p = Vector512.FusedMultiplyAdd(p, t, Vector512.Create(P1));
        p = Vector512.FusedMultiplyAdd(p, t, Vector512.Create(P0));
        Vector512<float> large = Vector512<float>.One - ExpFunction.Normal(p * t);
        return Vector512.ConditionalSelect(isSmall, small, Vector512.CopySign(large, x));
    }
}
