using System.Numerics;

namespace DistTrain.Models;

/// <summary>An elementwise function with its derivative, fast and as plain twin.</summary>
internal interface IActivation
{
    /// <summary>What the backward pass starts from: the output (true) or the input.</summary>
    static abstract bool KeepsOutput { get; }

    /// <param name="output">As long as the input; may be the same memory.</param>
    /// <param name="parameter">The layer's number, as the slope; 0 where it has none.</param>
    static abstract void Forward(ReadOnlySpan<float> input, Span<float> output, float parameter, bool isTraining);

    /// <param name="kept">Output or input, as <see cref="KeepsOutput"/> says.</param>
    /// <param name="gradient">In: the output's. Out: the input's.</param>
    static abstract void Backward(ReadOnlySpan<float> kept, Span<float> gradient, float parameter);

    static abstract T Forward<T>(T x, T parameter, bool isTraining)
        where T : struct, IFloatingPointIeee754<T>;

    static abstract T Backward<T>(T x, T output, T gradient, T parameter)
        where T : struct, IFloatingPointIeee754<T>;
}
