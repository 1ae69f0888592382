namespace DistTrain.Cli.Tests.EndToEnd;

/// <summary>Runs whose address space does not suffice, wherever they notice.</summary>
public sealed class MemoryTests
{
    /// <summary>The outputs of the first layer alone take a gigabyte for the batch, the weights a twentieth of that.</summary>
    private static readonly string[] LargeRun =
    [
        "--set", """model.layers=[{"type":"linear","units":200000},"relu",{"type":"linear","units":10}]""",
        "--set", "training.batchSize=1400", "--set", "training.epochs=1",
    ];

    /// <remarks>The runtime reserves half of the address space for itself; what is left suffices for data and weights.</remarks>
    [SkippableTheory]
    [InlineData(4_200_000, "--workers", "1")]
    [InlineData(4_500_000, "--workers", "2")]
    [InlineData(4_500_000, "--workers", "1", "--threads", "3")]
    [InlineData(8_200_000, "--workers", "2", "--processes")]
    public async Task Train_WithoutEnoughMemory_SaysSoAndEnds(int kibibytes, params string[] workers)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "limits the address space by ulimit");
        using var folder = new TemporaryFolder();
        CommandResult result = await DistTrainCommand.RunInShellAsync(
            $"ulimit -v {kibibytes}",
            ["train", "examples/digits/run.json", "--quiet", "--out", folder["out"], .. LargeRun, .. workers]);

        Assert.True(result.ExitCode == 1, $"exit code {result.ExitCode}: {result.Errors}");
        Assert.Matches(
            "out of memory.*: use a smaller training.batchSize or model, fewer workers or threads, or a machine with more memory$",
            result.Errors.TrimEnd('\n').Split('\n')[^1]);
        Assert.All(
            (string[])["diverged", "defect", "bug", "   at "],
            wrong => Assert.DoesNotContain(wrong, result.Errors, StringComparison.Ordinal));
    }
}
