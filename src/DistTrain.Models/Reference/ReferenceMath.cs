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

    private static T As<T>(float value)
        where T : struct, IFloatingPointIeee754<T> => T.CreateChecked(value);
}
