namespace DistTrain.Models.Tests;

/// <summary>Outputs, losses and gradients of every layer, loss and model against PyTorch's.</summary>
public sealed class GoldenTests
{
    /// <summary>
    /// Of the expected value's magnitude, and of the largest magnitude in its tensor. PyTorch's values are exact to
    /// nine digits; ours carry float32's roundings (6e-8 each) of sums over at most a few hundred terms.
    /// </summary>
    private const double Tolerance = 2e-6;

    public static TheoryData<string> Names => [.. GoldenCases.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Network_GoldenInputs_GivesPyTorchsOutputLossAndGradients(string name)
    {
        GoldenFixture fixture = GoldenFixture.Read(name);
        Network network = Network.Build(GoldenCases.All[name]);
        Assert.Equal(fixture.Parameters.Keys, network.Parameters.Slices.Select(slice => slice.Name));
        float[] parameters = [.. fixture.Parameters.Values.SelectMany(values => values)];
        Assert.Equal(network.Parameters.Length, parameters.Length);

        var pass = new LayerPass
        {
            Parameters = parameters,
            ShardStarts = fixture.ShardStarts,
            IsTraining = true,
            BatchRows = fixture.Rows,
        };
        var sums = new float[network.SumLength];
        var inputGradient = new float[fixture.InputGradient is null ? 0 : fixture.Features.Length];
        using var lane = new LayerChainLane(network.Layers);
        ReadOnlySpan<float> output = lane.Forward(pass, fixture.Features);
        AssertClose($"{name}: output", fixture.Output, output);
        network.Loss.Evaluate(
            fixture.ShardStarts, output, fixture.Targets, 1f / fixture.Rows, lane.OutputGradient(fixture.Rows),
            sums.AsSpan(network.Parameters.Length));
        lane.Backward(pass, fixture.Features, inputGradient, sums);

        AssertClose(
            $"{name}: loss", [fixture.Loss], [sums[network.Parameters.Length + MetricSums.Loss] / fixture.Rows]);
        foreach (ParameterSlice slice in network.Parameters.Slices)
        {
            AssertClose(
                $"{name}: gradient of {slice.Name}", fixture.Gradients[slice.Name],
                sums.AsSpan(slice.Start, slice.Length));
        }

        if (fixture.InputGradient is { } expected)
        {
            AssertClose($"{name}: gradient of the input", expected, inputGradient);
        }
    }

    [Fact]
    public void Fixtures_EveryOne_HasItsModel() => Assert.Empty(GoldenFixture.Names.Except(GoldenCases.All.Keys));

    private static void AssertClose(string what, ReadOnlySpan<double> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = 0;
        foreach (double value in expected)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        for (int i = 0; i < expected.Length; i++)
        {
            double allowed = (Tolerance * largest) + (Tolerance * Math.Abs(expected[i]));
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= allowed,
                $"{what}[{i}]: PyTorch {expected[i]:R}, ours {actual[i]:R}, {allowed:E1} apart at most");
        }
    }
}
