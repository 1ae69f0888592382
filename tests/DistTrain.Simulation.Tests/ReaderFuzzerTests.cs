using System.Globalization;

namespace DistTrain.Simulation.Tests;

public sealed class ReaderFuzzerTests
{
    /// <summary>The variable raises the number of inputs; 10,000,000 is the whole.</summary>
    private const string InputsVariable = "DISTTRAIN_FUZZ_INPUTS";
    private const long InputsInCi = 200_000;

    [Fact]
    public void Readers_SpoiledAndRandomBytes_AreReadOrRefusedAndNothingElse()
    {
        long inputs = long.TryParse(
            Environment.GetEnvironmentVariable(InputsVariable), CultureInfo.InvariantCulture, out long wanted)
            ? wanted
            : InputsInCi;
        string? fault = ReaderFuzzer.Run(seed: 1, inputs, Environment.ProcessorCount);
        Assert.True(fault is null, fault);
    }
}
