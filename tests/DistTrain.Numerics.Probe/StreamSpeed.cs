using System.Diagnostics;

namespace DistTrain.Numerics.Probe;

/// <summary>How fast the streaming kernels move memory, against a plain copy.</summary>
public static class StreamSpeed
{
    private const int Rounds = 15;
    private const double WarmUpSeconds = 0.4;

    /// <param name="Bytes">Read and written per float.</param>
    private sealed record Stream(string Name, int Bytes, Action<float[], float[], float[]> Run);

    private static readonly Stream[] Streams =
    [
        new("copy", 8, (x, y, z) => x.CopyTo(z, 0)),
        new("Elementwise.Add", 12, (x, y, z) => Elementwise.Add(x, y, z)),
        new("TreeSum.Add in place", 12, (x, y, z) => TreeSum.Add(x, z, z)),
        new("Elementwise.AddScaled", 12, (x, y, z) => Elementwise.AddScaled(0.5f, x, z)),
        new("Elementwise.Relu", 8, (x, y, z) => Elementwise.Relu(x, z)),
        new("Elementwise.ReluBackward", 12, (x, y, z) => Elementwise.ReluBackward(x, y, z)),
        new("VectorMath.Exp", 8, (x, y, z) => VectorMath.Exp(x, z)),
        new("VectorMath.Log", 8, (x, y, z) => VectorMath.Log(y, z)),
        new("VectorMath.Log1p", 8, (x, y, z) => VectorMath.Log1p(y, z)),
        new("VectorMath.Tanh", 8, (x, y, z) => VectorMath.Tanh(x, z)),
        new("VectorMath.Sigmoid", 8, (x, y, z) => VectorMath.Sigmoid(x, z)),
        new("VectorMath.Softplus", 8, (x, y, z) => VectorMath.Softplus(x, z)),
        new("VectorMath.Erf", 8, (x, y, z) => VectorMath.Erf(x, z)),
        new("VectorMath.Gelu", 8, (x, y, z) => VectorMath.Gelu(x, z)),
        new("Elementwise.GeluBackward", 12, (x, y, z) => Elementwise.GeluBackward(x, y, z)),
        new("VectorMath.Silu", 8, (x, y, z) => VectorMath.Silu(x, z)),
        new("Elementwise.SiluBackward", 12, (x, y, z) => Elementwise.SiluBackward(x, y, z)),
        new("VectorMath.Elu", 8, (x, y, z) => VectorMath.Elu(1, x, z)),
        new("RowSoftmax.Forward 16", 8, (x, y, z) => RowSoftmax.Forward(16, x, z)),
        new("RowSoftmax.Forward 1024", 8, (x, y, z) => RowSoftmax.Forward(1024, x, z)),
        new("LaneSum.Sum", 4, (x, y, z) => z[0] = LaneSum.Sum(x)),
        new("LaneSum.Dot", 8, (x, y, z) => z[0] = LaneSum.Dot(x, y)),
        new("LaneSum.SquaredNormDouble", 4, (x, y, z) => z[0] = (float)LaneSum.SquaredNormDouble(x)),
        new("ColumnSum.Compute 512", 4, (x, y, z) => ColumnSum.Compute([0, x.Length / 512], 512, x, z.AsSpan(0, 512))),
        new("Elementwise.AllFinite", 4, (x, y, z) => z[0] = Elementwise.AllFinite(x) ? 1 : 0),
        new("RowExtremes.Max", 4, (x, y, z) => z[0] = RowExtremes.Max(x)),
        new("RandomStream.FillUniform", 4, (x, y, z) => default(PhiloxKey).Row().FillUniform(z)),
        new("RandomStream.FillNormal", 4, (x, y, z) => default(PhiloxKey).Row().FillNormal(z)),
    ];

    /// <returns>A line per kernel: GB/s from the first-level cache and from memory, and nanoseconds per float.</returns>
    public static IEnumerable<string> Run()
    {
        foreach (Stream stream in Streams)
        {
            double near = SecondsPerFloat(stream, 2048);
            double far = SecondsPerFloat(stream, 1 << 24);
            yield return $"{stream.Name,-28} cache {stream.Bytes / near / 1e9,7:F1} GB/s {near * 1e9,6:F3} ns   "
                + $"memory {stream.Bytes / far / 1e9,6:F1} GB/s {far * 1e9,6:F3} ns";
        }
    }

    /// <summary>Median of the rounds.</summary>
    private static double SecondsPerFloat(Stream stream, int length)
    {
        var x = new float[length];
        var y = new float[length];
        var z = new float[length];
        new PhiloxKey(1, RandomPurpose.Synthetic).Row().FillNormal(x);
        new PhiloxKey(2, RandomPurpose.Synthetic).Row().FillUniform(y, 0.1f, 10);
        int repeats = Math.Max(1, (1 << 20) / length);
        var seconds = new double[Rounds];
        long begin = Stopwatch.GetTimestamp();
        for (int round = -1; round < Rounds; round++)
        {
            // The first rounds warm up, until the runtime has compiled its best code.
            round = Stopwatch.GetElapsedTime(begin).TotalSeconds < WarmUpSeconds ? -1 : round;
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < repeats; i++)
            {
                stream.Run(x, y, z);
            }

            if (round >= 0)
            {
                seconds[round] = Stopwatch.GetElapsedTime(start).TotalSeconds / ((double)repeats * length);
            }
        }

        Array.Sort(seconds);
        return seconds[Rounds / 2];
    }
}
