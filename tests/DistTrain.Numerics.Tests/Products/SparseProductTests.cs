using DistTrain.Numerics.Products;

namespace DistTrain.Numerics.Tests.Products;

/// <summary>Products whose operand has many zeros, against the scalar twin that leaves nothing out.</summary>
public unsafe class SparseProductTests
{
    public static TheoryData<int, int, int, double> Shapes()
    {
        var shapes = new TheoryData<int, int, int, double>
        {
            { 64, 128, 64, 0.5 }, { 64, 144, 64, 0 }, { 65, 159, 61, 0.3 }, { 80, 784, 130, 0.5 }, { 700, 128, 40, 0.5 },
            { 513, 145, 33, 0.1 }, { 100, 300, 200, 0.6 }, { 600, 2064, 34, 0.4 }, { 64, 128, 1, 0 }, { 96, 272, 65, 0.55 },
        };
        var random = new Random(20261124);
        for (int i = 0; i < 20; i++)
        {
            shapes.Add(random.Next(64, 160), random.Next(128, 320), random.Next(32, 200), random.NextDouble() * 0.6);
        }

        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void NnAndNt_ManyZeros_EqualScalarTwinBitForBit(int m, int n, int k, double density)
    {
        float[] a = Sparse(m * k, density, 1), b = TestFloats.Normal(k * n, 2), bias = TestFloats.Normal(n, 3);
        float[] expected = new float[m * n], actual = new float[m * n];
        foreach (float[] start in new[] { [], bias })
        {
            ScalarMatrixProduct.Nn(m, n, k, a, b, expected, start);
            MatrixProduct.Nn(m, n, k, a, b, actual, start);
            TestFloats.AssertSameBits(expected, actual);
        }

        ScalarMatrixProduct.Nt(m, n, k, a, b, expected);
        MatrixProduct.Nt(m, n, k, a, b, actual);
        TestFloats.AssertSameBits(expected, actual);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Tn_ManyZerosOnEitherSide_EqualsScalarTwinBitForBit(int m, int n, int k, double density)
    {
        float[] sparse = Sparse(m * k, density, 1), dense = TestFloats.Normal(k * n, 2);
        float[] expected = new float[m * n], actual = new float[m * n];
        foreach (int[] starts in new int[][] { [0, k], [0, k / 2, k], [0, k / 3, k / 3, k / 2, k] })
        {
            ScalarMatrixProduct.Tn(m, n, starts, sparse, dense, expected);
            MatrixProduct.Tn(m, n, starts, sparse, dense, actual);
            TestFloats.AssertSameBits(expected, actual);
            ScalarMatrixProduct.Tn(n, m, starts, dense, sparse, expected);
            MatrixProduct.Tn(n, m, starts, dense, sparse, actual);
            TestFloats.AssertSameBits(expected, actual);
        }
    }

    /// <summary>Units that are on for nearly all samples, for some, and for none: pairs and single rows of all lengths.</summary>
    [Theory]
    [InlineData(64, 128, 128)]
    [InlineData(130, 272, 200)]
    [InlineData(520, 144, 96)]
    public void AllForms_RowsAndColumnsOfUnequalDensity_EqualScalarTwinBitForBit(int m, int n, int k)
    {
        var random = new Random(7);
        double[] densities = [.. Enumerable.Range(0, k).Select(_ => Math.Clamp((1.8 * random.NextDouble()) - 0.5, 0, 1))];
        float[] byStep = TestFloats.Normal(m * k, 1), byRow = TestFloats.Normal(k * m, 2);
        for (int i = 0; i < byStep.Length; i++)
        {
            byStep[i] = random.NextDouble() < densities[i % k] ? byStep[i] : 0;
            byRow[i] = random.NextDouble() < densities[i % m % k] ? byRow[i] : -0f;
        }

        float[] b = TestFloats.Normal(k * n, 3), expected = new float[m * n], actual = new float[m * n];
        int[] starts = [0, k / 4, k / 2, k];
        ScalarMatrixProduct.Nn(m, n, k, byStep, b, expected);
        MatrixProduct.Nn(m, n, k, byStep, b, actual);
        TestFloats.AssertSameBits(expected, actual);
        ScalarMatrixProduct.Nt(m, n, k, byStep, b, expected);
        MatrixProduct.Nt(m, n, k, byStep, b, actual);
        TestFloats.AssertSameBits(expected, actual);
        ScalarMatrixProduct.Tn(m, n, starts, byRow, b, expected);
        MatrixProduct.Tn(m, n, starts, byRow, b, actual);
        TestFloats.AssertSameBits(expected, actual);
        ScalarMatrixProduct.Tn(n, m, starts, b, byRow, expected);
        MatrixProduct.Tn(n, m, starts, b, byRow, actual);
        TestFloats.AssertSameBits(expected, actual);
    }

    [SkippableFact]
    public void TryRun_FiniteOperands_Succeeds()
    {
        RequireVectors();
        Assert.True(TryNn(Sparse(64 * 70, 0.5, 1), TestFloats.Normal(70 * 144, 2), 64, 144, 70, out float[] actual));
        float[] expected = new float[64 * 144];
        ScalarMatrixProduct.Nn(64, 144, 70, Sparse(64 * 70, 0.5, 1), TestFloats.Normal(70 * 144, 2), expected);
        TestFloats.AssertSameBits(expected, actual);
    }

    /// <summary>Tiles of four to nine vectors, rows in pairs and alone.</summary>
    [SkippableTheory]
    [InlineData(96, 128)]
    [InlineData(96, 208)]
    [InlineData(96, 160)]
    [InlineData(96, 192)]
    [InlineData(112, 784)]
    [InlineData(128, 256)]
    [InlineData(144, 784)]
    [InlineData(144, 160)]
    public void TryRun_TilesOfAnyWidth_EqualScalarTwinBitForBit(int widest, int n)
    {
        RequireVectors();
        float[] a = Sparse(70 * 130, 0.5, 1), b = TestFloats.Normal(130 * n, 2), expected = new float[70 * n];
        a.AsSpan(0, 10 * 130).Fill(0.5f);
        Assert.True(TryNn(a, b, 70, n, 130, out float[] actual, widest));
        ScalarMatrixProduct.Nn(70, n, 130, a, b, expected);
        TestFloats.AssertSameBits(expected, actual);
    }

    [SkippableTheory]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(float.NaN)]
    public void TryRun_ZeroMeetsNoFiniteNumber_Refuses(float value)
    {
        RequireVectors();
        float[] b = TestFloats.Normal(70 * 128, 2);
        b[(69 * 128) + 127] = value;
        Assert.False(TryNn(Sparse(64 * 70, 0.5, 1), b, 64, 128, 70, out _));
    }

    /// <summary>
    /// The chain −0 (an underflow), then + (0 · 1): whole it ends with +0, without its second step with −0. In a row that is
    /// alone, as the others have nothing in common, and in the rows of a pair.
    /// </summary>
    [SkippableTheory]
    [InlineData(0, 0, 20)]
    [InlineData(63, 128, 20)]
    [InlineData(0, 127, 0)]
    [InlineData(1, 143, 0)]
    public void Nn_LeftOutStepTurnsTheSignOfZero_StillEqualsScalarTwin(int row, int column, int entriesOfOthers)
    {
        var random = new Random(7);
        float[] a = new float[64 * 64], b = new float[64 * 144];
        for (int i = 0; i < 64; i++)
        {
            random.GetItems([.. Enumerable.Range(1, 63)], entriesOfOthers).ToList().ForEach(step => a[(i * 64) + step] = 1);
        }

        a.AsSpan(row * 64, 64).Clear();
        a[row * 64] = -1e-30f;
        Array.Fill(b, 1f);
        b[column] = 1e-30f;
        float[] expected = new float[64 * 144], actual = new float[64 * 144];
        ScalarMatrixProduct.Nn(64, 144, 64, a, b, expected);
        Assert.False(float.IsNegative(expected[(row * 144) + column]));
        MatrixProduct.Nn(64, 144, 64, a, b, actual);
        TestFloats.AssertSameBits(expected, actual);
        RequireVectors();
        Assert.False(TryNn(a, b, 64, 144, 64, out _));
    }

    [Fact]
    public void Products_ManyZeros_AllocateNothingInSteadyState()
    {
        float[] a = Sparse(64 * 64, 0.5, 1), b = TestFloats.Normal(64 * 128, 2), c = new float[64 * 128];
        int[] starts = [0, 32, 64];
        void All()
        {
            MatrixProduct.Nn(64, 128, 64, a, b, c);
            MatrixProduct.Tn(64, 128, starts, a, b, c);
            MatrixProduct.Tn(128, 64, starts, b, a, c);
        }

        All();
        long before = GC.GetAllocatedBytesForCurrentThread();
        All();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(1, 64, 0.65625)]
    [InlineData(1, 2048, 0.65625)]
    [InlineData(8, 128, 0.375)]
    [InlineData(1, 8, 0)]
    public void DensityMost_ShorterSegments_NeedMoreZeros(int segments, int steps, double most)
    {
        int[] starts = [.. Enumerable.Range(0, segments + 1).Select(s => s * steps / segments)];
        Assert.Equal(most, SparseChoice.DensityMost(starts));
    }

    private static bool TryNn(float[] a, float[] b, int m, int n, int k, out float[] c, int widest = TileColumns.Most)
    {
        c = new float[m * n];
        fixed (float* pa = a, pb = b, pc = c)
        {
            return SparseProduct.TryRun(
                m, n, [0, k], new Operand(pa, k, true), new Operand(pb, n, false), new SparseTarget(pc, n, false), null, widest);
        }
    }

    /// <summary>Numbers of which the rest to <paramref name="density"/> is zero, of either sign.</summary>
    private static float[] Sparse(int length, double density, int seed)
    {
        float[] values = TestFloats.Normal(length, seed);
        var random = new Random(seed);
        foreach (ref float value in values.AsSpan())
        {
            if (random.NextDouble() >= density)
            {
                value = random.Next(2) == 0 ? 0f : -0f;
            }
        }

        return values;
    }

    private static void RequireVectors() =>
        Skip.IfNot(ProductLadder.Rung == Rung.Bits512, "zeros are left out on processors with AVX-512");
}
