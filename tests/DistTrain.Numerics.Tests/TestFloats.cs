namespace DistTrain.Numerics.Tests;

/// <summary>Seeded inputs and comparisons by bits.</summary>
internal static class TestFloats
{
    /// <summary>Normals with magnitudes spread over several powers of two, so that every order of additions shows.</summary>
    public static float[] Normal(int length, int seed)
    {
        var random = new Random(seed);
        var values = new float[length];
        for (int i = 0; i < length; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            values[i] = (float)(radius * Math.Cos(2 * Math.PI * random.NextDouble()) * Math.Pow(2, random.Next(-6, 6)));
        }

        return values;
    }

    public static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
            {
                Assert.Fail($"element {i} of {expected.Length}: expected {expected[i]:G9}, got {actual[i]:G9}");
            }
        }
    }
}
