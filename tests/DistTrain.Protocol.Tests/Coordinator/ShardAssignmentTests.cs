namespace DistTrain.Protocol.Tests;

public sealed class ShardAssignmentTests
{
    [Theory]
    [InlineData(16, new[] { 1.0, 1.0 }, new[] { 0, 0 }, new[] { 8, 8 })]
    [InlineData(16, new[] { 1.0, 0.5 }, new[] { 0, 0 }, new[] { 11, 5 })]
    [InlineData(10, new[] { 1.0, 1.0, 1.0 }, new[] { 0, 0, 0 }, new[] { 4, 3, 3 })]
    [InlineData(2, new[] { 1.0, 1.0, 1.0 }, new[] { 0, 0, 0 }, new[] { 1, 1, 0 })]
    [InlineData(4, new[] { 1.0, 1.0 }, new[] { 4, 0 }, new[] { 0, 4 })]
    [InlineData(6, new[] { 1.0, 1.0 }, new[] { 4, 0 }, new[] { 1, 5 })]
    [InlineData(6, new[] { 2.0, 1.0 }, new[] { 0, 3 }, new[] { 6, 0 })]
    [InlineData(0, new[] { 1.0 }, new[] { 0 }, new[] { 0 })]
    [InlineData(3, new[] { 1e-9, 1e9 }, new[] { 0, 0 }, new[] { 0, 3 })]
    public void Split_OfShards_LetsAllEndTogether(int shards, double[] speeds, int[] backlogs, int[] expected) =>
        Assert.Equal(expected, ShardAssignment.Split(shards, speeds, backlogs));

    [Fact]
    public void Split_AnySpeedsAndBacklogs_GivesOutEveryShard()
    {
        Random random = new(3);
        for (int trial = 0; trial < 5000; trial++)
        {
            int workers = random.Next(1, 12);
            double[] speeds = [.. Enumerable.Range(0, workers).Select(_ => Math.Pow(10, (random.NextDouble() * 8) - 4))];
            int[] backlogs = [.. Enumerable.Range(0, workers).Select(_ => random.Next(4) == 0 ? random.Next(50) : 0)];
            int shards = random.Next(0, 200);
            int[] counts = ShardAssignment.Split(shards, speeds, backlogs);
            Assert.Equal(shards, counts.Sum());
            Assert.All(counts, count => Assert.True(count >= 0));
            if (backlogs.All(backlog => backlog == 0))
            {
                double total = speeds.Sum();
                for (int i = 0; i < workers; i++)
                {
                    Assert.InRange(counts[i] - (shards * speeds[i] / total), -1 - 1e-6, 1 + 1e-6);
                }
            }

            ShardAssignment.AlignBorders(counts, speeds);
            Assert.Equal(shards, counts.Sum());
            Assert.All(counts, count => Assert.True(count >= 0));
        }
    }

    [Theory]
    [InlineData(new[] { 9, 7 }, new[] { 1.14, 1.0 }, new[] { 8, 8 })]
    [InlineData(new[] { 11, 5 }, new[] { 1.0, 0.5 }, new[] { 11, 5 })]
    [InlineData(new[] { 33, 31 }, new[] { 1.0, 1.0 }, new[] { 32, 32 })]
    [InlineData(new[] { 8, 8 }, new[] { 1.0, 1.0 }, new[] { 8, 8 })]
    public void AlignBorders_NearARoundPosition_MovesThereIfItCostsLittle(int[] counts, double[] speeds, int[] expected)
    {
        ShardAssignment.AlignBorders(counts, speeds);
        Assert.Equal(expected, counts);
    }
}
