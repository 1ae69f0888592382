namespace DistTrain.Numerics.Probe;

/// <summary>Convolutions, with and without maxima, over random shapes, samples and shards.</summary>
internal static class ConvolutionKernels
{
    public static IReadOnlyList<ProbeKernel> All { get; } =
    [
        new("Convolution2d.Forward", probe =>
        {
            ConvolutionShape shape = Shape(probe);
            int samples = Samples(probe);
            var output = new float[SampleBlocks.Length(samples, shape.OutputSize)];
            using var convolution = new Convolution2d(shape);
            float[] bias = probe.Count(0, 1) == 0 ? [] : probe.Floats(shape.OutChannels);
            convolution.Forward(samples, Blocks(probe, samples, shape.InputSize), probe.Floats(shape.WeightSize), bias, output);
            Report(probe, samples, shape.OutputSize, output);
        }),
        new("Convolution2d.InputGradient", probe =>
        {
            ConvolutionShape shape = Shape(probe);
            int samples = Samples(probe);
            var result = new float[SampleBlocks.Length(samples, shape.InputSize)];
            using var convolution = new Convolution2d(shape);
            convolution.InputGradient(
                samples, Blocks(probe, samples, shape.OutputSize), probe.Floats(shape.WeightSize), result);
            Report(probe, samples, shape.InputSize, result);
        }),
        new("Convolution2d.WeightGradient", probe =>
        {
            ConvolutionShape shape = Shape(probe);
            int samples = Samples(probe);
            float[] weight = new float[shape.WeightSize], bias = new float[shape.OutChannels];
            using var convolution = new Convolution2d(shape);
            convolution.WeightGradient(
                probe.Starts(samples, probe.Count(1, 5)), Blocks(probe, samples, shape.InputSize),
                Blocks(probe, samples, shape.OutputSize), weight, bias);
            probe.Report(weight);
            probe.Report(bias);
        }),
        new("PooledConvolution2d", Pooled),
    ];

    private static void Pooled(ProbeCase probe)
    {
        int kernel = probe.Count(1, 4);
        var shape = new ConvolutionShape(
            probe.Count(1, 5), probe.Count(kernel + 1, 9), probe.Count(kernel + 1, 9), probe.Count(1, 11), kernel, kernel);
        int samples = Samples(probe);
        using var convolution = new PooledConvolution2d(shape);
        float[] input = Blocks(probe, samples, shape.InputSize), weight = probe.Floats(shape.WeightSize);
        var output = new float[SampleBlocks.Length(samples, convolution.PooledSize)];
        convolution.Forward(samples, input, weight, probe.Floats(shape.OutChannels), output);
        Report(probe, samples, convolution.PooledSize, output);

        float[] gradient = Blocks(probe, samples, convolution.PooledSize), bias = new float[shape.OutChannels];
        float[] inputGradient = new float[input.Length], weightGradient = new float[weight.Length];
        convolution.WeightGradient(probe.Starts(samples, probe.Count(1, 5)), input, gradient, weightGradient, bias);
        convolution.InputGradient(samples, gradient, weight, inputGradient);
        probe.Report(weightGradient);
        probe.Report(bias);
        Report(probe, samples, shape.InputSize, inputGradient);
    }

    private static ConvolutionShape Shape(ProbeCase probe)
    {
        int kernelHeight = probe.Count(1, 4), kernelWidth = probe.Count(1, 4);
        return new ConvolutionShape(
            probe.Count(1, 5), probe.Count(kernelHeight, 9), probe.Count(kernelWidth, 9), probe.Count(1, 11), kernelHeight,
            kernelWidth, probe.Count(1, 3), probe.Count(1, 3), probe.Count(0, kernelHeight - 1), probe.Count(0, kernelWidth - 1));
    }

    /// <summary>Now and then more than a block.</summary>
    private static int Samples(ProbeCase probe) => probe.Count(0, 5) == 0 ? probe.Count(15, 19) : probe.Count(1, 5);

    private static float[] Blocks(ProbeCase probe, int samples, int size)
    {
        var blocks = new float[SampleBlocks.Length(samples, size)];
        SampleBlocks.FromRows(samples, size, probe.Floats(samples * size), blocks);
        return blocks;
    }

    private static void Report(ProbeCase probe, int samples, int size, float[] blocks)
    {
        var rows = new float[samples * size];
        SampleBlocks.ToRows(samples, size, blocks, rows);
        probe.Report(rows);
    }
}
