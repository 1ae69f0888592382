using System.Collections.Immutable;
using System.Numerics;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>A layer whose shapes are known and whose parameters have their place in the flat vector. Immutable.</summary>
internal abstract class Layer(LayerContext context, Shape output)
{
    public string Name { get; } = context.Name;

    /// <summary>Position among all layers of the network, inner ones included; keys its random numbers.</summary>
    public int Ordinal { get; } = context.Ordinal;

    public Shape Input { get; } = context.Input;

    public Shape Output { get; } = output;

    /// <summary>The layer's own tensors, in order and without gaps; a container's inner layers have theirs themselves.</summary>
    public ImmutableArray<ParameterSlice> Slices { get; private set; } = [];

    /// <summary>Whether anything in here, inner layers included, takes part in the sum vector.</summary>
    public virtual bool HasParameters => !Slices.IsEmpty;

    /// <summary>The layer, this or an inner one, that makes all rows alike where a shard has but one. Null: none does.</summary>
    public virtual Layer? NeedsSeveralRows => null;

    /// <summary>Output and input are the same floats: nothing to compute.</summary>
    public virtual bool IsView => false;

    /// <summary>Writes the initial values of the layer's parameters into the whole flat vector.</summary>
    public virtual void InitializeParameters(Span<float> parameters, ulong seed)
    {
    }

    public abstract LayerLane CreateLane();

    /// <summary>The plain twin: one shard at a time, loops over scalars.</summary>
    public abstract ReferenceLayer<T> CreateReference<T>()
        where T : struct, IFloatingPointIeee754<T>;

    /// <summary>Takes the next place in the flat vector.</summary>
    protected ParameterSlice AddParameter(
        LayerContext context,
        string tensor,
        ImmutableArray<int> shape,
        ParameterRole role = ParameterRole.Trained,
        float momentum = 0)
    {
        ParameterSlice slice = context.AddParameter(tensor, shape, role, momentum);
        Slices = Slices.Add(slice);
        return slice;
    }
}
