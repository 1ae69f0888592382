namespace DistTrain.Models.Tests;

/// <summary>Every layer, loss and optimizer gives equal bits under every instruction set and thread count.</summary>
/// <remarks>Each setting is a <see cref="ProbeProcess"/>.</remarks>
public sealed class EqualBitsTests
{
    [Fact]
    public async Task Computations_EveryInstructionSetAndThreadCount_GiveTheSameHashes()
    {
        string[] reference = await Hashes(switchedOff: null, threadCount: 1);
        Assert.Equal(LayerCases.All.Count + RandomCases.All.Count, reference.Length);
        string[][] results = await Task.WhenAll(
            Hashes(null, 2), Hashes(null, 4), Hashes(ProbeProcess.Avx512, 1), Hashes(ProbeProcess.Avx2, 1),
            Hashes(ProbeProcess.AllIntrinsics, 2));
        foreach (string[] lines in results)
        {
            Assert.Equal(reference, lines);
        }
    }

    private static Task<string[]> Hashes(string? switchedOff, int threadCount) =>
        ProbeProcess.LinesOf(typeof(LayerCases).Assembly.Location, switchedOff, $"{threadCount}");
}
