using System.Numerics;

namespace DistTrain.Models;

/// <summary>The plain twin of <see cref="MaxPool2dLane"/>.</summary>
internal sealed class MaxPool2dReference<T>(WindowGeometry window) : ReferenceLayer<T>
    where T : struct, IFloatingPointIeee754<T>
{
    public override T[] Forward(ReferencePass<T> pass, T[] input) =>
        [.. Winners(pass.Rows, input).Select(at => input[at])];

    public override T[] Backward(ReferencePass<T> pass, T[] input, T[] output, T[] outputGradient, T[] parameterGradient)
    {
        var inputGradient = new T[input.Length];
        foreach ((int at, T gradient) in Winners(pass.Rows, input).Zip(outputGradient))
        {
            inputGradient[at] += gradient;
        }

        return inputGradient;
    }

    /// <summary>Of each output element, the position of the input element that it is. A not-a-number wins.</summary>
    private IEnumerable<int> Winners(int rows, T[] input)
    {
        for (int plane = 0; plane < rows * window.Channels; plane++)
        {
            for (int position = 0; position < window.OutputPlane; position++)
            {
                int best = -1;
                for (int element = 0; element < window.WindowSize; element++)
                {
                    int at = window.InputAt(
                        position / window.OutputWidth,
                        position % window.OutputWidth,
                        element / window.WindowWidth,
                        element % window.WindowWidth);
                    if (at < 0)
                    {
                        continue;
                    }

                    at += plane * window.Plane;
                    best = best < 0 || input[at] > input[best] || T.IsNaN(input[at]) ? at : best;
                }

                yield return best;
            }
        }
    }
}
