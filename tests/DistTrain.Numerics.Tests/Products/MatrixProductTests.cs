using System.Runtime.InteropServices;

namespace DistTrain.Numerics.Tests.Products;

public class MatrixProductTests
{
    public static TheoryData<int, int, int> Shapes()
    {
        var shapes = new TheoryData<int, int, int>
        {
            { 1, 1, 1 }, { 1, 1, 0 }, { 0, 5, 3 }, { 5, 0, 3 }, { 12, 32, 7 }, { 13, 33, 5 }, { 11, 31, 400 },
            { 24, 64, 384 }, { 25, 65, 385 }, { 1, 10, 256 }, { 32, 10, 17 }, { 3, 600, 9 }, { 250, 40, 30 }, { 30, 520, 390 },
            { 12, 32, 800 }, { 25, 65, 801 }, { 13, 300, 1700 },
        };
        var random = new Random(20261122);
        for (int i = 0; i < 60; i++)
        {
            shapes.Add(random.Next(1, 70), random.Next(1, 80), random.Next(0, 60));
        }

        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Nn_AnyShape_EqualsScalarTwinBitForBit(int m, int n, int k)
    {
        float[] a = Numbers(m * k, 1), b = Numbers(k * n, 2), bias = Numbers(n, 3);
        float[] expected = new float[m * n], actual = Garbage(m * n);
        foreach (float[] start in new[] { [], bias })
        {
            ScalarMatrixProduct.Nn(m, n, k, a, b, expected, start);
            MatrixProduct.Nn(m, n, k, a, b, actual, start);
            AssertSameBits(expected, actual);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Nt_AnyShape_EqualsScalarTwinBitForBit(int m, int n, int k)
    {
        float[] a = Numbers(m * k, 1), b = Numbers(k * n, 2);
        float[] expected = new float[m * n], actual = Garbage(m * n);
        ScalarMatrixProduct.Nt(m, n, k, a, b, expected);
        MatrixProduct.Nt(m, n, k, a, b, actual);
        AssertSameBits(expected, actual);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Tn_AnyShapeAndSegments_EqualsScalarTwinBitForBit(int m, int n, int k)
    {
        var random = new Random((m * 31) + (n * 7) + k);
        foreach (int segmentCount in new[] { 0, 1, 2, 3, 5, 7, 8, 13, 16, 33 })
        {
            int[] starts = Segments(segmentCount, segmentCount == 0 ? 0 : k, random);
            float[] a = Numbers(m * starts[^1], 1), b = Numbers(starts[^1] * n, 2);
            float[] expected = new float[m * n], actual = Garbage(m * n);
            ScalarMatrixProduct.Tn(m, n, starts, a, b, expected);
            MatrixProduct.Tn(m, n, starts, a, b, actual);
            AssertSameBits(expected, actual);
        }
    }

    [Theory]
    [InlineData(25, 40, 3000, 3)]
    [InlineData(250, 300, 1100, 5)]
    [InlineData(5, 3, 2048, 4)]
    [InlineData(5, 3, 1025, 600)]
    [InlineData(110, 300, 1700, 1)]
    public void Tn_MoreRowsThanABlock_EqualsScalarTwinBitForBit(int m, int n, int k, int segmentCount)
    {
        int[] starts = Segments(segmentCount, k, new Random(5));
        float[] a = Numbers(m * k, 1), b = Numbers(k * n, 2);
        float[] expected = new float[m * n], actual = Garbage(m * n);
        ScalarMatrixProduct.Tn(m, n, starts, a, b, expected);
        MatrixProduct.Tn(m, n, starts, a, b, actual);
        AssertSameBits(expected, actual);
    }

    [Fact]
    public void Tn_NegativeZeroBesideEmptySegment_BecomesPositiveZero()
    {
        float[] c = [1];
        MatrixProduct.Tn(1, 1, [0, 1], [-1e-30f], [1e-30f], c);
        Assert.True(float.IsNegative(c[0]));
        MatrixProduct.Tn(1, 1, [0, 1, 1], [-1e-30f], [1e-30f], c);
        Assert.False(float.IsNegative(c[0]));
    }

    [Fact]
    public void Product_WrongLength_SaysWhichOperand()
    {
        var wrong = Assert.Throws<ArgumentException>(() => MatrixProduct.Nn(2, 3, 4, new float[8], new float[11], new float[6]));
        Assert.Contains("b of a matrix product has 11 elements, expected 12", wrong.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => MatrixProduct.Nn(2, 3, 4, new float[8], new float[12], new float[6], new float[2]));
        Assert.Throws<ArgumentException>(() => MatrixProduct.Nt(2, 3, 4, new float[8], new float[12], new float[7]));
        Assert.Throws<ArgumentException>(() => MatrixProduct.Tn(2, 3, [0, 2, 1], new float[2], new float[3], new float[6]));
        Assert.Throws<ArgumentException>(() => MatrixProduct.Tn(2, 3, [1, 2], new float[4], new float[6], new float[6]));
    }

    [Fact]
    public void Products_InSteadyState_AllocateNothing()
    {
        float[] a = Numbers(40 * 50, 1), b = Numbers(50 * 60, 2), c = new float[40 * 60];
        int[] starts = [0, 20, 40];
        float[] wide = new float[50 * 60];
        void All()
        {
            MatrixProduct.Nn(40, 60, 50, a, b, c);
            MatrixProduct.Nt(40, 60, 50, a, b, c);
            MatrixProduct.Tn(50, 60, starts, a, c, wide);
        }

        All();
        long before = GC.GetAllocatedBytesForCurrentThread();
        All();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static int[] Segments(int count, int k, Random random)
    {
        int[] starts = new int[count + 1];
        for (int s = 1; s < count; s++)
        {
            starts[s] = random.Next(k + 1);
        }

        starts[^1] = k;
        Array.Sort(starts);
        return starts;
    }

    private static float[] Numbers(int length, int seed)
    {
        var random = new Random(seed + length);
        float[] numbers = new float[length];
        foreach (ref float number in numbers.AsSpan())
        {
            number = (random.NextSingle() - 0.5f) * MathF.ScaleB(1, random.Next(-3, 4));
        }

        return numbers;
    }

    private static float[] Garbage(int length)
    {
        float[] garbage = new float[length];
        Array.Fill(garbage, float.NaN);
        return garbage;
    }

    private static void AssertSameBits(float[] expected, float[] actual) =>
        Assert.Equal(MemoryMarshal.Cast<float, int>(expected), MemoryMarshal.Cast<float, int>(actual));
}
