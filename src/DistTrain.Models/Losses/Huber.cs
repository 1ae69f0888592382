using System.Numerics;
using System.Runtime.Intrinsics;

namespace DistTrain.Models;

/// <summary>½e² where |e| ≤ δ, else δ·(|e| − ½δ); derivative e, cut off at ±δ.</summary>
internal readonly struct Huber : IErrorFunction
{
    public static Vector512<float> Loss(Vector512<float> error, float parameter)
    {
        Vector512<float> delta = Vector512.Create(parameter);
        Vector512<float> absolute = Vector512.Abs(error);
        return Vector512.ConditionalSelect(
            Vector512.GreaterThan(absolute, delta),
            delta * (absolute - (delta * Vector512.Create(0.5f))),
            error * Vector512.Create(0.5f) * error);
    }

    public static Vector512<float> Gradient(Vector512<float> error, float parameter)
    {
        Vector512<float> delta = Vector512.Create(parameter);
        Vector512<float> cut = (error & Vector512.Create(-0f)) | delta;
        return Vector512.ConditionalSelect(Vector512.GreaterThan(Vector512.Abs(error), delta), cut, error);
    }

    public static T Loss<T>(T error, T parameter)
        where T : struct, IFloatingPointIeee754<T>
    {
        T half = T.CreateChecked(0.5f);
        T absolute = T.Abs(error);
        return absolute > parameter ? parameter * (absolute - (parameter * half)) : error * half * error;
    }

    public static T Gradient<T>(T error, T parameter)
        where T : struct, IFloatingPointIeee754<T> =>
        T.Abs(error) > parameter ? T.CopySign(parameter, error) : error;
}
