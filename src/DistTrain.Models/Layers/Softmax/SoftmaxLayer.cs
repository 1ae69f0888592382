using System.Numerics;
using System.Runtime.Intrinsics;

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

    public override void Forward(in LayerPass pass, ReadOnlySpan<float> input, Span<float> output)
    {
        for (int start = 0; start < input.Length; start += width)
        {
            ReadOnlySpan<float> row = input.Slice(start, width);
            Span<float> result = output.Slice(start, width);
            float sum = SoftmaxRow.Sum(row, SoftmaxRow.Max(row), result);
            VectorMap.Apply(new Quotient(sum), result, result);
        }
    }

    public override void Backward(
        in LayerPass pass,
        ReadOnlySpan<float> input,
        ReadOnlySpan<float> output,
        Span<float> outputGradient,
        Span<float> inputGradient,
        Span<float> sums)
    {
        for (int start = 0; start < inputGradient.Length; start += width)
        {
            ReadOnlySpan<float> row = output.Slice(start, width);
            Span<float> gradient = outputGradient.Slice(start, width);
            Vector512<float> lanes = default;
            for (int at = 0; at < width; at += VectorMap.Width)
            {
                lanes += VectorMap.Load(gradient[at..]) * VectorMap.Load(row[at..]);
            }

            VectorMap.Combine(new Derivative(VirtualLanes.Sum(lanes)), row, gradient);
        }
    }

    public override void Dispose()
    {
    }

    private readonly struct Quotient(float sum) : IUnaryFunction
    {
        public Vector512<float> Apply(Vector512<float> x) => x / Vector512.Create(sum);
    }

    private readonly struct Derivative(float mean) : IBinaryFunction
    {
        public Vector512<float> Apply(Vector512<float> first, Vector512<float> second) =>
            first * (second - Vector512.Create(mean));
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
            (_, T sum) = SoftmaxRow.Reference(input.AsSpan(start, width), row);
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
            var products = new T[width];
            for (int at = 0; at < width; at++)
            {
                products[at] = outputGradient[start + at] * output[start + at];
            }

            T mean = ReferenceSums.Lanes<T>(products);
            for (int at = start; at < start + width; at++)
            {
                inputGradient[at] = output[at] * (outputGradient[at] - mean);
            }
        }

        return inputGradient;
    }
}
