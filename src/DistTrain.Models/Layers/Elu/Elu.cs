using System.Numerics;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>x where x ≥ 0, else α·(e^x − 1), derivative output + α. The derivative at 0 is 1.</summary>
/// <remarks>
/// The sign bit of the output tells the backward pass on which side the input was: −0 comes in as +0, and
/// α·(e^x − 1) of a negative x has its sign bit set, underflow and α = 0 included.
/// </remarks>
internal readonly struct Elu : IActivation
{
    public static bool KeepsOutput => true;

    public static void Forward(ReadOnlySpan<float> input, Span<float> output, float parameter, bool isTraining) =>
        VectorMath.Elu(parameter, input, output);

    public static void Backward(ReadOnlySpan<float> kept, Span<float> gradient, float parameter) =>
        Elementwise.EluBackward(parameter, kept, gradient, gradient);

    public static T Forward<T>(T x, T parameter, bool isTraining)
        where T : struct, IFloatingPointIeee754<T>
    {
        if (x is float single && parameter is float alpha)
        {
            return T.CreateChecked(VectorMath.Elu(alpha, single));
        }

        return x < T.Zero ? parameter * T.ExpM1(x) : x;
    }

    public static T Backward<T>(T x, T output, T gradient, T parameter)
        where T : struct, IFloatingPointIeee754<T> => x < T.Zero ? gradient * (output + parameter) : gradient;
}
