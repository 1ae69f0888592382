using BenchmarkDotNet.Attributes;
using DistTrain.Numerics;

namespace DistTrain.Benchmarks;

/// <summary>A LeNet-like network's second convolution: 128 samples (20,12,12) to 50 channels, kernel 5×5.</summary>
[ShortRunJob]
[MemoryDiagnoser]
public class ConvolutionBenchmarks : IDisposable
{
    private const int Samples = 128;

    private static readonly ConvolutionShape Shape = new(20, 12, 12, 50, 5, 5);

    private readonly Convolution2d _convolution = new(Shape);
    private readonly int[] _shardStarts = [0, 16, 32, 48, 64, 80, 96, 112, Samples];
    private readonly float[] _input = Draw(0, SampleBlocks.Length(Samples, Shape.InputSize));
    private readonly float[] _output = Draw(1, SampleBlocks.Length(Samples, Shape.OutputSize));
    private readonly float[] _weight = Draw(2, Shape.WeightSize);
    private readonly float[] _bias = Draw(3, Shape.OutChannels);

    [Benchmark]
    public void Forward() => _convolution.Forward(Samples, _input, _weight, _bias, _output);

    [Benchmark]
    public void InputGradient() => _convolution.InputGradient(Samples, _output, _weight, _input);

    [Benchmark]
    public void WeightGradient() => _convolution.WeightGradient(_shardStarts, _input, _output, _weight, _bias);

    [GlobalCleanup]
    public void Dispose()
    {
        _convolution.Dispose();
        GC.SuppressFinalize(this);
    }

    private static float[] Draw(int which, int length)
    {
        var values = new float[length];
        new PhiloxKey(1, RandomPurpose.Synthetic, layer: which).Row().FillNormal(values);
        return values;
    }
}
