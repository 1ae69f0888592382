using System.Numerics;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>y = tanh x, derivative 1 − y².</summary>
internal readonly struct Tanh : IActivation
{
    public static bool KeepsOutput => true;

    public static void Forward(ReadOnlySpan<float> input, Span<float> output, float parameter, bool isTraining) =>
        VectorMath.Tanh(input, output);

    public static void Backward(ReadOnlySpan<float> kept, Span<float> gradient, float parameter) =>
        Elementwise.TanhBackward(kept, gradient, gradient);

    public static T Forward<T>(T x, T parameter, bool isTraining)
        where T : struct, IFloatingPointIeee754<T> => ReferenceMath.Tanh(x);

    public static T Backward<T>(T x, T output, T gradient, T parameter)
        where T : struct, IFloatingPointIeee754<T> => gradient * T.FusedMultiplyAdd(-output, output, T.One);
}
