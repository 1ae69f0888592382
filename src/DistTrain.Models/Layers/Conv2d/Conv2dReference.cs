using System.Numerics;

namespace DistTrain.Models;

/// <summary>The plain twin of <see cref="Conv2dLane"/>: every element one chain of fused multiply-adds.</summary>
/// <remarks>
/// Orders of the chains: the output over input channels, then the window's rows and columns; the weight's gradient over
/// samples, then output positions; the input's gradient over output channels, then the window's rows and columns. Padding
/// takes part as zeros in the weight's gradient, elsewhere not at all.
/// </remarks>
internal sealed class Conv2dReference<T>(Conv2dLayer layer) : ReferenceLayer<T>
    where T : struct, IFloatingPointIeee754<T>
{
    private readonly WindowGeometry _window = layer.Window;
    private readonly int _inputSize = layer.Input.Size;
    private readonly int _outputSize = layer.Output.Size;

    public override T[] Forward(ReferencePass<T> pass, T[] input)
    {
        var output = new T[pass.Rows * _outputSize];
        for (int at = 0; at < output.Length; at++)
        {
            int channel = at % _outputSize / _window.OutputPlane;
            output[at] = layer.Bias is { } bias ? pass.Parameters[bias.Start + channel] : T.Zero;
        }

        foreach (Link link in Links(pass.Rows).Where(link => link.Input >= 0))
        {
            output[link.Output] = T.FusedMultiplyAdd(input[link.Input], pass.Parameters[link.Weight], output[link.Output]);
        }

        return output;
    }

    public override T[] Backward(ReferencePass<T> pass, T[] input, T[] output, T[] outputGradient, T[] parameterGradient)
    {
        var inputGradient = new T[input.Length];
        foreach (Link link in Links(pass.Rows))
        {
            parameterGradient[link.Weight] = T.FusedMultiplyAdd(
                link.Input < 0 ? T.Zero : input[link.Input], outputGradient[link.Output], parameterGradient[link.Weight]);
        }

        foreach (Link link in Links(pass.Rows).Where(link => link.Input >= 0).OrderBy(link => link.Weight))
        {
            inputGradient[link.Input] = T.FusedMultiplyAdd(
                outputGradient[link.Output], pass.Parameters[link.Weight], inputGradient[link.Input]);
        }

        if (layer.Bias is { } bias)
        {
            for (int at = 0; at < outputGradient.Length; at++)
            {
                parameterGradient[bias.Start + (at % _outputSize / _window.OutputPlane)] += outputGradient[at];
            }
        }

        return inputGradient;
    }

    /// <summary>Every product of an input element and a weight, in the order of outputs, then weights.</summary>
    private IEnumerable<Link> Links(int rows)
    {
        int weightsPerChannel = _window.Channels * _window.WindowSize;
        for (int output = 0; output < rows * _outputSize; output++)
        {
            int position = output % _window.OutputPlane;
            int channel = output % _outputSize / _window.OutputPlane;
            for (int weight = 0; weight < weightsPerChannel; weight++)
            {
                int at = _window.InputAt(
                    position / _window.OutputWidth,
                    position % _window.OutputWidth,
                    weight % _window.WindowSize / _window.WindowWidth,
                    weight % _window.WindowWidth);
                int input = at < 0
                    ? -1
                    : (output / _outputSize * _inputSize) + (weight / _window.WindowSize * _window.Plane) + at;
                yield return new Link(input, layer.Weight.Start + (channel * weightsPerChannel) + weight, output);
            }
        }
    }

    /// <param name="Input">−1 in the padding.</param>
    private readonly record struct Link(int Input, int Weight, int Output);
}
