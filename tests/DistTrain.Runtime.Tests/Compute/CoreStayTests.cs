namespace DistTrain.Runtime.Tests;

/// <summary>When a compute thread is kept on its core.</summary>
public class CoreStayTests
{
    [Fact]
    public void Pass_ThreeAlone_Stays()
    {
        CoreStay stay = After(0.9, 0.7);
        Assert.False(stay.Stays);
        stay.Pass(0.95);
        Assert.True(stay.Stays);
    }

    [Fact]
    public void Pass_AloneNowAndThen_DoesNotStay() => Assert.False(After(0.9, 0.9, 0.5, 0.9, 0.9, 0.69, 0.9, 0.9).Stays);

    [Fact]
    public void Pass_SharedForSomePasses_StillStays() =>
        Assert.True(After(0.9, 0.9, 0.9, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.6, 0.5).Stays);

    [Fact]
    public void Pass_SharedEightTimes_LeavesAndMayComeBack()
    {
        CoreStay stay = After(0.9, 0.9, 0.9, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5);
        Assert.False(stay.Stays);
        stay.Pass(0.9);
        stay.Pass(0.9);
        stay.Pass(0.9);
        Assert.True(stay.Stays);
    }

    private static CoreStay After(params double[] shares)
    {
        var stay = default(CoreStay);
        foreach (double share in shares)
        {
            stay.Pass(share);
        }

        return stay;
    }
}
