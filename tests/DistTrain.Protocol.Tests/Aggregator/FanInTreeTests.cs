namespace DistTrain.Protocol.Tests.Aggregator;

public sealed class FanInTreeTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(64, 0)]
    [InlineData(16, 16)]
    public void For_NoMoreWorkersThanTheBound_HasNoAggregators(int workers, int fanIn)
    {
        FanInTree tree = FanInTree.For(workers, fanIn);

        Assert.Empty(tree.Levels);
        Assert.Equal(workers, tree.CoordinatorChildren);
    }

    [Theory]
    [InlineData(256, 16, new[] { 16 })]
    [InlineData(17, 16, new[] { 2 })]
    [InlineData(257, 16, new[] { 2, 17 })]
    [InlineData(8, 2, new[] { 2, 4 })]
    [InlineData(5, 2, new[] { 2, 3 })]
    public void For_MoreWorkers_HasTheFewestLevels(int workers, int fanIn, int[] levels) =>
        Assert.Equal(levels, FanInTree.For(workers, fanIn).Levels);

    [Fact]
    public void Children_OfEveryTree_ArePartedEvenlyAndWithinTheBound()
    {
        for (int workers = 1; workers <= 200; workers++)
        {
            for (int fanIn = 2; fanIn <= 9; fanIn++)
            {
                FanInTree tree = FanInTree.For(workers, fanIn);
                for (int level = 0; level <= tree.Levels.Length; level++)
                {
                    int parents = level == 0 ? 1 : tree.Levels[level - 1];
                    int[] children = new int[parents];
                    for (int index = 0; index < tree.NodesAt(level); index++)
                    {
                        children[tree.ParentOf(level, index)]++;
                    }

                    Assert.Equal(children, Enumerable.Range(0, parents).Select(parent => tree.ChildrenOf(level, parent)));
                    Assert.InRange(children.Min(), 1, fanIn);
                    Assert.Equal(tree.ChildrenMax(level), children.Max());
                    Assert.InRange(children.Max() - children.Min(), 0, 1);
                }
            }
        }
    }
}
