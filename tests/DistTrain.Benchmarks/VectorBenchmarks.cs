using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Benchmarks;

/// <summary>Kernels that walk over vectors once, in the cache and in memory.</summary>
[ShortRunJob]
[MemoryDiagnoser]
public class VectorBenchmarks
{
    private float[] _x = [], _y = [], _z = [];

    [Params(1 << 12, 1 << 24)]
    public int Length { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        (_x, _y, _z) = (new float[Length], new float[Length], new float[Length]);
        new PhiloxKey(1, RandomPurpose.Synthetic).Row().FillNormal(_x);
        new PhiloxKey(2, RandomPurpose.Synthetic).Row().FillNormal(_y);
    }

    [Benchmark(Baseline = true)]
    public void Copy() => _x.CopyTo(_z, 0);

    [Benchmark]
    public void Add() => TreeSum.Add(_x, _y, _z);

    [Benchmark]
    public void Relu() => Elementwise.Relu(_x, _z);

    [Benchmark]
    public void Exp() => VectorMath.Exp(_x, _z);

    [Benchmark]
    public void Gelu() => VectorMath.Gelu(_x, _z);

    [Benchmark]
    public void Uniform() => default(PhiloxKey).Row().FillUniform(_z);

    [Benchmark]
    public uint Checksum() => Crc32C.Compute(MemoryMarshal.AsBytes<float>(_x));
}
