namespace DistTrain.Models;

/// <summary>One entry of model.layers. Immutable; whether it fits its input shows in Network.Build.</summary>
public abstract record LayerSpec
{
    /// <summary>The user's name for the layer, part of its tensors' names. Null: the position in the list, from 0.</summary>
    public string? Name { get; init; }

    /// <summary>The layer's word in the run file, as in "linear"; messages name a layer by name and kind.</summary>
    public abstract string Kind { get; }

    /// <summary>Whether it cuts off or weakens the negative half: weights before it are drawn wider (He et al. 2015).</summary>
    internal virtual bool IsRectifier => false;

    /// <summary>Whether a rectifier behind it still counts as following the layer in front of it.</summary>
    internal virtual bool KeepsScale => false;

    /// <exception cref="ModelException">The layer does not fit its input; the message names it and both shapes.</exception>
    internal abstract Layer Build(LayerContext context);
}
