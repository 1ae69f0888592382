using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DistTrain.Models;

/// <summary>Stochastic gradient descent; the rule stands at <see cref="SgdSpec"/>.</summary>
internal sealed class SgdOptimizer(SgdSpec spec) : Optimizer
{
    private readonly bool _hasMomentum = spec.Momentum > 0;
    private readonly bool _hasDecay = spec.WeightDecay > 0;

    public override int StateCount => _hasMomentum ? 1 : 0;

    public override void Apply(long step, float learningRate, float clipFactor, in UpdateSpans spans)
    {
        Vector512<float> minusRate = Vector512.Create(-learningRate);
        Vector512<float> clip = Vector512.Create(clipFactor);
        Vector512<float> momentum = Vector512.Create(spec.Momentum);
        Vector512<float> decay = Vector512.Create(spec.WeightDecay);
        ref float parameters = ref MemoryMarshal.GetReference(spans.Parameters);
        ref float gradients = ref MemoryMarshal.GetReference(spans.Gradient);
        ref float velocities = ref MemoryMarshal.GetReference(spans.State0);
        int at = 0;
        for (; at + Width <= spans.Parameters.Length; at += Width)
        {
            Vector512<float> w = Vector512.LoadUnsafe(ref parameters, (nuint)at);
            Vector512<float> g = Vector512.LoadUnsafe(ref gradients, (nuint)at) * clip;
            if (_hasDecay)
            {
                g = Vector512.FusedMultiplyAdd(decay, w, g);
            }

            if (_hasMomentum)
            {
                Vector512<float> v = Vector512.LoadUnsafe(ref velocities, (nuint)at);
                v = Vector512.FusedMultiplyAdd(momentum, v, g);
                v.StoreUnsafe(ref velocities, (nuint)at);
                g = spec.Nesterov ? Vector512.FusedMultiplyAdd(momentum, v, g) : v;
            }

            Vector512.FusedMultiplyAdd(minusRate, g, w).StoreUnsafe(ref parameters, (nuint)at);
        }

        ApplyScalar(step, learningRate, clipFactor, spans.From(at));
    }

    public override void ApplyScalar(long step, float learningRate, float clipFactor, in UpdateSpans spans)
    {
        for (int at = 0; at < spans.Parameters.Length; at++)
        {
            float w = spans.Parameters[at];
            float g = spans.Gradient[at] * clipFactor;
            if (_hasDecay)
            {
                g = MathF.FusedMultiplyAdd(spec.WeightDecay, w, g);
            }

            if (_hasMomentum)
            {
                float v = MathF.FusedMultiplyAdd(spec.Momentum, spans.State0[at], g);
                spans.State0[at] = v;
                g = spec.Nesterov ? MathF.FusedMultiplyAdd(spec.Momentum, v, g) : v;
            }

            spans.Parameters[at] = MathF.FusedMultiplyAdd(-learningRate, g, w);
        }
    }

    private static readonly int Width = Vector512<float>.Count;
}
