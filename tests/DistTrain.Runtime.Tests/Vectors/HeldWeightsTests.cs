using DistTrain.Protocol;

namespace DistTrain.Runtime.Tests.Vectors;

public sealed class HeldWeightsTests
{
    [Fact]
    public void Keep_AThirdVersion_ReleasesTheOldest()
    {
        using var pool = new WeightBufferPool(16);
        var held = new HeldWeights();
        WeightBuffer[] versions = [.. Enumerable.Range(1, 3).Select(version => pool.Rent(new WeightVersion(version)))];
        versions[0].Retain();

        Array.ForEach(versions, held.Keep);

        Assert.Same(versions[1], held.Of(new WeightVersion(2)));
        Assert.Same(versions[2], held.Of(new WeightVersion(3)));
        Assert.Throws<InvalidOperationException>(() => held.Of(new WeightVersion(1)));
        versions[0].Release();
        Assert.Throws<InvalidOperationException>(versions[0].Release);
        held.ReleaseAll();
        Assert.Throws<InvalidOperationException>(versions[2].Release);
    }

    [Fact]
    public void Keep_AnOlderVersionThatComesLate_ReleasesItAndKeepsTheNewestTwo()
    {
        using var pool = new WeightBufferPool(16);
        var held = new HeldWeights();
        WeightBuffer late = pool.Rent(new WeightVersion(1));
        held.Keep(pool.Rent(new WeightVersion(2)));
        held.Keep(pool.Rent(new WeightVersion(3)));

        held.Keep(late);

        Assert.Equal(2, held.Of(new WeightVersion(2)).Version.Value);
        Assert.Equal(3, held.Of(new WeightVersion(3)).Version.Value);
        Assert.Throws<InvalidOperationException>(late.Release);
        held.ReleaseAll();
    }

    [Fact]
    public void Keep_AnotherBucketOfAVersion_GivesItsReferenceBack()
    {
        using var pool = new WeightBufferPool(16);
        var held = new HeldWeights();
        WeightBuffer weights = pool.Rent(new WeightVersion(1));
        weights.Retain();

        held.Keep(weights);
        held.Keep(weights);

        held.ReleaseAll();
        Assert.Throws<InvalidOperationException>(weights.Release);
    }
}
