using System.Numerics;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>Transcendental functions of the twins: the project's own in float, the framework's in other types.</summary>
internal static class ReferenceMath
{
    public static T Exp<T>(T x)
        where T : struct, IFloatingPointIeee754<T> => x is float single ? As<T>(VectorMath.Exp(single)) : T.Exp(x);

    public static T Log<T>(T x)
        where T : struct, IFloatingPointIeee754<T> => x is float single ? As<T>(VectorMath.Log(single)) : T.Log(x);

    public static T Tanh<T>(T x)
        where T : struct, IFloatingPointIeee754<T> => x is float single ? As<T>(VectorMath.Tanh(single)) : T.Tanh(x);

    public static T Sigmoid<T>(T x)
        where T : struct, IFloatingPointIeee754<T> =>
        x is float single ? As<T>(VectorMath.Sigmoid(single)) : T.One / (T.One + T.Exp(-x));

    /// <summary>ln(1 + e^x).</summary>
    public static T Softplus<T>(T x)
        where T : struct, IFloatingPointIeee754<T> =>
        x is float single ? As<T>(VectorMath.Softplus(single)) : T.Max(x, T.Zero) + T.LogP1(T.Exp(-T.Abs(x)));

    /// <summary>Φ(x), the normal distribution function; not for float.</summary>
    /// <remarks>½ + φ(x)·(x + x³/3 + x⁵/(3·5) + …), good to the last digits for |x| of a few units.</remarks>
    public static T NormalDistribution<T>(T x)
        where T : struct, IFloatingPointIeee754<T>
    {
        T term = x;
        T sum = x;
        for (int odd = 3; T.Abs(term) > T.Epsilon * T.Abs(sum) && odd < TermsMax; odd += 2)
        {
            term *= x * x / T.CreateChecked(odd);
            sum += term;
        }

        return T.CreateChecked(0.5) + (NormalDensity(x) * sum);
    }

    /// <summary>φ(x) = e^(−x²/2) / √(2π).</summary>
    public static T NormalDensity<T>(T x)
        where T : struct, IFloatingPointIeee754<T> => T.Exp(-x * x / T.CreateChecked(2)) / T.Sqrt(T.Tau);

    /// <summary>The series' terms shrink from |x|² on; 400 are enough for |x| up to 12.</summary>
    private const int TermsMax = 800;

    private static T As<T>(float value)
        where T : struct, IFloatingPointIeee754<T> => T.CreateChecked(value);
}
