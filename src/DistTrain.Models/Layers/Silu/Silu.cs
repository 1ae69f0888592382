using System.Numerics;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>x·σ(x), derivative σ(x) + x·σ(x)·(1 − σ(x)). It falls and rises again below 0, so that the input must be kept.</summary>
internal readonly struct Silu : IActivation
{
    public static bool KeepsOutput => false;

    public static void Forward(ReadOnlySpan<float> input, Span<float> output, float parameter, bool isTraining) =>
        VectorMath.Silu(input, output);

    public static void Backward(ReadOnlySpan<float> kept, Span<float> gradient, float parameter) =>
        Elementwise.SiluBackward(kept, gradient, gradient);

    public static T Forward<T>(T x, T parameter, bool isTraining)
        where T : struct, IFloatingPointIeee754<T> =>
        x is float single ? T.CreateChecked(VectorMath.Silu(single)) : x * ReferenceMath.Sigmoid(x);

    public static T Backward<T>(T x, T output, T gradient, T parameter)
        where T : struct, IFloatingPointIeee754<T>
    {
        if (x is float single && gradient is float singleGradient)
        {
            float result = 0;
            Elementwise.SiluBackward([single], [singleGradient], new Span<float>(ref result));
            return T.CreateChecked(result);
        }

        T sigmoid = ReferenceMath.Sigmoid(x);
        return gradient * (sigmoid + (x * sigmoid * (T.One - sigmoid)));
    }
}
