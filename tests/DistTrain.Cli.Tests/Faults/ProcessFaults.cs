using System.Runtime.CompilerServices;
using System.Text.Json;
using DistTrain.Soak;

namespace DistTrain.Cli.Tests.Faults;

/// <summary>Tests that kill and stop processes run alone, so that their times mean something.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessFaults
{
    public const string Name = "faults of processes";

    private static readonly Lazy<(string WeightsSha256, long Steps)> Undisturbed = new(() =>
    {
        using var folder = new TemporaryFolder();
        return SoakEntry.TrainUndisturbed(Order!, folder["undisturbed"]);
    });

    /// <summary>3,000 steps, of half a millisecond each where nothing disturbs them.</summary>
    internal static SoakOrder Order { get; } = new()
    {
        RunFile = Path.Combine(Repository.Root, "examples/digits/run.json"),
        Settings = ["training.batchSize=256", "training.epochs=500"],
    };

    internal static long Steps => Undisturbed.Value.Steps;

    /// <remarks>The undisturbed run comes first: beside it, a cluster's run could end before a test does anything to it.</remarks>
    internal static RealCluster Start(TemporaryFolder folder, int workersMin = 1, string token = "", string link = "")
    {
        _ = Undisturbed.Value;
        return new(new ClusterSetup(Order.RunFile, folder.Path, Order.Settings, workersMin, token, link));
    }

    /// <summary>Waits for the run's end: the weights are those of one undisturbed worker, and every step was applied once.</summary>
    internal static JsonElement AssertSameWeights(RealCluster cluster)
    {
        JsonElement summary = cluster.WaitForEnd();
        Assert.Equal(Undisturbed.Value.WeightsSha256, summary.GetProperty("weightsSha256").GetString());
        Assert.Equal(
            Enumerable.Range(1, (int)Steps).Select(step => (long)step), cluster.Log.Steps.Select(step => step.Number));
        return summary;
    }

    internal static void SkipWhereSignalsAreMissing([CallerMemberName] string test = "") =>
        Skip.IfNot(OperatingSystem.IsLinux(), $"{test} sends signals by their numbers on Linux");
}
