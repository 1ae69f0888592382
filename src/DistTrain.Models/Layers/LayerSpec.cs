namespace DistTrain.Models;

/// <summary>One entry of model.layers. Immutable and valid by itself; whether it fits its input shows in Network.Build.</summary>
public abstract record LayerSpec
{
    /// <summary>The user's name for the layer, part of its tensors' names. Null: the position in the list, from 0.</summary>
    public string? Name { get; init; }

    /// <summary>The layer's word in the run file, as in "linear"; messages name a layer by name and kind.</summary>
    public abstract string Kind { get; }
}
