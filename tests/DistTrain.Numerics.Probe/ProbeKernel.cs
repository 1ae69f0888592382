using System.Runtime.InteropServices;

namespace DistTrain.Numerics.Probe;

/// <summary>A kernel, run over seeded random cases and hashed.</summary>
/// <param name="Run">Draws one case's inputs, runs the kernel and reports every output.</param>
public sealed record ProbeKernel(string Name, Action<ProbeCase> Run)
{
    /// <summary>Cases per kernel.</summary>
    public const int CaseCount = 300;

    /// <summary>The hash over all cases, in their order, whoever computes them.</summary>
    /// <param name="threadCount">Threads that share the cases.</param>
    public ulong Hash(int threadCount)
    {
        var hashes = new ulong[CaseCount];
        Parallel.For(
            0, CaseCount, new ParallelOptions { MaxDegreeOfParallelism = threadCount },
            number =>
            {
                var probe = new ProbeCase(number);
                Run(probe);
                hashes[number] = probe.Hash;
            });
        return hashes.Aggregate(ProbeCase.Basis, ProbeCase.Mix);
    }
}

/// <summary>One case's seeded inputs and the hash of its outputs.</summary>
/// <param name="number">The seed.</param>
public sealed class ProbeCase(int number)
{
    /// <summary>FNV-1a, 64 bits.</summary>
    public const ulong Basis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    private readonly Random _random = new(number);

    public ulong Hash { get; private set; } = Basis;

    public static ulong Mix(ulong hash, ulong value) => (hash ^ value) * Prime;

    /// <summary>Uniform in [1, most]; the first cases give 1, 2, 3, … so that every tail length occurs.</summary>
    public int Size(int most) => number < most ? number + 1 : _random.Next(1, most + 1);

    /// <summary>Uniform in [low, high].</summary>
    public int Count(int low, int high) => _random.Next(low, high + 1);

    /// <summary>Floats of both signs, magnitudes from 2^-8 to 2^<paramref name="exponentMax"/>; some zeros of both signs.</summary>
    public float[] Floats(int length, int exponentMax = 6)
    {
        var values = new float[length];
        for (int i = 0; i < length; i++)
        {
            uint bits = (uint)_random.Next() & 0x007FFFFF;
            uint exponent = (uint)(127 + _random.Next(-8, exponentMax));
            uint sign = (uint)_random.Next(2) << 31;
            values[i] = _random.Next(50) == 0
                ? BitConverter.UInt32BitsToSingle(sign)
                : BitConverter.UInt32BitsToSingle(sign | (exponent << 23) | bits);
        }

        return values;
    }

    /// <summary>Ascending starts of segments over rowCount rows, count + 1 entries; some segments are empty.</summary>
    public int[] Starts(int rowCount, int segmentCount)
    {
        var starts = new int[segmentCount + 1];
        for (int i = 1; i < segmentCount; i++)
        {
            starts[i] = _random.Next(rowCount + 1);
        }

        starts[segmentCount] = rowCount;
        Array.Sort(starts);
        return starts;
    }

    public void Report(ReadOnlySpan<float> output)
    {
        foreach (float value in output)
        {
            // Which not-a-number comes out is open; that it is one is not.
            Hash = Mix(Hash, float.IsNaN(value) ? uint.MaxValue : BitConverter.SingleToUInt32Bits(value));
        }
    }

    public void Report(ReadOnlySpan<int> output) => Report(MemoryMarshal.Cast<int, float>(output));

    public void Report(double value) => Hash = Mix(Hash, BitConverter.DoubleToUInt64Bits(value));
}
