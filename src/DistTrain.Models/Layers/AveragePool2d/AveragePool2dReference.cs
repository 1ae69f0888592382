using System.Numerics;

namespace DistTrain.Models;

/// <summary>The plain twin of <see cref="AveragePool2dLane"/>.</summary>
internal sealed class AveragePool2dReference<T>(WindowGeometry window) : ReferenceLayer<T>
    where T : struct, IFloatingPointIeee754<T>
{
    private readonly T _size = T.CreateChecked(window.WindowSize);

    public override T[] Forward(ReferencePass<T> pass, T[] input)
    {
        var output = new T[pass.Rows * window.Channels * window.OutputPlane];
        foreach ((int from, int to) in Pairs(pass.Rows))
        {
            output[to] += input[from];
        }

        return [.. output.Select(sum => sum / _size)];
    }

    public override T[] Backward(ReferencePass<T> pass, T[] input, T[] output, T[] outputGradient, T[] parameterGradient)
    {
        var inputGradient = new T[input.Length];
        foreach ((int from, int to) in Pairs(pass.Rows))
        {
            inputGradient[from] += outputGradient[to] / _size;
        }

        return inputGradient;
    }

    /// <summary>Of every output element in order, the input elements of its window in order.</summary>
    private IEnumerable<(int Input, int Output)> Pairs(int rows) =>
        from plane in Enumerable.Range(0, rows * window.Channels)
        from position in Enumerable.Range(0, window.OutputPlane)
        from element in Enumerable.Range(0, window.WindowSize)
        let at = window.InputAt(
            position / window.OutputWidth,
            position % window.OutputWidth,
            element / window.WindowWidth,
            element % window.WindowWidth)
        where at >= 0
        select ((plane * window.Plane) + at, (plane * window.OutputPlane) + position);
}
