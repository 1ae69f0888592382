namespace DistTrain.Data.Tests;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("epocsh", "epochs", 1)]
    [InlineData("ca", "abc", 3)]
    public void Distance_KnownPairs_GiveKnownValues(string left, string right, int distance)
    {
        Assert.Equal(distance, NearestName.Distance(left, right));
        Assert.Equal(distance, NearestName.Distance(right, left));
    }

    [Theory]
    [InlineData("batchsize", "batchSize")]
    [InlineData("optimiser", "optimizer")]
    [InlineData("zebra", null)]
    public void Find_AmongKnownNames_GivesTheNearestOrNone(string name, string? nearest) =>
        Assert.Equal(nearest, NearestName.Find(name, ["batchSize", "shards", "optimizer"]));

    [Fact]
    public void Find_NamesOfAnyLengthAndNumber_AreComparedUpToALimit()
    {
        string long64 = new('a', 64);
        Assert.Equal(long64, NearestName.Find(new string('a', 63), [long64]));
        Assert.Null(NearestName.Find(long64, [long64 + "a"]));
        Assert.Null(NearestName.Find(long64 + "a", [long64]));
        Assert.Null(NearestName.Find("weight", [.. Enumerable.Range(0, 2000).Select(i => $"{i}"), "weights"]));
    }
}
