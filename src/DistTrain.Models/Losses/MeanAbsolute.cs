using System.Numerics;
using System.Runtime.Intrinsics;

namespace DistTrain.Models;

/// <summary>|e|, derivative the sign of e, 0 at 0. Not-a-number stays one.</summary>
internal readonly struct MeanAbsolute : IErrorFunction
{
    public static Vector512<float> Loss(Vector512<float> error, float parameter) => Vector512.Abs(error);

    public static Vector512<float> Gradient(Vector512<float> error, float parameter)
    {
        Vector512<float> sign = (error & Vector512.Create(-0f)) | Vector512<float>.One;
        Vector512<float> isZero = Vector512.Equals(error, Vector512<float>.Zero);
        return Vector512.ConditionalSelect(Vector512.Equals(error, error), Vector512.AndNot(sign, isZero), error);
    }

    public static T Loss<T>(T error, T parameter)
        where T : struct, IFloatingPointIeee754<T> => T.Abs(error);

    public static T Gradient<T>(T error, T parameter)
        where T : struct, IFloatingPointIeee754<T> =>
        error > T.Zero ? T.One : error < T.Zero ? -T.One : error == T.Zero ? T.Zero : error;
}
