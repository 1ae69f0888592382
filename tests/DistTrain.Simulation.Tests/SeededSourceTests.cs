namespace DistTrain.Simulation.Tests;

public sealed class SeededSourceTests
{
    [Fact]
    public void SeededSource_SameSeedAndStream_GivesTheSameNumbers()
    {
        SeededSource first = new(5, 1);
        SeededSource second = new(5, 1);
        Assert.Equal(Enumerable.Range(0, 50).Select(_ => first.Share()), Enumerable.Range(0, 50).Select(_ => second.Share()));
    }

    [Fact]
    public void SeededSource_AnotherStream_GivesOtherNumbers() =>
        Assert.NotEqual(new SeededSource(5, 1).Share(), new SeededSource(5, 2).Share());

    [Fact]
    public void SeededSource_Numbers_StayWithinTheirBounds()
    {
        SeededSource source = new(9, 0);
        for (int i = 0; i < 1000; i++)
        {
            Assert.InRange(source.Between(3, 5), 3, 5);
            Assert.InRange(source.Spread(10, 1000), 10, 1000);
            Assert.InRange(source.Share(), 0, 1);
        }
    }
}
