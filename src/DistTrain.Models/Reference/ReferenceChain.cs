using System.Numerics;

namespace DistTrain.Models;

/// <summary>The plain twin of <see cref="LayerChainLane"/>: keeps every layer's output.</summary>
internal sealed class ReferenceChain<T>
    where T : struct, IFloatingPointIeee754<T>
{
    private readonly ReferenceLayer<T>[] _layers;
    private readonly T[][] _outputs;

    public ReferenceChain(LayerChain chain)
    {
        _layers = [.. chain.Layers.Select(layer => layer.CreateReference<T>())];
        _outputs = new T[_layers.Length][];
    }

    public T[] Forward(ReferencePass<T> pass, T[] input)
    {
        T[] current = input;
        for (int index = 0; index < _layers.Length; index++)
        {
            current = _outputs[index] = _layers[index].Forward(pass, current);
        }

        return current;
    }

    /// <returns>The input's gradient.</returns>
    public T[] Backward(ReferencePass<T> pass, T[] input, T[] outputGradient, T[] parameterGradient)
    {
        T[] gradient = outputGradient;
        for (int index = _layers.Length - 1; index >= 0; index--)
        {
            T[] layerInput = index == 0 ? input : _outputs[index - 1];
            gradient = _layers[index].Backward(pass, layerInput, _outputs[index], gradient, parameterGradient);
        }

        return gradient;
    }
}
