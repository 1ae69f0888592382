using System.Collections.Immutable;

namespace DistTrain.Models;

/// <summary>Each feature is an index 0 … Count − 1 and becomes that row of the table: (positions) to (positions, Width).</summary>
/// <param name="Count">Rows of the table, 1 or more.</param>
/// <param name="Width">Floats of a row, 1 or more.</param>
public sealed record EmbeddingSpec(int Count, int Width) : LayerSpec
{
    /// <summary>Shape (Count, Width), row-major. Null: drawn from the seed.</summary>
    public ImmutableArray<float>? InitialWeight { get; init; }

    public override string Kind => "embedding";

    internal override Layer Build(LayerContext context) => EmbeddingLayer.Build(this, context);
}
