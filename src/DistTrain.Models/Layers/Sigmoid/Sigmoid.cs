using System.Numerics;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>y = 1 / (1 + e^−x), derivative y·(1 − y).</summary>
internal readonly struct Sigmoid : IActivation
{
    public static bool KeepsOutput => true;

    public static void Forward(ReadOnlySpan<float> input, Span<float> output, float parameter, bool isTraining) =>
        VectorMath.Sigmoid(input, output);

    public static void Backward(ReadOnlySpan<float> kept, Span<float> gradient, float parameter) =>
        Elementwise.SigmoidBackward(kept, gradient, gradient);

    public static T Forward<T>(T x, T parameter, bool isTraining)
        where T : struct, IFloatingPointIeee754<T> => ReferenceMath.Sigmoid(x);

    public static T Backward<T>(T x, T output, T gradient, T parameter)
        where T : struct, IFloatingPointIeee754<T> => gradient * (output * (T.One - output));
}
