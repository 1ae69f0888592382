using System.Diagnostics.CodeAnalysis;
using System.Runtime.Intrinsics;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>ln Σ e^(oᵢ − max) − (o_label − max); gradient softmax(o) − one-hot(label). The first largest logit is the answer.</summary>
internal sealed class SoftmaxCrossEntropy(Shape output) : Loss(output, targetWidth: 1)
{
    protected override Vector128<float> EvaluateRow(
        ReadOnlySpan<float> output, ReadOnlySpan<float> target, float scale, Span<float> gradient)
    {
        int label = Label(target[0], output.Length);
        float sum = RowSoftmax.Exponentials(output, gradient, out float max);
        float loss = VectorMath.Log(sum) - (output[label] - max);
        float correct = RowExtremes.ArgMax(output) == label ? 1 : 0;
        if (!gradient.IsEmpty)
        {
            float labelGradient = ((gradient[label] / sum) - 1) * scale;
            VectorMap.Apply(new Derivative(sum, scale), gradient, gradient);
            gradient[label] = labelGradient;
        }

        return Vector128.Create(loss, correct, 0, 0);
    }

    protected override T[] ReferenceRow<T>(
        ReadOnlySpan<T> output, ReadOnlySpan<T> target, T scale, Span<T> gradient)
    {
        int label = int.CreateChecked(target[0]);
        (T max, T sum) = ReferenceSums.Exponentials(output, gradient);
        T loss = ReferenceMath.Log(sum) - (output[label] - max);
        int answer = 0;
        for (int at = 0; at < output.Length; at++)
        {
            answer = output[at] > output[answer] ? at : answer;
            gradient[at] = ((gradient[at] / sum) - (at == label ? T.One : T.Zero)) * scale;
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

    // Subtracting 0 in the twin changes nothing: a probability is never −0.
    private readonly struct Derivative(float sum, float scale) : IUnaryFunction
    {
        public Vector512<float> Apply(Vector512<float> x) => x / Vector512.Create(sum) * Vector512.Create(scale);
    }
}
