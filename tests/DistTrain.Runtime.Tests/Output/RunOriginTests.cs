namespace DistTrain.Runtime.Tests.Output;

public sealed class RunOriginTests
{
    [Fact]
    public void Of_Weights_HasTheirHashAndThisVersion()
    {
        var origin = RunOrigin.Of([1, 2]);

        Assert.Equal(WeightsHash.Of([1, 2]), origin.InitialWeightsSha256);
        Assert.Matches(@"^\d+\.\d+\.\d+", origin.Version);
        Assert.Empty(origin.Changes);
    }

    [Fact]
    public void ResumedAt_WithTheSameKeysAndVersion_IsTheSame()
    {
        var origin = RunOrigin.Of([1]);

        Assert.Same(origin, origin.ResumedAt(5, []));
    }

    [Fact]
    public void ResumedAt_WithChanges_NotesThemInOrder()
    {
        RunOrigin origin = RunOrigin.Of([1]).ResumedAt(5, ["training.seed"]).ResumedAt(7, []).ResumedAt(9, ["data"]);

        Assert.Equal([5, 9], origin.Changes.Select(change => change.Step));
        Assert.Equal(["training.seed", "data"], origin.Changes.SelectMany(change => change.Keys));
    }

    [Fact]
    public void ResumedAt_WithAnotherVersion_NotesItOnce()
    {
        var origin = new RunOrigin { Version = "0.0.1" };

        origin = origin.ResumedAt(5, []).ResumedAt(8, []);

        Assert.Equal(5, Assert.Single(origin.Changes).Step);
        Assert.Equal(RunOrigin.ProgramVersion, origin.Changes[0].Version);
        Assert.Empty(origin.Changes[0].Keys);
    }
}
