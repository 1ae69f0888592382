namespace DistTrain.Data.Tests;

public sealed class ByteScalingTests
{
    [Fact]
    public void Apply_OfAnyLength_GivesTheScalarTwinsBits()
    {
        var random = new Random(1);
        for (int length = 0; length < 100; length++)
        {
            byte[] bytes = new byte[length];
            random.NextBytes(bytes);
            float[] offset = [.. bytes.Select(_ => random.NextSingle() * 255)];
            float[] factor = [.. bytes.Select(_ => random.NextSingle() / 255)];
            float[] fast = new float[length];
            float[] slow = new float[length];

            ByteScaling.Apply(bytes, offset, factor, fast);
            ByteScaling.ApplyScalar(bytes, offset, factor, slow);
            Assert.Equal(slow.Select(BitConverter.SingleToInt32Bits), fast.Select(BitConverter.SingleToInt32Bits));

            ByteScaling.Apply(bytes, [], [], fast);
            Assert.Equal(bytes.Select(value => (float)value), fast);
        }
    }

    [Fact]
    public void Apply_OfOtherLengths_Throws() =>
        Assert.Throws<ArgumentException>(() => ByteScaling.Apply(new byte[3], new float[2], new float[2], new float[3]));
}
