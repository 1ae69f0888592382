using System.Collections.Immutable;

namespace DistTrain.Models;

/// <summary>What is done to raw features before the first layer; becomes part of the exported model.</summary>
/// <param name="Offset">Shape of a sample, flat; x' = (x − offset) · factor. Empty together with factor: nothing.</param>
/// <param name="Factor">As long as <paramref name="Offset"/>.</param>
/// <param name="Fill">What stands in for a NaN, before scaling. Shape of a sample, flat; empty: nothing does.</param>
public sealed record OnnxInput(ImmutableArray<float> Offset, ImmutableArray<float> Factor, ImmutableArray<float> Fill)
{
    /// <summary>Features go to the first layer as they are.</summary>
    public static OnnxInput Raw { get; } = new([], [], []);
}
