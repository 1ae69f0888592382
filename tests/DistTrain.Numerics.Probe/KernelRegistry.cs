namespace DistTrain.Numerics.Probe;

/// <summary>Every kernel whose bits must not depend on the machine. One line registers one.</summary>
public static class KernelRegistry
{
    public static IReadOnlyList<ProbeKernel> All { get; } =
    [
        Unary("VectorMath.Exp", VectorMath.Exp),
        Unary("VectorMath.Log", VectorMath.Log),
        Unary("VectorMath.Log1p", VectorMath.Log1p),
        Unary("VectorMath.Tanh", VectorMath.Tanh),
        Unary("VectorMath.Sigmoid", VectorMath.Sigmoid),
        Unary("VectorMath.Softplus", VectorMath.Softplus),
        Unary("VectorMath.Erf", VectorMath.Erf),
        Unary("VectorMath.Gelu", VectorMath.Gelu),
        Unary("VectorMath.Silu", VectorMath.Silu),
        Unary("VectorMath.Elu", (source, target) => VectorMath.Elu(0.7f, source, target)),
        Unary("Elementwise.Relu", Elementwise.Relu),
        Unary("Elementwise.LeakyRelu", (source, target) => Elementwise.LeakyRelu(0.01f, source, target)),
        Unary("Elementwise.Scale", (source, target) => Elementwise.Scale(0.3f, source, target)),
        Unary("Elementwise.AddScaled", (source, target) => Elementwise.AddScaled(0.3f, source, target)),
        Binary("Elementwise.ReluBackward", Elementwise.ReluBackward),
        Binary("Elementwise.LeakyReluBackward", (x, y, z) => Elementwise.LeakyReluBackward(0.01f, x, y, z)),
        Binary("Elementwise.SigmoidBackward", Elementwise.SigmoidBackward),
        Binary("Elementwise.TanhBackward", Elementwise.TanhBackward),
        Binary("Elementwise.GeluBackward", Elementwise.GeluBackward),
        Binary("Elementwise.SiluBackward", Elementwise.SiluBackward),
        Binary("Elementwise.EluBackward", (x, y, z) => Elementwise.EluBackward(0.7f, x, y, z)),
        Binary("Elementwise.Add", Elementwise.Add),
        Binary("Elementwise.Subtract", Elementwise.Subtract),
        Binary("Elementwise.Multiply", Elementwise.Multiply),
        Unary("RowSoftmax.Forward", (source, target) => RowSoftmax.Forward(source.Length, source, target)),
        Binary("RowSoftmax.Backward", (x, y, z) => RowSoftmax.Backward(x.Length, x, y, z)),
        Number("RowExtremes.Max", values => RowExtremes.Max(values)),
        Number("RowExtremes.ArgMax", values => RowExtremes.ArgMax(values)),
        Number("LaneSum.Sum", values => LaneSum.Sum(values)),
        Number("LaneSum.SquaredNorm", values => LaneSum.SquaredNorm(values)),
        Number("LaneSum.SquaredNormDouble", values => LaneSum.SquaredNormDouble(values)),
        new("ColumnSum.Compute", probe => Columns(probe)),
        Fill("RandomStream.FillUniform", (stream, values) => stream.FillUniform(values)),
        Fill("RandomStream.FillNormal", (stream, values) => stream.FillNormal(values)),
        Binary("TreeSum.Add", TreeSum.Add),
        new("MatrixProduct.Nn", probe => Product(probe, (m, n, k, a, b, c) => MatrixProduct.Nn(m, n, k, a, b, c))),
        new("MatrixProduct.Nt", probe => Product(probe, (m, n, k, a, b, c) => MatrixProduct.Nt(m, n, k, a, b, c))),
        new("MatrixProduct.Nn with bias", probe => Product(
            probe, (m, n, k, a, b, c) => MatrixProduct.Nn(m, n, k, a, b, c, probe.Floats(n)))),
        new("MatrixProduct.Tn", probe => Product(
            probe, (m, n, k, a, b, c) => MatrixProduct.Tn(m, n, probe.Starts(k, probe.Count(1, 5)), a, b, c))),
        new("MatrixProduct.Nn, many zeros", probe => SparseProduct(
            probe, (m, n, k, a, b, c) => MatrixProduct.Nn(m, n, k, a, b, c, probe.Floats(n)))),
        new("MatrixProduct.Nt, many zeros", probe => SparseProduct(
            probe, (m, n, k, a, b, c) => MatrixProduct.Nt(m, n, k, a, b, c))),
        new("MatrixProduct.Tn, many zeros in a", probe => SparseProduct(
            probe, (m, n, k, a, b, c) => MatrixProduct.Tn(m, n, probe.Starts(k, probe.Count(1, 2)), a, b, c))),
        new("MatrixProduct.Tn, many zeros in b", probe => SparseProduct(
            probe, (m, n, k, a, b, c) => MatrixProduct.Tn(n, m, probe.Starts(k, probe.Count(1, 2)), b, a, c))),
        new("Elementwise.FirstNonFinite", Defect),
        Number("Elementwise.AllFinite", values => Elementwise.AllFinite(values) ? 1 : 0),
        new("Elementwise.AddRowBias", probe =>
        {
            float[] bias = probe.Floats(probe.Size(LengthMax)), matrix = probe.Floats(3 * bias.Length);
            Elementwise.AddRowBias(bias, matrix);
            probe.Report(matrix);
        }),
        new("TreeAccumulator", Tree),
        .. ConvolutionKernels.All,
    ];

    private delegate void BinaryFunction(ReadOnlySpan<float> first, ReadOnlySpan<float> second, Span<float> target);

    private const int LengthMax = 100;

    private static ProbeKernel Unary(string name, ErrorMeasure.SpanFunction function) => new(name, probe =>
    {
        float[] source = probe.Floats(probe.Size(LengthMax));
        var target = new float[source.Length];
        function(source, target);
        probe.Report(target);
    });

    private static ProbeKernel Binary(string name, BinaryFunction function) => new(name, probe =>
    {
        int length = probe.Size(LengthMax);
        var target = new float[length];
        function(probe.Floats(length), probe.Floats(length), target);
        probe.Report(target);
    });

    private static ProbeKernel Number(string name, Func<float[], double> function) =>
        new(name, probe => probe.Report(function(probe.Floats(probe.Size(LengthMax)))));

    private static void Columns(ProbeCase probe)
    {
        int rows = probe.Count(0, 30);
        int columns = probe.Size(40);
        var sums = new float[columns];
        ColumnSum.Compute(probe.Starts(rows, probe.Count(1, 6)), columns, probe.Floats(rows * columns), sums);
        probe.Report(sums);
    }

    private static void Defect(ProbeCase probe)
    {
        float[] values = probe.Floats(probe.Size(LengthMax));
        for (int defects = probe.Count(0, 2); defects > 0; defects--)
        {
            values[probe.Count(0, values.Length - 1)] = probe.Count(0, 1) == 0 ? float.NaN : float.NegativeInfinity;
        }

        probe.Report(Elementwise.FirstNonFinite(values));
    }

    private static void Tree(ProbeCase probe)
    {
        var sum = new float[probe.Size(LengthMax)];
        using var tree = new TreeAccumulator(sum.Length);
        for (int leaves = probe.Count(0, 9); leaves > 0; leaves--)
        {
            tree.Add(probe.Floats(sum.Length));
        }

        tree.Finish(sum);
        probe.Report(sum);
    }

    private static ProbeKernel Fill(string name, Action<RandomStream, float[]> fill) => new(name, probe =>
    {
        var values = new float[probe.Size(LengthMax)];
        fill(new PhiloxKey((ulong)probe.Count(0, 100), RandomPurpose.Synthetic).Row(probe.Count(0, 100)), values);
        probe.Report(values);
    });

    /// <summary>About half of a is zero; a third of the cases is large enough that zeros are left out.</summary>
    private static void SparseProduct(ProbeCase probe, Action<int, int, int, float[], float[], float[]> product)
    {
        bool isLarge = probe.Count(0, 2) == 0;
        int m = isLarge ? probe.Count(64, 80) : probe.Count(1, 40);
        int n = isLarge ? probe.Count(128, 160) : probe.Count(1, 40);
        int k = isLarge ? probe.Count(64, 80) : probe.Count(1, 40);
        float[] a = probe.Floats(m * k);
        foreach (ref float value in a.AsSpan())
        {
            value = probe.Count(0, 1) == 0 ? value : value > 0 ? 0 : -0f;
        }

        var c = new float[m * n];
        product(m, n, k, a, probe.Floats(k * n), c);
        probe.Report(c);
    }

    /// <summary>Past the edges of every tile; now and then a long k, past its blocks.</summary>
    private static void Product(ProbeCase probe, Action<int, int, int, float[], float[], float[]> product)
    {
        int m = probe.Count(1, 40);
        int n = probe.Size(70);
        int k = probe.Count(0, 9) == 0 ? probe.Count(300, 900) : probe.Count(1, 40);
        var c = new float[m * n];
        product(m, n, k, probe.Floats(m * k), probe.Floats(k * n), c);
        probe.Report(c);
    }
}
