using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>Changes the shape's name; the floats stay.</summary>
internal sealed class FlattenLayer(LayerContext context) : Layer(context, new Shape(context.Input.Size))
{
    public override bool IsView => true;

    public override LayerLane CreateLane() => new FlattenLane();

    public override ReferenceLayer<T> CreateReference<T>() => new FlattenReference<T>();
}

/// <summary>Never run: the chain passes views by.</summary>
internal sealed class FlattenLane : LayerLane
{
    public override bool SharesGradient => true;

    public override void Forward(in LayerPass pass, ReadOnlySpan<float> input, Span<float> output) =>
        input.CopyTo(output);

    public override void Backward(
        in LayerPass pass,
        ReadOnlySpan<float> input,
        ReadOnlySpan<float> output,
        Span<float> outputGradient,
        Span<float> inputGradient,
        Span<float> sums) => outputGradient.CopyTo(inputGradient);

    public override void Dispose()
    {
    }
}

internal sealed class FlattenReference<T> : ReferenceLayer<T>
    where T : struct, System.Numerics.IFloatingPointIeee754<T>
{
    public override T[] Forward(ReferencePass<T> pass, T[] input) => [.. input];

    public override T[] Backward(ReferencePass<T> pass, T[] input, T[] output, T[] outputGradient, T[] parameterGradient) =>
        [.. outputGradient];
}
