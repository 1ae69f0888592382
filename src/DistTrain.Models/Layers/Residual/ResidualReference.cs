using System.Numerics;

namespace DistTrain.Models;

/// <summary>The plain twin of <see cref="ResidualLane"/>.</summary>
internal sealed class ResidualReference<T>(ResidualLayer layer) : ReferenceLayer<T>
    where T : struct, IFloatingPointIeee754<T>
{
    private readonly ReferenceChain<T> _inner = new(layer.Inner);

    public override T[] Forward(ReferencePass<T> pass, T[] input) =>
        [.. input.Zip(_inner.Forward(pass, input), (x, y) => x + y)];

    public override T[] Backward(ReferencePass<T> pass, T[] input, T[] output, T[] outputGradient, T[] parameterGradient)
    {
        T[] inner = _inner.Backward(pass, input, outputGradient, parameterGradient);
        return [.. outputGradient.Zip(inner, (x, y) => x + y)];
    }
}
