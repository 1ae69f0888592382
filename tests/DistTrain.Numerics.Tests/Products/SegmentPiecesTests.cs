using DistTrain.Numerics.Products;

namespace DistTrain.Numerics.Tests.Products;

public class SegmentPiecesTests
{
    [Fact]
    public void MoveNext_OneLongSegment_IsCutEvenlyAndContinues() =>
        Assert.Equal(
            ["0+50 new depth 0 merges 0", "50+50 goes on depth 0 merges 0", "100+50 goes on depth 0 merges 0 last"],
            Walk([0, 150], 64));

    [Fact]
    public void MoveNext_FiveSegmentsOneEmpty_MergesInTreeOrder() =>
        Assert.Equal(
            [
                "0+10 new depth 0 merges 0", "10+10 new depth 1 merges 1", "20+0 new depth 1 merges 0",
                "20+10 new depth 2 merges 2", "30+10 new depth 1 merges 1 last",
            ],
            Walk([0, 10, 20, 20, 30, 40], 64));

    [Fact]
    public void MoveNext_CutSegments_MergeWhenTheyEnd() =>
        Assert.Equal(
            [
                "0+6 new depth 0 merges 0", "6+6 goes on depth 0 merges 0",
                "12+5 new depth 1 merges 0", "17+5 goes on depth 1 merges 1 last",
            ],
            Walk([0, 12, 22], 8));

    [Fact]
    public void CountOf_CutSegments_CountsPieces() => Assert.Equal(4, SegmentPieces.CountOf([0, 12, 22], 8));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(21)]
    public void DepthMost_AnySegments_HoldsTheWholeStack(int segments)
    {
        int[] starts = [.. Enumerable.Range(0, segments + 1)];
        var piece = new SegmentPieces(starts, 8);
        int deepest = 0;
        while (piece.MoveNext())
        {
            deepest = Math.Max(deepest, piece.Depth);
        }

        Assert.InRange(deepest + 1, 1, SegmentStack.DepthMost(starts));
    }

    private static List<string> Walk(int[] starts, int most)
    {
        var steps = new List<string>();
        var piece = new SegmentPieces(starts, most);
        while (piece.MoveNext())
        {
            steps.Add(
                $"{piece.First}+{piece.Count} {(piece.Continues ? "goes on" : "new")} depth {piece.Depth} "
                + $"merges {piece.Merges}{(piece.IsLast ? " last" : string.Empty)}");
        }

        return steps;
    }
}
