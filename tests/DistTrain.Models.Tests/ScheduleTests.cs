namespace DistTrain.Models.Tests;

public class ScheduleTests
{
    [Fact]
    public void Step_EveryThreeSteps_MultipliesByTheFactor()
    {
        var schedule = new StepSpec(3, 0.5f);
        Assert.Equal([1, 1, 1, 0.5, 0.5, 0.5, 0.25], Factors(schedule, 7));
    }

    [Fact]
    public void Constant_AnyStep_IsOne() => Assert.Equal([1, 1, 1], Factors(new ConstantSpec(), 3));

    [Fact]
    public void Constant_WithWarmup_RisesToOneAndStays() =>
        Assert.Equal([0.25, 0.5, 0.75, 1, 1, 1], Factors(new ConstantSpec(WarmupSteps: 4), 6));

    [Fact]
    public void Step_WithWarmup_CountsFromItsEnd() => Assert.Equal(
        [0.5, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25], Factors(new StepSpec(3, 0.5f, WarmupSteps: 2), 9));

    [Fact]
    public void Warmup_LongerThanTheRun_IsCutOff()
    {
        Assert.Equal([0.125, 0.25, 0.375], Factors(new ConstantSpec(8), 3));
        Assert.Equal([0.125, 0.25, 0.375], Factors(new StepSpec(1, 0.5f, 8), 3));
        Assert.Equal([0.125, 0.25, 0.375], Factors(new CosineSpec(8), 3));
    }

    [Fact]
    public void Cosine_WithWarmup_RisesToOneAndFallsToTheMinimum()
    {
        double[] factors = Factors(new CosineSpec(WarmupSteps: 4, MinimumFactor: 0.25f), 9);
        double half = 0.625;
        double quarter = Math.Cos(Math.PI / 4) / 2;
        double[] expected =
        [
            0.25, 0.5, 0.75, 1, 1, 0.625 + (0.75 * quarter), half, 0.625 - (0.75 * quarter), 0.25,
        ];
        for (int step = 0; step < factors.Length; step++)
        {
            Assert.Equal(expected[step], factors[step], 1e-15);
        }
    }

    [Fact]
    public void Cosine_BeyondTheLastStep_StaysAtTheMinimum() =>
        Assert.Equal(0.25, new CosineSpec(0, 0.25f).FactorAt(100, 10));

    [Fact]
    public void CosineOfPi_WholeRange_IsWithinRoundingOfTheFrameworks()
    {
        for (int i = 0; i <= 1000; i++)
        {
            // π·x is rounded before the framework's cosine sees it: 2^-53 relative, 3.5e-16 absolute at π.
            Assert.Equal(Math.Cos(Math.PI * (i / 1000.0)), ExactMath.CosineOfPi(i / 1000.0), 8e-16);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(13)]
    [InlineData(100_000)]
    public void Power_OfANumberBelowOne_IsWithinRoundingOfTheFrameworks(long exponent)
    {
        double expected = Math.Pow(0.999, exponent);
        Assert.Equal(expected, ExactMath.Power(0.999, exponent), expected * 1e-12);
    }

    private static double[] Factors(ScheduleSpec schedule, int steps) =>
        [.. Enumerable.Range(0, steps).Select(step => schedule.FactorAt(step, steps))];
}
