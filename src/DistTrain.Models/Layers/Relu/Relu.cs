using System.Numerics;
using System.Runtime.Intrinsics;

namespace DistTrain.Models;

/// <summary>max(x, 0); the derivative at 0 is 1. Not-a-number stays one.</summary>
/// <remarks>
/// In training the zero for a negative input is −0, so that the output's sign bit tells the backward pass on which side
/// the input was, and the input need not be kept. In evaluation it is +0.
/// </remarks>
internal readonly struct Relu : IActivation
{
    public static bool KeepsOutput => true;

    public static void Forward(ReadOnlySpan<float> input, Span<float> output, float parameter, bool isTraining) =>
        VectorMap.Apply(new Function(isTraining ? -0f : 0f), input, output);

    public static void Backward(ReadOnlySpan<float> kept, Span<float> gradient, float parameter) =>
        VectorMap.Combine(default(Derivative), kept, gradient);

    public static T Forward<T>(T x, T parameter, bool isTraining)
        where T : struct, IFloatingPointIeee754<T>
    {
        if (x < T.Zero)
        {
            return isTraining ? T.NegativeZero : T.Zero;
        }

        return x + T.Zero;
    }

    public static T Backward<T>(T x, T output, T gradient, T parameter)
        where T : struct, IFloatingPointIeee754<T> => x < T.Zero ? T.Zero : gradient;

    private readonly struct Function(float belowZero) : IUnaryFunction
    {
        public Vector512<float> Apply(Vector512<float> x) => Vector512.ConditionalSelect(
            Vector512.LessThan(x, Vector512<float>.Zero), Vector512.Create(belowZero), x + Vector512<float>.Zero);
    }

    private readonly struct Derivative : IBinaryFunction
    {
        public Vector512<float> Apply(Vector512<float> first, Vector512<float> second) => Vector512.ConditionalSelect(
            Vector512.LessThan(first.AsInt32(), Vector512<int>.Zero).AsSingle(), Vector512<float>.Zero, second);
    }
}
