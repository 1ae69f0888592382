namespace DistTrain.Numerics.Tests.Memory;

public sealed class StreamedCopyTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(100)]
    public void Copy_WhereverItStarts_CopiesAllAndNothingElse(int length)
    {
        for (int start = 0; start < 16; start++)
        {
            using var target = new AlignedBuffer(160);
            target.Span.Fill(-1);
            float[] source = [.. Enumerable.Range(0, length).Select(i => i + 0.5f)];

            StreamedCopy.Copy(source, target.Span.Slice(16 + start, length));
            StreamedCopy.Publish();

            float[] expected = [.. Enumerable.Repeat(-1f, 160)];
            source.CopyTo(expected, 16 + start);
            Assert.Equal(expected, target.Span.ToArray());
        }
    }

    [Fact]
    public void Copy_OtherLengths_AreRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => StreamedCopy.Copy(new float[3], new float[4]));
}
