using System.Numerics;
using System.Runtime.Intrinsics;
using DistTrain.Numerics;

namespace DistTrain.Models;

/// <summary>Zeroes elements in training, drawn per row of the batch; any shape, kept.</summary>
internal sealed class DropoutLayer : Layer
{
    private DropoutLayer(DropoutSpec spec, LayerContext context)
        : base(context, context.Input)
    {
        Rate = spec.Rate;
        KeepFactor = 1f / (1f - spec.Rate);
    }

    public float Rate { get; }

    /// <summary>1 / (1 − rate): keeps the mean.</summary>
    public float KeepFactor { get; }

    public static DropoutLayer Build(DropoutSpec spec, LayerContext context)
    {
        if (!(spec.Rate >= 0 && spec.Rate < 1))
        {
            context.Fail($"has the rate {spec.Rate}, expected 0 or more and below 1");
        }

        return new DropoutLayer(spec, context);
    }

    public override LayerLane CreateLane() => new DropoutLane(this);

    public override ReferenceLayer<T> CreateReference<T>() => new DropoutReference<T>(this);

    /// <summary>Keys the row streams of one step.</summary>
    public PhiloxKey Key(ulong seed, int epoch, long step) => new(seed, RandomPurpose.Dropout, epoch, step, Ordinal);

    /// <summary>The factor for an element whose uniform number is u: dropped where u &lt; rate.</summary>
    public float Factor(float u) => u < Rate ? 0 : KeepFactor;
}

/// <summary>Draws factors (0 or 1 / (1 − rate)) and keeps them for the backward pass.</summary>
internal sealed class DropoutLane(DropoutLayer layer) : LayerLane
{
    private AlignedBuffer _factors = new(0);

    public override bool CanShareOutput => true;

    public override bool SharesGradient => true;

    public override void Forward(in LayerPass pass, ReadOnlySpan<float> input, Span<float> output)
    {
        if (!pass.IsTraining)
        {
            input.CopyTo(output);
            return;
        }

        if (_factors.Length < input.Length)
        {
            _factors.Dispose();
            _factors = new AlignedBuffer(input.Length);
        }

        PhiloxKey key = layer.Key(pass.Seed, pass.Epoch, pass.Step);
        int width = layer.Input.Size;
        for (int row = 0; row < pass.Rows; row++)
        {
            Span<float> factors = _factors.Span.Slice(row * width, width);
            RandomStream stream = key.Row(pass.FirstRow + row);
            stream.FillUniform(factors);
            VectorMap.Apply(new Factors(layer.Rate, layer.KeepFactor), factors, factors);
        }

        Multiply(input, output);
    }

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
            Multiply(outputGradient, inputGradient);
        }
    }

    public override void Dispose() => _factors.Dispose();

    private void Multiply(ReadOnlySpan<float> from, Span<float> to) =>
        Elementwise.Multiply(from, _factors.Span[..from.Length], to[..from.Length]);

    /// <summary><see cref="DropoutLayer.Factor"/>.</summary>
    private readonly struct Factors(float rate, float keepFactor) : IUnaryFunction
    {
        public Vector512<float> Apply(Vector512<float> x) => Vector512.ConditionalSelect(
            Vector512.LessThan(x, Vector512.Create(rate)), Vector512<float>.Zero, Vector512.Create(keepFactor));
    }
}

/// <summary>The plain twin: draws the numbers one by one, in both passes.</summary>
internal sealed class DropoutReference<T>(DropoutLayer layer) : ReferenceLayer<T>
    where T : struct, IFloatingPointIeee754<T>
{
    public override T[] Forward(ReferencePass<T> pass, T[] input) => pass.IsTraining ? Multiply(pass, input) : [.. input];

    public override T[] Backward(ReferencePass<T> pass, T[] input, T[] output, T[] outputGradient, T[] parameterGradient) =>
        Multiply(pass, outputGradient);

    private T[] Multiply(ReferencePass<T> pass, T[] from)
    {
        var to = new T[from.Length];
        int width = layer.Input.Size;
        PhiloxKey key = layer.Key(pass.Seed, pass.Epoch, pass.Step);
        for (int row = 0; row < pass.Rows; row++)
        {
            RandomStream stream = key.Row(pass.FirstRow + row);
            for (int at = row * width; at < (row + 1) * width; at++)
            {
                to[at] = from[at] * T.CreateChecked(layer.Factor(stream.NextUniform()));
            }
        }

        return to;
    }
}
