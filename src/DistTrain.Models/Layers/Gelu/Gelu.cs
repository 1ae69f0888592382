using System.Numerics;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>x·Φ(x), derivative Φ(x) + x·φ(x). It falls and rises again below 0, so that the input must be kept.</summary>
internal readonly struct Gelu : IActivation
{
    public static bool KeepsOutput => false;

    public static void Forward(ReadOnlySpan<float> input, Span<float> output, float parameter, bool isTraining) =>
        VectorMath.Gelu(input, output);

    public static void Backward(ReadOnlySpan<float> kept, Span<float> gradient, float parameter) =>
        Elementwise.GeluBackward(kept, gradient, gradient);

    public static T Forward<T>(T x, T parameter, bool isTraining)
        where T : struct, IFloatingPointIeee754<T> =>
        x is float single ? T.CreateChecked(VectorMath.Gelu(single)) : x * ReferenceMath.NormalDistribution(x);

    public static T Backward<T>(T x, T output, T gradient, T parameter)
        where T : struct, IFloatingPointIeee754<T>
    {
        if (x is float single && gradient is float singleGradient)
        {
            float result = 0;
            Elementwise.GeluBackward([single], [singleGradient], new Span<float>(ref result));
            return T.CreateChecked(result);
        }

        return gradient * (ReferenceMath.NormalDistribution(x) + (x * ReferenceMath.NormalDensity(x)));
    }
}
