using System.Numerics;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>y = softmax(x) over all elements of a sample; any shape, kept.</summary>
internal sealed class SoftmaxLayer(LayerContext context) : Layer(context, context.Input)
{
    public override LayerLane CreateLane() => new SoftmaxLane(Input.Size);

    public override ReferenceLayer<T> CreateReference<T>() => new SoftmaxReference<T>(Input.Size);
}

/// <summary>δx = y·(δ − Σ δⱼ·yⱼ), row by row.</summary>
internal sealed class SoftmaxLane(int width) : LayerLane
{
    public override bool KeepsOutput => true;

    public override bool CanShareOutput => true;

    public override bool SharesGradient => true;

    public override void Forward(in LayerPass pass, ReadOnlySpan<float> input, Span<float> output) =>
        RowSoftmax.Forward(width, input, output);

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
            RowSoftmax.Backward(width, output, outputGradient, inputGradient);
        }
    }

    public override void Dispose()
    {
    }
}

/// <summary>The plain twin.</summary>
internal sealed class SoftmaxReference<T>(int width) : ReferenceLayer<T>
    where T : struct, IFloatingPointIeee754<T>
{
    public override T[] Forward(ReferencePass<T> pass, T[] input)
    {
        var output = new T[input.Length];
        for (int start = 0; start < input.Length; start += width)
        {
            Span<T> row = output.AsSpan(start, width);
            (_, T sum) = ReferenceSums.Exponentials(input.AsSpan(start, width), row);
            for (int at = 0; at < width; at++)
            {
                row[at] /= sum;
            }
        }

        return output;
    }

    public override T[] Backward(ReferencePass<T> pass, T[] input, T[] output, T[] outputGradient, T[] parameterGradient)
    {
        var inputGradient = new T[input.Length];
        for (int start = 0; start < input.Length; start += width)
        {
            T mean = ReferenceSums.Dot<T>(output.AsSpan(start, width), outputGradient.AsSpan(start, width));
            for (int at = start; at < start + width; at++)
            {
                inputGradient[at] = output[at] * (outputGradient[at] - mean);
            }
        }

        return inputGradient;
    }
}
