using System.Numerics;

namespace DistTrain.Models;

/// <summary>The plain twin of <see cref="EmbeddingLane"/>.</summary>
internal sealed class EmbeddingReference<T>(EmbeddingLayer layer) : ReferenceLayer<T>
    where T : struct, IFloatingPointIeee754<T>
{
    public override T[] Forward(ReferencePass<T> pass, T[] input)
    {
        var output = new T[input.Length * layer.Width];
        for (int at = 0; at < output.Length; at++)
        {
            output[at] = pass.Parameters[Position(input, at)];
        }

        return output;
    }

    public override T[] Backward(ReferencePass<T> pass, T[] input, T[] output, T[] outputGradient, T[] parameterGradient)
    {
        for (int at = 0; at < output.Length; at++)
        {
            parameterGradient[Position(input, at)] += outputGradient[at];
        }

        return new T[input.Length];
    }

    private int Position(T[] input, int at) =>
        layer.Weight.Start + (int.CreateChecked(input[at / layer.Width]) * layer.Width) + (at % layer.Width);
}
