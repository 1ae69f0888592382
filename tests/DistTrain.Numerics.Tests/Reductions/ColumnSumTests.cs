namespace DistTrain.Numerics.Tests;

public sealed class ColumnSumTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(16)]
    [InlineData(67)]
    [InlineData(256)]
    [InlineData(300)]
    public void Compute_AnySegments_EqualsTheScalarTwin(int columns)
    {
        int[][] cases =
        [
            [0, 1], [0, 7], [0, 0, 5], [0, 3, 3, 9], [0, 0, 0, 0], [0, 2, 4, 6, 8, 13],
            [.. Enumerable.Range(0, 18).Select(i => i * 3)], [0],
        ];
        foreach (int[] starts in cases)
        {
            float[] values = TestFloats.Normal(starts[^1] * columns, columns);
            float[] expected = [.. Enumerable.Repeat(float.NaN, columns)];
            float[] actual = [.. expected];
            ColumnSum.ComputeScalar(starts, columns, values, expected);
            ColumnSum.Compute(starts, columns, values, actual);
            TestFloats.AssertSameBits(expected, actual);
        }
    }

    [Fact]
    public void Compute_AlignedHalves_AddUpToTheWhole()
    {
        int[] starts = [0, 2, 5, 7, 10];
        float[] values = TestFloats.Normal(10 * 20, 1);
        float[] whole = new float[20], left = new float[20], right = new float[20];
        ColumnSum.Compute(starts, 20, values, whole);
        ColumnSum.Compute([0, 2, 5], 20, values.AsSpan(0, 100), left);
        ColumnSum.Compute([0, 2, 5], 20, values.AsSpan(100), right);
        TreeSum.Add(left, right, left);
        TestFloats.AssertSameBits(whole, left);
    }

    [Fact]
    public void Compute_WrongLength_IsRefused() =>
        Assert.Throws<ArgumentException>(() => ColumnSum.Compute([0, 2], 3, new float[5], new float[3]));
}
