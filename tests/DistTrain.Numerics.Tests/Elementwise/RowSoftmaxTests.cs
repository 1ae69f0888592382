namespace DistTrain.Numerics.Tests;

public sealed class RowSoftmaxTests
{
    [Fact]
    public void Exponentials_EveryWidth_EqualTheScalarTwin()
    {
        for (int width = 1; width < 80; width++)
        {
            float[] row = TestFloats.Normal(width, width);
            var expected = new float[width];
            float expectedSum = RowSoftmax.ExponentialsScalar(row, expected, out float expectedMax);
            var actual = new float[width];
            float sum = RowSoftmax.Exponentials(row, actual, out float max);
            float sumAlone = RowSoftmax.Exponentials(row, [], out _);

            TestFloats.AssertSameBits(expected, actual);
            TestFloats.AssertSameBits([expectedSum, expectedSum, expectedMax], [sum, sumAlone, max]);
        }
    }

    [Fact]
    public void Forward_Rows_SumToOneAndMatchDouble()
    {
        const int columns = 37;
        float[] source = TestFloats.Normal(columns * 20, 3);
        var target = new float[source.Length];
        RowSoftmax.Forward(columns, source, target);
        for (int start = 0; start < source.Length; start += columns)
        {
            double[] row = [.. source.Skip(start).Take(columns).Select(x => (double)x)];
            double sum = row.Sum(x => Math.Exp(x - row.Max()));
            for (int i = 0; i < columns; i++)
            {
                double expected = Math.Exp(row[i] - row.Max()) / sum;

                // x − max is rounded: up to half an ulp of it (|x| < 512: 2^-15 absolute at most) goes into the exponent.
                Assert.Equal(expected, target[start + i], (1e-40) + (2e-5 * expected));
            }
        }
    }

    [Fact]
    public void Forward_InPlaceAndHugeLogits_StaysFinite()
    {
        float[] row = [1e30f, 1e30f, -1e30f];
        RowSoftmax.Forward(3, row, row);
        Assert.Equal([0.5f, 0.5f, 0f], row);
    }

    [Fact]
    public void Backward_RandomRows_MatchesTheJacobian()
    {
        const int columns = 19;
        float[] output = new float[columns];
        RowSoftmax.Forward(columns, [.. TestFloats.Normal(columns, 1).Select(x => x / 50)], output);
        float[] outputGradient = TestFloats.Normal(columns, 2);
        var inputGradient = new float[columns];
        RowSoftmax.Backward(columns, output, outputGradient, inputGradient);
        for (int i = 0; i < columns; i++)
        {
            double expected = 0;
            double size = 0;
            for (int j = 0; j < columns; j++)
            {
                double term = outputGradient[j] * (double)output[j] * ((i == j ? 1 : 0) - (double)output[i]);
                expected += term;
                size += Math.Abs(term);
            }

            Assert.Equal(expected, inputGradient[i], 1e-6 * size);
        }
    }

    [Fact]
    public void MaxAndArgMax_EveryWidth_EqualTheScalarTwins()
    {
        for (int width = 1; width < 120; width++)
        {
            float[] row = [.. TestFloats.Normal(width, width).Select(x => MathF.Round(x * 4) / 4)];
            Assert.Equal(RowExtremes.MaxScalar(row), RowExtremes.Max(row));
            Assert.Equal(RowExtremes.ArgMaxScalar(row), RowExtremes.ArgMax(row));
        }
    }

    [Fact]
    public void ArgMax_EqualLargest_GivesTheFirst()
    {
        var row = new float[100];
        row[70] = row[41] = row[99] = 2;
        Assert.Equal(41, RowExtremes.ArgMax(row));
        Assert.Equal(1, RowExtremes.ArgMax([0f, 3f, 3f]));
    }

    [Fact]
    public void ArgMax_NotANumbersAndNegativeInfinities_AreNeverChosenBeforeANumber()
    {
        float[] row = [.. Enumerable.Repeat(float.NaN, 50)];
        Assert.Equal(0, RowExtremes.ArgMax(row));
        row[37] = float.NegativeInfinity;
        Assert.Equal(0, RowExtremes.ArgMax(row));
        row[45] = -5;
        Assert.Equal(45, RowExtremes.ArgMax(row));
    }

    [Fact]
    public void Max_OneNotANumber_GivesNotANumber()
    {
        float[] row = TestFloats.Normal(40, 1);
        row[17] = float.NaN;
        Assert.True(float.IsNaN(RowExtremes.Max(row)));
    }

    [Fact]
    public void Max_ZerosOfBothSigns_GivesPositiveZero() =>
        Assert.Equal(0, BitConverter.SingleToInt32Bits(RowExtremes.Max([-0f, 0f, -0f])));

    [Fact]
    public void Max_EmptyRow_IsRefused() => Assert.Throws<ArgumentException>(() => RowExtremes.Max([]));
}
