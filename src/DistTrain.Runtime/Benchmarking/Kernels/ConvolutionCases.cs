using DistTrain.Numerics;

namespace DistTrain.Runtime.Benchmarking;

/// <summary>The two convolutions of a LeNet-like network, forward and both gradients, on a batch of 128 in 8 shards.</summary>
internal static class ConvolutionCases
{
    private const int Samples = 128;

    private const int ShardSamples = 16;

    private static readonly ConvolutionShape[] Shapes =
        [new(1, 28, 28, 20, 5, 5), new(20, 12, 12, 50, 5, 5)];

    public static IEnumerable<KernelCase> All() => Shapes.SelectMany(Of);

    private static IEnumerable<KernelCase> Of(ConvolutionShape shape)
    {
        string size = $"{Samples}×{shape.InChannels}×{shape.Height}×{shape.Width}→{shape.OutChannels}";
        double work = 2.0 * Samples * shape.OutputSize * shape.InChannels * shape.KernelHeight * shape.KernelWidth;
        var input = new Lazy<float[]>(() => ProductOperands.Draw(0, SampleBlocks.Length(Samples, shape.InputSize)));
        var output = new Lazy<float[]>(() => ProductOperands.Draw(1, SampleBlocks.Length(Samples, shape.OutputSize)));
        var weight = new Lazy<float[]>(() => ProductOperands.Draw(2, shape.WeightSize));
        var bias = new float[shape.OutChannels];
        var convolution = new Lazy<Convolution2d>(() => new Convolution2d(shape));
        int[] shardStarts = [.. Enumerable.Range(0, (Samples / ShardSamples) + 1).Select(shard => shard * ShardSamples)];
        yield return Case("conv2d 5×5 forward", () =>
            convolution.Value.Forward(Samples, input.Value, weight.Value, bias, output.Value));
        yield return Case("conv2d 5×5 weight's δ", () =>
            convolution.Value.WeightGradient(shardStarts, input.Value, output.Value, weight.Value, bias));
        if (shape.InChannels > 1)
        {
            // A network's first layer has no use for its input's gradient.
            yield return Case("conv2d 5×5 input's δ", () =>
                convolution.Value.InputGradient(Samples, output.Value, weight.Value, input.Value));
        }

        KernelCase Case(string kernel, Action run) => new(kernel, size, KernelUnit.Gflops, work, run);
    }
}
