using System.Collections.Immutable;
using DistTrain.Numerics;

namespace DistTrain.Models.Tests;

public class WeightUpdateTests
{
    /// <summary>Every optimizer with its options.</summary>
    public static TheoryData<string> Names => [.. Optimizers.Keys.Order()];

    [Fact]
    public void Sgd_TwoSteps_GiveTheHandComputedWeights() =>
        // w = 1 − 0.1·0.5 = 0.95, then 0.95 − 0.1·(−1) = 1.05.
        CheckSequence(new SgdSpec(0.1f), [0.5f, -1], [0.95, 1.05]);

    [Fact]
    public void SgdWithDecay_TwoSteps_GiveTheHandComputedWeights() =>
        // g = 0.5 + 0.2·1 = 0.7, w = 0.93; g = −1 + 0.2·0.93 = −0.814, w = 1.0114.
        CheckSequence(new SgdSpec(0.1f, WeightDecay: 0.2f), [0.5f, -1], [0.93, 1.0114]);

    [Fact]
    public void SgdWithMomentum_ThreeSteps_GiveTheHandComputedWeights() =>
        // v = 1, w = 0.9; v = 0.9 + 2 = 2.9, w = 0.61; v = 2.61 − 1 = 1.61, w = 0.449.
        CheckSequence(new SgdSpec(0.1f, Momentum: 0.9f), [1, 2, -1], [0.9, 0.61, 0.449]);

    [Fact]
    public void SgdWithNesterov_TwoSteps_GiveTheHandComputedWeights() =>
        // v = 1, step 1 + 0.9 = 1.9, w = 0.81; v = 2.9, step 2 + 2.61 = 4.61, w = 0.349.
        CheckSequence(new SgdSpec(0.1f, Momentum: 0.9f, Nesterov: true), [1, 2], [0.81, 0.349]);

    [Fact]
    public void Adam_TwoSteps_GiveTheHandComputedWeights() =>
        // Step 1: m/(1 − 0.9) = 2, √(v/(1 − 0.99)) = 2: w = 1 − 0.1·1 = 0.9.
        // Step 2, gradient −1: m = 0.9·0.2 − 0.1 = 0.08, v = 0.99·0.04 + 0.01 = 0.0496;
        // m̂ = 0.08/0.19 = 0.4210526, v̂ = 0.0496/0.0199 = 2.4924623, w = 0.9 − 0.1·0.4210526/1.5787534 = 0.8733299.
        CheckSequence(new AdamSpec(0.1f, 0.9f, 0.99f, 1e-8f), [2, -1], [0.9, 0.8733299]);

    [Fact]
    public void AdamWithDecay_OneStep_AddsItToTheGradient() =>
        // g = −0.5 + 1·1 = 0.5: the first step of Adam is the sign of g times the learning rate.
        CheckSequence(new AdamSpec(0.1f, WeightDecay: 1), [-0.5f], [0.9]);

    [Fact]
    public void AdamW_OneStep_ShrinksTheWeightApartFromTheGradient() =>
        // w = 1·(1 − 0.1·0.5) = 0.95, then + 0.1 for the negative gradient.
        CheckSequence(new AdamWSpec(0.1f, WeightDecay: 0.5f), [-0.5f], [1.05]);

    [Theory]
    [MemberData(nameof(Names))]
    public void Apply_WholeOrInBuckets_EqualsTheScalarTwin(string name)
    {
        OptimizerSpec spec = Optimizers[name];
        const int Length = 83;
        var layout = new ParameterLayout([new ParameterSlice("w", [Length], 0, ParameterRole.Trained)]);
        var updateSpec = new UpdateSpec(spec, new StepSpec(2, 0.5f), null);
        using var whole = new WeightUpdate(updateSpec, layout, 10);
        using var buckets = new WeightUpdate(updateSpec, layout, 10);
        Optimizer optimizer = spec.Build();
        float[] twin = Random(Length, 0);
        float[] fast = [.. twin];
        float[] parts = [.. twin];
        float[] state0 = new float[Length];
        float[] state1 = new float[Length];
        for (int step = 0; step < 5; step++)
        {
            float[] gradient = Random(Length, step + 1);
            whole.Apply(step, 0.75f, fast, 0, gradient);
            foreach ((int start, int end) in new[] { (0, 5), (5, 40), (40, 41), (41, Length) })
            {
                buckets.Apply(step, 0.75f, parts, start, gradient.AsSpan(start..end));
            }

            var spans = new UpdateSpans(twin, gradient, state0, state1);
            optimizer.ApplyScalar(step, whole.LearningRate(step), 0.75f, spans);
            Bits.Equal(twin, fast);
            Bits.Equal(twin, parts);
        }

        Bits.Equal(state0.Concat(state1).Take(whole.State.Length).ToArray(), whole.State);
        Bits.Equal(whole.State, buckets.State);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ApplyNext_WhatIsInForce_StaysUntilItAdvances(string name) => ApplyNextKeepsWhatIsInForce(name, 50, false);

    [Theory]
    [MemberData(nameof(Names))]
    public void ApplyNext_PastTheCaches_HasTheSameBits(string name) => ApplyNextKeepsWhatIsInForce(name, 2500, true);

    /// <param name="weights">Of the first tensor.</param>
    private static void ApplyNextKeepsWhatIsInForce(string name, int weights, bool isStreamed)
    {
        var layout = new ParameterLayout(
        [
            new ParameterSlice("w", [weights], 0, ParameterRole.Trained),
            new ParameterSlice("mean", [3], weights, ParameterRole.RunningStatistic) { Momentum = 0.25f },
            new ParameterSlice("v", [30], weights + 3, ParameterRole.Trained),
        ]);
        var spec = new UpdateSpec(Optimizers[name], new ConstantSpec(), null);
        using var inPlace = new WeightUpdate(spec, layout, 10);
        using var update = new WeightUpdate(spec, layout, 10);
        float[] expected = Random(layout.Length, 0);
        float[] current = [.. expected];
        float[] next = new float[layout.Length];
        for (int step = 0; step < 3; step++)
        {
            float[] gradient = Random(layout.Length, step + 1);
            float[] currentBefore = [.. current];
            float[] stateBefore = update.State.ToArray();

            // A step that is given up, in parts: no trace of it.
            update.ApplyNext(step, 0.5f, current, next, 7, Random(20, 99), isStreamed);
            foreach ((int start, int end) in new[] { (weights + 1, layout.Length), (0, weights + 1) })
            {
                update.ApplyNext(step, 0.5f, current, next, start, gradient.AsSpan(start..end), isStreamed);
            }

            Bits.Equal(currentBefore, current);
            Bits.Equal(stateBefore, update.State);
            inPlace.Apply(step, 0.5f, expected, 0, gradient);
            update.Advance();
            Bits.Equal(expected, next);
            Bits.Equal(inPlace.State, update.State);
            (current, next) = (next, current);
        }
    }

    [Fact]
    public void Apply_RunningStatistic_AveragesInsteadOfDescending()
    {
        var layout = new ParameterLayout(
        [
            new ParameterSlice("w", [2], 0, ParameterRole.Trained),
            new ParameterSlice("mean", [2], 2, ParameterRole.RunningStatistic) { Momentum = 0.25f },
            new ParameterSlice("v", [1], 4, ParameterRole.Trained),
        ]);
        using var update = new WeightUpdate(
            new UpdateSpec(new SgdSpec(0.5f), new ConstantSpec(), ClipNorm: 5), layout, 1);
        float[] parameters = [1, 1, 8, 4, 1];
        float[] gradient = [3, 0, 4, 400, 4];
        Assert.Equal(1, update.ClipFactor(gradient));
        update.Apply(0, 1, parameters, 0, gradient);
        Assert.Equal([-0.5f, 1, 7, 103, -1], parameters);
    }

    [Fact]
    public void ClipFactor_LongGradient_ShortensItToTheNorm()
    {
        const int Length = 37;
        var layout = new ParameterLayout([new ParameterSlice("w", [Length], 0, ParameterRole.Trained)]);
        using var update = new WeightUpdate(new UpdateSpec(new SgdSpec(1), new ConstantSpec(), 2), layout, 1);
        float[] gradient = new float[Length];
        gradient[3] = 3;
        gradient[36] = 4;
        Assert.Equal(0.4f, update.ClipFactor(gradient));
        gradient[36] = 0;
        gradient[3] = 1.5f;
        Assert.Equal(1, update.ClipFactor(gradient));
    }

    [Fact]
    public void Apply_SteadySteps_AllocateNothing()
    {
        var layout = new ParameterLayout([new ParameterSlice("w", [100], 0, ParameterRole.Trained)]);
        using var update = new WeightUpdate(new UpdateSpec(new AdamSpec(1), new CosineSpec(), 1), layout, 10);
        float[] parameters = Random(100, 0);
        float[] gradient = Random(100, 1);
        update.Apply(0, update.ClipFactor(gradient), parameters, 0, gradient);
        long before = GC.GetAllocatedBytesForCurrentThread();
        update.Apply(1, update.ClipFactor(gradient), parameters, 0, gradient);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData("learning rate", 0f)]
    [InlineData("learning rate", float.NaN)]
    [InlineData("learning rate", float.PositiveInfinity)]
    public void Spec_NumberOutOfRange_IsNamed(string name, float value)
    {
        var exception = Assert.Throws<ModelException>(() => new SgdSpec(value).Build());
        Assert.Contains($"{name} {value}", exception.Message, StringComparison.Ordinal);
    }

    private static void CheckSequence(OptimizerSpec spec, float[] gradients, double[] expected)
    {
        var layout = new ParameterLayout([new ParameterSlice("w", [1], 0, ParameterRole.Trained)]);
        using var update = new WeightUpdate(new UpdateSpec(spec, new ConstantSpec(), null), layout, gradients.Length);
        float[] w = [1];
        for (int step = 0; step < gradients.Length; step++)
        {
            update.Apply(step, 1, w, 0, [gradients[step]]);

            // A few roundings of float32 at values of about 1.
            Assert.Equal(expected[step], w[0], 5e-7);
        }
    }

    private static float[] Random(int length, int row)
    {
        float[] values = new float[length];
        RandomStream stream = new PhiloxKey(3, RandomPurpose.Synthetic).Row(row);
        stream.FillUniform(values, -1, 1);
        return values;
    }

    private static readonly ImmutableDictionary<string, OptimizerSpec> Optimizers =
        new Dictionary<string, OptimizerSpec>
        {
            ["sgd"] = new SgdSpec(0.1f),
            ["sgd with decay"] = new SgdSpec(0.1f, WeightDecay: 0.01f),
            ["sgd with momentum"] = new SgdSpec(0.1f, 0.9f, WeightDecay: 0.01f),
            ["sgd with nesterov"] = new SgdSpec(0.1f, 0.9f, Nesterov: true),
            ["adam"] = new AdamSpec(0.1f),
            ["adam with decay"] = new AdamSpec(0.1f, WeightDecay: 0.1f),
            ["adamW"] = new AdamWSpec(0.1f),
        }.ToImmutableDictionary();
}
