using System.Numerics;

namespace DistTrain.Models;

/// <summary>The plain twin of <see cref="LayerNormLane"/>.</summary>
internal sealed class LayerNormReference<T>(LayerNormLayer layer) : ReferenceLayer<T>
    where T : struct, IFloatingPointIeee754<T>
{
    private readonly int _width = layer.Input.Size;

    public override T[] Forward(ReferencePass<T> pass, T[] input)
    {
        var output = new T[input.Length];
        for (int row = 0; row < pass.Rows; row++)
        {
            (T[] normal, _) = Normalise(input.AsSpan(row * _width, _width));
            for (int at = 0; at < _width; at++)
            {
                output[(row * _width) + at] = T.FusedMultiplyAdd(
                    normal[at], pass.Parameters[layer.Weight.Start + at], pass.Parameters[layer.Bias.Start + at]);
            }
        }

        return output;
    }

    public override T[] Backward(ReferencePass<T> pass, T[] input, T[] output, T[] outputGradient, T[] parameterGradient)
    {
        var inputGradient = new T[input.Length];
        for (int row = 0; row < pass.Rows; row++)
        {
            (T[] normal, T inverseDeviation) = Normalise(input.AsSpan(row * _width, _width));
            var d = new T[_width];
            var products = new T[_width];
            for (int at = 0; at < _width; at++)
            {
                T delta = outputGradient[(row * _width) + at];
                parameterGradient[layer.Weight.Start + at] += delta * normal[at];
                parameterGradient[layer.Bias.Start + at] += delta;
                d[at] = delta * pass.Parameters[layer.Weight.Start + at];
                products[at] = d[at] * normal[at];
            }

            T mean1 = ReferenceSums.Lanes<T>(d) / T.CreateChecked(_width);
            T mean2 = ReferenceSums.Lanes<T>(products) / T.CreateChecked(_width);
            for (int at = 0; at < _width; at++)
            {
                inputGradient[(row * _width) + at] = (d[at] - mean1 - (normal[at] * mean2)) * inverseDeviation;
            }
        }

        return inputGradient;
    }

    private (T[] Normal, T InverseDeviation) Normalise(ReadOnlySpan<T> x)
    {
        T mean = ReferenceSums.Lanes(x) / T.CreateChecked(_width);
        var normal = new T[_width];
        var squares = new T[_width];
        for (int at = 0; at < _width; at++)
        {
            normal[at] = x[at] - mean;
            squares[at] = normal[at] * normal[at];
        }

        T variance = ReferenceSums.Lanes<T>(squares) / T.CreateChecked(_width);
        T inverseDeviation = T.One / T.Sqrt(variance + T.CreateChecked(layer.Epsilon));
        return ([.. normal.Select(difference => difference * inverseDeviation)], inverseDeviation);
    }
}
