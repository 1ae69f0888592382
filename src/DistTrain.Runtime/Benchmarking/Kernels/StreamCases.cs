using System.Runtime.InteropServices;
using DistTrain.Models;
using DistTrain.Numerics;
using DistTrain.Protocol;

namespace DistTrain.Runtime.Benchmarking;

/// <summary>Kernels that walk over vectors once: their ceiling is the memory, a plain copy stands beside them.</summary>
internal static class StreamCases
{
    /// <param name="Bytes">Read and written for each float.</param>
    private sealed record Stream(string Name, int Bytes, Func<Vectors, Action> Make);

    private static readonly (string Name, int Length)[] Sizes = [("in cache", 1 << 12), ("in memory", 1 << 24)];

    private static readonly Stream[] Streams =
    [
        new("copy", 8, Plain((x, y, z) => x.CopyTo(z, 0))),
        new("add", 12, Plain((x, y, z) => TreeSum.Add(x, y, z))),
        new("relu", 8, Plain((x, y, z) => Elementwise.Relu(x, z))),
        new("relu backward", 12, Plain((x, y, z) => Elementwise.ReluBackward(x, y, z))),
        new("gelu", 8, Plain((x, y, z) => VectorMath.Gelu(x, z))),
        new("tanh", 8, Plain((x, y, z) => VectorMath.Tanh(x, z))),
        new("exp", 8, Plain((x, y, z) => VectorMath.Exp(x, z))),
        new("softmax of 1,024", 8, Plain((x, y, z) => RowSoftmax.Forward(1024, x, z))),
        new("uniform random", 4, Plain((x, y, z) => default(PhiloxKey).Row().FillUniform(z))),
        new("search for NaN", 4, Plain((x, y, z) => _ = Elementwise.AllFinite(x))),
        new("checksum CRC-32C", 4, Plain((x, y, z) => Crc32C.Compute(MemoryMarshal.AsBytes<float>(x)))),
        new("update SGD", 12, vectors => Update(new SgdSpec(0.01f), vectors)),
        new("update Adam", 28, vectors => Update(new AdamSpec(0.001f), vectors)),
    ];

    public static IEnumerable<KernelCase> All() =>
        from size in Sizes
        let vectors = new Vectors(size.Length)
        from stream in Streams
        select new KernelCase(
            stream.Name, size.Name, KernelUnit.Gigabytes, (double)stream.Bytes * size.Length, stream.Make(vectors));

    private static Func<Vectors, Action> Plain(Action<float[], float[], float[]> kernel) =>
        vectors => () => kernel(vectors.X, vectors.Y, vectors.Z);

    private static Action Update(OptimizerSpec optimizer, Vectors vectors)
    {
        var update = new Lazy<WeightUpdate>(() =>
        {
            var model = new ModelSpec(
                new Shape(vectors.Length), [new LinearSpec(1, Bias: false)], new HalfSquaredErrorSpec());
            return new WeightUpdate(
                new UpdateSpec(optimizer, new ConstantSpec(), null), Network.Build(model).Parameters, int.MaxValue);
        });
        return () => update.Value.ApplyNext(0, 1, vectors.Y, vectors.Z, 0, vectors.X, false);
    }

    /// <summary>Shared by the kernels of one size; made when one is first used.</summary>
    private sealed class Vectors(int length)
    {
        private readonly Lazy<float[]> _x = new(() => ProductOperands.Draw(0, length));
        private readonly Lazy<float[]> _y = new(() => ProductOperands.Draw(1, length));
        private readonly Lazy<float[]> _z = new(() => new float[length]);

        public int Length => length;

        public float[] X => _x.Value;

        public float[] Y => _y.Value;

        public float[] Z => _z.Value;
    }
}
