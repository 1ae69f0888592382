using System.Numerics;

namespace DistTrain.Models;

/// <summary>The plain twin of <see cref="LinearLane"/>: every element one chain of fused multiply-adds over k ascending.</summary>
internal sealed class LinearReference<T>(LinearLayer layer) : ReferenceLayer<T>
    where T : struct, IFloatingPointIeee754<T>
{
    private readonly int _inputs = layer.Input.Size;
    private readonly int _units = layer.Output.Size;

    public override T[] Forward(ReferencePass<T> pass, T[] input)
    {
        var output = new T[pass.Rows * _units];
        for (int row = 0; row < pass.Rows; row++)
        {
            for (int unit = 0; unit < _units; unit++)
            {
                T sum = layer.Bias is { } bias ? pass.Parameters[bias.Start + unit] : T.Zero;
                for (int k = 0; k < _inputs; k++)
                {
                    sum = T.FusedMultiplyAdd(input[(row * _inputs) + k], Weight(pass, k, unit), sum);
                }

                output[(row * _units) + unit] = sum;
            }
        }

        return output;
    }

    public override T[] Backward(ReferencePass<T> pass, T[] input, T[] output, T[] outputGradient, T[] parameterGradient)
    {
        var inputGradient = new T[pass.Rows * _inputs];
        for (int k = 0; k < _inputs; k++)
        {
            for (int unit = 0; unit < _units; unit++)
            {
                T sum = T.Zero;
                for (int row = 0; row < pass.Rows; row++)
                {
                    sum = T.FusedMultiplyAdd(
                        input[(row * _inputs) + k], outputGradient[(row * _units) + unit], sum);
                }

                parameterGradient[layer.Weight.Start + (k * _units) + unit] = sum;
            }

            for (int row = 0; row < pass.Rows; row++)
            {
                T sum = T.Zero;
                for (int unit = 0; unit < _units; unit++)
                {
                    sum = T.FusedMultiplyAdd(
                        outputGradient[(row * _units) + unit], Weight(pass, k, unit), sum);
                }

                inputGradient[(row * _inputs) + k] = sum;
            }
        }

        if (layer.Bias is { } bias)
        {
            ReferenceSums.Columns(outputGradient, pass.Rows, _units, parameterGradient.AsSpan(bias.Start, _units));
        }

        return inputGradient;
    }

    private T Weight(ReferencePass<T> pass, int k, int unit) =>
        pass.Parameters[layer.Weight.Start + (k * _units) + unit];
}
