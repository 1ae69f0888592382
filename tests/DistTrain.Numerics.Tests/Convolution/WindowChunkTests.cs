using DistTrain.Numerics.Convolution;

namespace DistTrain.Numerics.Tests.Convolution;

public class WindowChunkTests
{
    [Fact]
    public void Cut_UnevenWidth_LeavesOutLastColumn()
    {
        WindowChunk chunk = Assert.Single(WindowChunk.Cut(width: 5, lines: 2, lineStep: 1000, step: 10));
        Assert.Equal(0, chunk.First);
        Assert.Equal([0, 0, 1, 1, 0, 0, 1, 1], Lanes(chunk.Window)[..8]);
        Assert.Equal([0, 1, 0, 1, 2, 3, 2, 3, -1, -1, -1, -1, -1, -1, -1, -1], Lanes(chunk.Place));
        Assert.Equal([0, 10, 20, 30, 1000, 1010, 1020, 1030], Lanes(chunk.Offset)[..8]);
    }

    /// <summary>Of the 20 windows of a line those under positions 32 to 39 of the first and 0 to 7 of the second do not fit.</summary>
    [Fact]
    public void Cut_LongLines_NoChunkSpansMoreThanSixteenWindows()
    {
        WindowChunk[] chunks = WindowChunk.Cut(width: 40, lines: 2, lineStep: 40, step: 1);
        Assert.Equal([0, 8, 16, 0, 8, 16], chunks.Select(chunk => chunk.First));
        Assert.Equal(
            Enumerable.Range(0, 80),
            chunks.SelectMany(chunk => Lanes(chunk.Offset).Zip(Lanes(chunk.Place)).Where(lane => lane.Second >= 0).Select(lane => lane.First)));
    }

    private static int[] Lanes(System.Runtime.Intrinsics.Vector512<int> vector)
    {
        var lanes = new int[16];
        System.Runtime.Intrinsics.Vector512.CopyTo(vector, lanes);
        return lanes;
    }
}
