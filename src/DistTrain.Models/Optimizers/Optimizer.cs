namespace DistTrain.Models;

/// <summary>An elementwise update rule. Immutable; the state is the caller's.</summary>
internal abstract class Optimizer
{
    /// <summary>State vectors, each as long as the parameters: 0, 1 or 2.</summary>
    public abstract int StateCount { get; }

    /// <summary>Updates parameters and state in place. All spans have one length; unused state is empty.</summary>
    /// <param name="step">From 0.</param>
    /// <param name="clipFactor">Multiplies the gradient first.</param>
    public abstract void Apply(long step, float learningRate, float clipFactor, in UpdateSpans spans);

    /// <summary>The plain twin.</summary>
    public abstract void ApplyScalar(long step, float learningRate, float clipFactor, in UpdateSpans spans);
}

/// <summary>The same stretch of the parameters, the gradient and up to two state vectors.</summary>
internal readonly ref struct UpdateSpans(
    Span<float> parameters, ReadOnlySpan<float> gradient, Span<float> state0, Span<float> state1)
{
    public readonly Span<float> Parameters = parameters;
    public readonly ReadOnlySpan<float> Gradient = gradient;
    public readonly Span<float> State0 = state0;
    public readonly Span<float> State1 = state1;

    /// <summary>From a position on.</summary>
    public UpdateSpans From(int start) => new(
        Parameters[start..],
        Gradient[start..],
        State0.IsEmpty ? default : State0[start..],
        State1.IsEmpty ? default : State1[start..]);
}
