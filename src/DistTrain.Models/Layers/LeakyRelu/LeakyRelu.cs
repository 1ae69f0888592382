using System.Numerics;
using System.Runtime.Intrinsics;

namespace DistTrain.Models;

/// <summary>x where x ≥ 0, else slope · x. The derivative at 0 is 1.</summary>
/// <remarks>
/// The sign bit of the output tells the backward pass on which side the input was: −0 comes in as +0 (adding +0 does
/// that), and slope · x of a negative x has its sign bit set, underflow and slope 0 included.
/// </remarks>
internal readonly struct LeakyRelu : IActivation
{
    public static bool KeepsOutput => true;

    public static void Forward(ReadOnlySpan<float> input, Span<float> output, float parameter, bool isTraining) =>
        VectorMap.Apply(new Function(parameter), input, output);

    public static void Backward(ReadOnlySpan<float> kept, Span<float> gradient, float parameter) =>
        VectorMap.Combine(new Derivative(parameter), kept, gradient);

    public static T Forward<T>(T x, T parameter, bool isTraining)
        where T : struct, IFloatingPointIeee754<T> => x < T.Zero ? x * parameter : x + T.Zero;

    public static T Backward<T>(T x, T output, T gradient, T parameter)
        where T : struct, IFloatingPointIeee754<T> => x < T.Zero ? gradient * parameter : gradient;

    private readonly struct Function(float slope) : IUnaryFunction
    {
        public Vector512<float> Apply(Vector512<float> x) => Vector512.ConditionalSelect(
            Vector512.LessThan(x, Vector512<float>.Zero), x * Vector512.Create(slope), x + Vector512<float>.Zero);
    }

    private readonly struct Derivative(float slope) : IBinaryFunction
    {
        public Vector512<float> Apply(Vector512<float> first, Vector512<float> second) => Vector512.ConditionalSelect(
            Vector512.LessThan(first.AsInt32(), Vector512<int>.Zero).AsSingle(),
            second * Vector512.Create(slope),
            second);
    }
}
