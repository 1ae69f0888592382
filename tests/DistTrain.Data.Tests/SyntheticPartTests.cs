using DistTrain.Numerics;

namespace DistTrain.Data.Tests;

public sealed class SyntheticPartTests
{
    private static readonly SyntheticDataSpec Spec = new()
    {
        Rows = 600,
        FeatureShape = new Shape(1, 5, 7),
        Classes = 4,
        Scaling = new ScalingSpec.DivideBy(255),
        Split = new SplitSpec.Rows(100),
    };

    /// <summary>Every node of a cluster makes the samples for itself and must find the same hash.</summary>
    [Fact]
    public void Prepare_Synthetic_GivesTheSameDataEverywhere()
    {
        using PreparedData data = PreparedData.Prepare(Spec, "/nowhere", seed: 1);

        Assert.Equal((500, 100), (data.Train.RowCount, data.Test!.RowCount));
        Assert.Equal(new Shape(1, 5, 7), data.Train.FeatureShape);
        Assert.Equal(["0", "1", "2", "3"], data.ClassNames.ToArray());
        Assert.All(data.Train.Features(), value => Assert.InRange(value, 0, 1));
        Assert.Equal("1dbe9696d9a73a9f35ddf2f4119d2aa605921fe63a3b3cd99878181f7f124d97", data.ContentHash);
    }

    [Fact]
    public void Prepare_Synthetic_HasFairSharesOfEveryClass()
    {
        using PreparedData data = PreparedData.Prepare(Spec, "/nowhere", seed: 1);

        IEnumerable<int> counts = data.Train.Targets().CountBy(label => label).Select(pair => pair.Value);
        Assert.All(counts, count => Assert.InRange(count, 60, 250));
    }

    [Fact]
    public void Prepare_OtherSeedOfTheSpec_GivesOtherSamples()
    {
        using PreparedData one = PreparedData.Prepare(Spec, "/nowhere", seed: 1);
        using PreparedData two = PreparedData.Prepare(Spec with { Seed = 2 }, "/nowhere", seed: 1);

        Assert.NotEqual(one.Train.Features(0), two.Train.Features(0));
    }

    [Theory]
    [InlineData(true, "data.rows 2,000,000,000 of shape (1, 5, 7) are 70,000,000,000 bytes, at most 8,589,934,592 are made up; lower rows or shape")]
    [InlineData(false, "data.shape is missing; give the shape of one sample")]
    public void Prepare_SyntheticThatCannotBe_SaysWhy(bool tooMany, string message)
    {
        SyntheticDataSpec spec = tooMany ? Spec with { Rows = 2_000_000_000 } : Spec with { FeatureShape = null };

        Assert.Equal(
            message, Assert.Throws<DataException>(() => PreparedData.Prepare(spec, "/nowhere", seed: 1)).Message);
    }
}
