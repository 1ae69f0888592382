using System.Collections.Immutable;

namespace DistTrain.Models;

/// <summary>Hands out places in the flat parameter vector, and numbers to layers, in the order of building.</summary>
internal sealed class ParameterCollector
{
    private readonly ImmutableArray<ParameterSlice>.Builder _slices = ImmutableArray.CreateBuilder<ParameterSlice>();
    private readonly HashSet<string> _names = [];
    private int _ordinals;
    private int _length;

    public int TakeOrdinal() => _ordinals++;

    public ParameterSlice Add(string name, ImmutableArray<int> shape, ParameterRole role, float momentum, string layer)
    {
        if (!_names.Add(name))
        {
            throw new ModelException($"{layer} would be the second with a tensor {name}: give its layer another name");
        }

        long size = shape.Aggregate(1L, (product, dimension) => Math.Min(product * dimension, int.MaxValue));
        if (_length + size > LengthMax)
        {
            throw new ModelException(
                $"{layer} with a tensor of shape ({string.Join(", ", shape)}) brings the model to more than {LengthMax:N0} "
                + "parameters, the most that are supported: make it smaller");
        }

        var slice = new ParameterSlice(name, shape, _length, role) { Momentum = momentum };
        _slices.Add(slice);
        _length += slice.Length;
        return slice;
    }

    public ParameterLayout ToLayout() => new(_slices.ToImmutable());

    /// <summary>Floats; a sum vector in bytes must stay below 2^31 for one block of memory.</summary>
    private const int LengthMax = 500_000_000;
}
