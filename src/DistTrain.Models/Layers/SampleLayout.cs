namespace DistTrain.Models;

/// <summary>How the samples of an activation lie in memory.</summary>
internal enum SampleLayout
{
    /// <summary>One after the other: shape (rows, size).</summary>
    Rows,

    /// <summary>Sixteen side by side: shape (blocks, size, 16), see <see cref="Numerics.SampleBlocks"/>.</summary>
    Blocks,

    /// <summary>A layer that works element by element takes what comes, and gives the same.</summary>
    Either,
}
