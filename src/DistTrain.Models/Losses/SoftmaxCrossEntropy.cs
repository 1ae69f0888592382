using System.Diagnostics.CodeAnalysis;
using System.Runtime.Intrinsics;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>
/// ln Σ e^(oᵢ − max) − ((1 − ε)·(o_label − max) + ε·(mean(o) − max)), ε the label smoothing; gradient softmax(o) − t,
/// t = ε / classes, and 1 − ε more at the label. The first largest logit is the answer.
/// </summary>
internal sealed class SoftmaxCrossEntropy(Shape output, float smoothing) : Loss(output, targetWidth: 1)
{
    protected override Vector128<float> EvaluateRow(
        ReadOnlySpan<float> output, ReadOnlySpan<float> target, float scale, Span<float> gradient)
    {
        int label = Label(target[0], output.Length);
        float sum = RowSoftmax.Exponentials(output, gradient, out float max);
        float score = output[label] - max;
        if (smoothing > 0)
        {
            // Not without smoothing, where a logit of −∞ still has a loss: 0 · ∞ is not a number.
            float mean = LaneSum.Sum(output) / output.Length;
            score = ((1 - smoothing) * score) + (smoothing * (mean - max));
        }

        float loss = VectorMath.Log(sum) - score;
        float correct = RowExtremes.ArgMax(output) == label ? 1 : 0;
        if (!gradient.IsEmpty)
        {
            float share = smoothing / output.Length;
            float labelGradient = ((gradient[label] / sum) - (1 - smoothing + share)) * scale;
            VectorMap.Apply(new Derivative(sum, share, scale), gradient, gradient);
            gradient[label] = labelGradient;
        }

        return Vector128.Create(loss, correct, 0, 0);
    }

    protected override T[] ReferenceRow<T>(
        ReadOnlySpan<T> output, ReadOnlySpan<T> target, T scale, Span<T> gradient)
    {
        int label = int.CreateChecked(target[0]);
        (T max, T sum) = ReferenceSums.Exponentials(output, gradient);
        T smooth = T.CreateChecked(smoothing), classes = T.CreateChecked(output.Length), share = smooth / classes;
        T score = output[label] - max;
        score = smoothing > 0
            ? ((T.One - smooth) * score) + (smooth * ((ReferenceSums.Lanes(output) / classes) - max))
            : score;
        T loss = ReferenceMath.Log(sum) - score;
        int answer = 0;
        for (int at = 0; at < output.Length; at++)
        {
            answer = output[at] > output[answer] ? at : answer;
            gradient[at] = ((gradient[at] / sum) - (at == label ? T.One - smooth + share : share)) * scale;
        }

        return [loss, answer == label ? T.One : T.Zero, T.Zero, T.Zero];
    }

    private static int Label(float target, int classes)
    {
        if (!(target >= 0 && target < classes))
        {
            ThrowLabel(target, classes);
        }

        return (int)target;
    }

    [DoesNotReturn]
    private static void ThrowLabel(float target, int classes) => throw new ArgumentException(
        $"a target is the class {target}, but the network has {classes} outputs: expected 0 to {classes - 1}");

    // Without smoothing, subtracting 0 changes nothing: a probability is never −0.
    private readonly struct Derivative(float sum, float share, float scale) : IUnaryFunction
    {
        public Vector512<float> Apply(Vector512<float> x) =>
            ((x / Vector512.Create(sum)) - Vector512.Create(share)) * Vector512.Create(scale);
    }
}
