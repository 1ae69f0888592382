using DistTrain.Numerics.Convolution;

namespace DistTrain.Numerics.Tests.Convolution;

public class SampleRunsTests
{
    [Theory]
    [InlineData(new[] { 0, 3 }, "block 0 of 3: 0+3 begins block, begins segment, ends segment")]
    [InlineData(new[] { 0, 0 }, "block 0 of 0: 0+0, begins segment, ends segment")]
    [InlineData(
        new[] { 0, 10, 10, 33 },
        "block 0 of 16: 0+10 begins block, begins segment, ends segment; "
        + "block 0 of 16: 10+0, begins segment, ends segment; "
        + "block 0 of 16: 10+6, begins segment; "
        + "block 1 of 16: 0+16 begins block; "
        + "block 2 of 1: 0+1 begins block, ends segment")]
    [InlineData(
        new[] { 0, 16, 16, 17 },
        "block 0 of 16: 0+16 begins block, begins segment, ends segment; "
        + "block 1 of 1: 0+0, begins segment, ends segment; "
        + "block 1 of 1: 0+1 begins block, begins segment, ends segment")]
    public void MoveNext_Segments_GivesRunsWithinSegmentAndBlock(int[] starts, string expected)
    {
        List<string> runs = [];
        var run = new SampleRuns(starts);
        while (run.MoveNext())
        {
            runs.Add(
                $"block {run.Block} of {run.BlockCount}: {run.Lane}+{run.Count}" + (run.BeginsBlock ? " begins block" : "")
                + (run.BeginsSegment ? ", begins segment" : "") + (run.EndsSegment ? ", ends segment" : ""));
        }

        Assert.Equal(expected, string.Join("; ", runs));
    }
}
