using System.Runtime.Intrinsics;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>ln(1 + e^−o) for class 1, ln(1 + e^o) for class 0; gradient σ(o) − y.</summary>
internal sealed class BinaryCrossEntropy(Shape output) : Loss(output, targetWidth: 1)
{
    protected override Vector128<float> EvaluateRow(
        ReadOnlySpan<float> output, ReadOnlySpan<float> target, float scale, Span<float> gradient)
    {
        float logit = output[0];
        bool isOne = target[0] >= Threshold;
        if (!gradient.IsEmpty)
        {
            gradient[0] = (VectorMath.Sigmoid(logit) - (isOne ? 1 : 0)) * scale;
        }

        return Vector128.Create(VectorMath.Softplus(isOne ? -logit : logit), logit >= 0 == isOne ? 1 : 0, 0, 0);
    }

    protected override T[] ReferenceRow<T>(
        ReadOnlySpan<T> output, ReadOnlySpan<T> target, T scale, Span<T> gradient)
    {
        T y = target[0];
        T sign = y == T.One ? -T.One : T.One;
        gradient[0] = (ReferenceMath.Sigmoid(output[0]) - y) * scale;
        T answer = output[0] >= T.Zero ? T.One : T.Zero;
        return [ReferenceMath.Softplus(sign * output[0]), answer == y ? T.One : T.Zero, T.Zero, T.Zero];
    }

    private const float Threshold = 0.5f;
}
