using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Models;

/// <summary>Adam and AdamW: state 0 is the gradient's mean m, state 1 the squared gradient's mean v.</summary>
/// <remarks>
/// w ← w − α / (1 − β1^t) · m / (√v / √(1 − β2^t) + ε), t from 1: Kingma and Ba 2015, end of section 2. What depends on
/// the step alone is worked out in double by exact operations.
/// </remarks>
internal sealed class AdamOptimizer(float beta1, float beta2, float epsilon, float weightDecay, bool isDecayDecoupled)
    : Optimizer
{
    private readonly float _rest1 = 1f - beta1;
    private readonly float _rest2 = 1f - beta2;
    private readonly bool _addsDecay = weightDecay > 0 && !isDecayDecoupled;
    private readonly bool _shrinks = weightDecay > 0 && isDecayDecoupled;

    public override int StateCount => 2;

    public override void Apply(long step, float learningRate, float clipFactor, in UpdateSpans spans)
    {
        (float stepSize, float rootFactor, float shrink) = Factors(step, learningRate);
        ref float parameters = ref MemoryMarshal.GetReference(spans.Parameters);
        ref float gradients = ref MemoryMarshal.GetReference(spans.Gradient);
        ref float means = ref MemoryMarshal.GetReference(spans.State0);
        ref float squares = ref MemoryMarshal.GetReference(spans.State1);
        int at = 0;
        for (; at + Width <= spans.Parameters.Length; at += Width)
        {
            Vector512<float> w = Vector512.LoadUnsafe(ref parameters, (nuint)at);
            Vector512<float> g = Vector512.LoadUnsafe(ref gradients, (nuint)at) * Vector512.Create(clipFactor);
            if (_addsDecay)
            {
                g = Vector512.FusedMultiplyAdd(Vector512.Create(weightDecay), w, g);
            }

            Vector512<float> m = Vector512.FusedMultiplyAdd(
                Vector512.Create(beta1), Vector512.LoadUnsafe(ref means, (nuint)at), Vector512.Create(_rest1) * g);
            Vector512<float> v = Vector512.FusedMultiplyAdd(
                Vector512.Create(beta2), Vector512.LoadUnsafe(ref squares, (nuint)at), Vector512.Create(_rest2) * g * g);
            m.StoreUnsafe(ref means, (nuint)at);
            v.StoreUnsafe(ref squares, (nuint)at);
            Vector512<float> root = Vector512.FusedMultiplyAdd(
                Vector512.Sqrt(v), Vector512.Create(rootFactor), Vector512.Create(epsilon));
            if (_shrinks)
            {
                w *= Vector512.Create(shrink);
            }

            Vector512.FusedMultiplyAdd(Vector512.Create(-stepSize), m / root, w).StoreUnsafe(ref parameters, (nuint)at);
        }

        ApplyScalar(step, learningRate, clipFactor, spans.From(at));
    }

    public override void ApplyScalar(long step, float learningRate, float clipFactor, in UpdateSpans spans)
    {
        (float stepSize, float rootFactor, float shrink) = Factors(step, learningRate);
        for (int at = 0; at < spans.Parameters.Length; at++)
        {
            float w = spans.Parameters[at];
            float g = spans.Gradient[at] * clipFactor;
            if (_addsDecay)
            {
                g = MathF.FusedMultiplyAdd(weightDecay, w, g);
            }

            float m = MathF.FusedMultiplyAdd(beta1, spans.State0[at], _rest1 * g);
            float v = MathF.FusedMultiplyAdd(beta2, spans.State1[at], _rest2 * g * g);
            spans.State0[at] = m;
            spans.State1[at] = v;
            float root = MathF.FusedMultiplyAdd(MathF.Sqrt(v), rootFactor, epsilon);
            if (_shrinks)
            {
                w *= shrink;
            }

            spans.Parameters[at] = MathF.FusedMultiplyAdd(-stepSize, m / root, w);
        }
    }

    private (float StepSize, float RootFactor, float Shrink) Factors(long step, float learningRate)
    {
        double correction1 = 1 - ExactMath.Power(beta1, step + 1);
        double correction2 = 1 - ExactMath.Power(beta2, step + 1);
        return (
            (float)(learningRate / correction1),
            (float)(1 / Math.Sqrt(correction2)),
            (float)(1 - ((double)learningRate * weightDecay)));
    }

    private static readonly int Width = Vector512<float>.Count;
}
