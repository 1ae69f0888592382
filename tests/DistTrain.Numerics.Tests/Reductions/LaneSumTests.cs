namespace DistTrain.Numerics.Tests;

public sealed class LaneSumTests
{
    [Fact]
    public void SumDotAndNorms_EveryLength_EqualTheirScalarTwins()
    {
        for (int length = 0; length < 200; length++)
        {
            float[] x = TestFloats.Normal(length, length);
            float[] y = TestFloats.Normal(length, length + 1000);
            TestFloats.AssertSameBits(
                [LaneSum.SumScalar(x), LaneSum.DotScalar(x, y), LaneSum.DotScalar(x, x)],
                [LaneSum.Sum(x), LaneSum.Dot(x, y), LaneSum.SquaredNorm(x)]);
            Assert.Equal(LaneSum.SquaredNormDoubleScalar(x), LaneSum.SquaredNormDouble(x));
        }
    }

    [Fact]
    public void Sum_OneLargeElementPerLane_IsAddedByTheFixedTree()
    {
        // (0, 8) cancel first; in index order 2^24 + 1 would lose the 1.
        var values = new float[16];
        values[0] = 16777216;
        values[1] = 1;
        values[8] = -16777216;
        Assert.Equal(1, LaneSum.Sum(values));
    }

    [Fact]
    public void Sum_NegativeZeros_GivesPositiveZero() =>
        Assert.Equal(0, BitConverter.SingleToInt32Bits(LaneSum.Sum([-0f, -0f])));

    [Fact]
    public void SquaredNormDouble_ValuesBeyondFloatSquares_StaysFinite() =>
        Assert.Equal(2e60, LaneSum.SquaredNormDouble([1e30f, 1e30f]), 1e54);

    [Fact]
    public void Dot_LengthsDiffer_IsRefused() =>
        Assert.Throws<ArgumentException>(() => LaneSum.Dot(new float[2], new float[3]));
}
