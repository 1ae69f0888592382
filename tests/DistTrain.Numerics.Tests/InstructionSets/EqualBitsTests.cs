using DistTrain.Numerics.Probe;

namespace DistTrain.Numerics.Tests;

/// <summary>Every registered kernel gives equal bits under every instruction set and thread count.</summary>
/// <remarks>Each setting is a <see cref="ProbeProcess"/>, which prints one hash per kernel over a few hundred random shapes.</remarks>
public sealed class EqualBitsTests
{
    [Fact]
    public async Task Kernels_EveryInstructionSetAndThreadCount_GiveTheSameHashes()
    {
        (string Label, string? Switch, int ThreadCount)[] settings =
        [
            ("2 threads", null, 2), ("4 threads", null, 4), ($"{ProbeProcess.Avx512}=0", ProbeProcess.Avx512, 1),
            ($"{ProbeProcess.Avx2}=0", ProbeProcess.Avx2, 1),
            ($"{ProbeProcess.AllIntrinsics}=0", ProbeProcess.AllIntrinsics, 2),
        ];
        string[] reference = await Hashes(null, 1);
        Assert.Equal(KernelRegistry.All.Count, reference.Length);

        string[][] results = await Task.WhenAll(settings.Select(s => Hashes(s.Switch, s.ThreadCount)));

        var differences = new List<string>();
        foreach ((var setting, string[] lines) in settings.Zip(results))
        {
            Assert.Equal(reference.Length, lines.Length);
            differences.AddRange(reference.Zip(lines).Where(pair => pair.First != pair.Second)
                .Select(pair => $"{pair.First.Split(' ')[0]} differs with {setting.Label}"));
        }

        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences));
    }

    [Fact]
    public void KernelNames_Registry_AreDistinct() =>
        Assert.Equal(KernelRegistry.All.Count, KernelRegistry.All.Select(kernel => kernel.Name).Distinct().Count());

    private static Task<string[]> Hashes(string? switchedOff, int threadCount) =>
        ProbeProcess.LinesOf(typeof(KernelRegistry).Assembly.Location, switchedOff, "hashes", $"{threadCount}");
}
