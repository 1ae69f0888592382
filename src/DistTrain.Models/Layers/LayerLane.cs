namespace DistTrain.Models;

/// <summary>One layer's work on one thread, with the scratch that it needs.</summary>
/// <remarks>
/// Rows of all shards of the slice go through together; only sums over rows are made shard by shard and added in tree
/// order. The flags tell the chain which buffers may be shared.
/// </remarks>
internal abstract class LayerLane : IDisposable
{
    /// <summary>Whether <see cref="Backward"/> reads the input.</summary>
    public virtual bool KeepsInput => false;

    /// <summary>Whether <see cref="Backward"/> reads the output.</summary>
    public virtual bool KeepsOutput => false;

    /// <summary>Whether the output may overwrite the input.</summary>
    public virtual bool CanShareOutput => false;

    /// <summary>Whether the input's gradient may overwrite the output's; then they always share.</summary>
    public virtual bool SharesGradient => false;

    /// <summary>The layout of input, output and their gradients; the chain converts where it changes.</summary>
    public virtual SampleLayout Layout => SampleLayout.Rows;

    /// <param name="input">Shape (rows, input size), or in blocks as <see cref="Layout"/> says.</param>
    /// <param name="output">Shape (rows, output size). Overwritten.</param>
    public abstract void Forward(in LayerPass pass, ReadOnlySpan<float> input, Span<float> output);

    /// <param name="input">As in forward; of no use where <see cref="KeepsInput"/> is false.</param>
    /// <param name="output">As in forward; of no use where <see cref="KeepsOutput"/> is false.</param>
    /// <param name="outputGradient">Shape (rows, output size). May be overwritten.</param>
    /// <param name="inputGradient">Shape (rows, input size). Overwritten. Empty: not wanted.</param>
    /// <param name="sums">The whole sum vector; the layer overwrites the slots of its own parameters.</param>
    public abstract void Backward(
        in LayerPass pass,
        ReadOnlySpan<float> input,
        ReadOnlySpan<float> output,
        Span<float> outputGradient,
        Span<float> inputGradient,
        Span<float> sums);

    public abstract void Dispose();
}
