using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>From rows to blocks of samples, between two layers; gradients the other way.</summary>
internal sealed class ToBlocksLane(int size) : LayerLane
{
    public override void Forward(in LayerPass pass, ReadOnlySpan<float> input, Span<float> output) =>
        SampleBlocks.FromRows(pass.Rows, size, input, output);

    public override void Backward(
        in LayerPass pass,
        ReadOnlySpan<float> input,
        ReadOnlySpan<float> output,
        Span<float> outputGradient,
        Span<float> inputGradient,
        Span<float> sums)
    {
        if (!inputGradient.IsEmpty)
        {
            SampleBlocks.ToRows(pass.Rows, size, outputGradient, inputGradient);
        }
    }

    public override void Dispose()
    {
    }
}

/// <summary>The inverse of <see cref="ToBlocksLane"/>.</summary>
internal sealed class ToRowsLane(int size) : LayerLane
{
    public override void Forward(in LayerPass pass, ReadOnlySpan<float> input, Span<float> output) =>
        SampleBlocks.ToRows(pass.Rows, size, input, output);

    public override void Backward(
        in LayerPass pass,
        ReadOnlySpan<float> input,
        ReadOnlySpan<float> output,
        Span<float> outputGradient,
        Span<float> inputGradient,
        Span<float> sums)
    {
        if (!inputGradient.IsEmpty)
        {
            SampleBlocks.FromRows(pass.Rows, size, outputGradient, inputGradient);
        }
    }

    public override void Dispose()
    {
    }
}
