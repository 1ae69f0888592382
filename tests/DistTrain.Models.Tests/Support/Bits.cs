namespace DistTrain.Models.Tests;

/// <summary>Comparisons of floats by their bits.</summary>
internal static class Bits
{
    public static void Equal(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, Func<int, string>? name = null)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int at = 0; at < expected.Length; at++)
        {
            if (BitConverter.SingleToInt32Bits(expected[at]) != BitConverter.SingleToInt32Bits(actual[at]))
            {
                Assert.Fail($"{name?.Invoke(at)} [{at}]: expected {expected[at]:R}, got {actual[at]:R}");
            }
        }
    }
}
