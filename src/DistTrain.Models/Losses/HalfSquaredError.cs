using System.Numerics;
using System.Runtime.Intrinsics;

namespace DistTrain.Models;

/// <summary>½e², derivative e.</summary>
internal readonly struct HalfSquaredError : IErrorFunction
{
    public static Vector512<float> Loss(Vector512<float> error, float parameter) => error * Vector512.Create(0.5f) * error;

    public static Vector512<float> Gradient(Vector512<float> error, float parameter) => error;

    public static T Loss<T>(T error, T parameter)
        where T : struct, IFloatingPointIeee754<T> => error * T.CreateChecked(0.5f) * error;

    public static T Gradient<T>(T error, T parameter)
        where T : struct, IFloatingPointIeee754<T> => error;
}
