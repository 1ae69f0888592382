using System.Security.Cryptography;
using System.Text;
using DistTrain.Data;
using DistTrain.Models;
using DistTrain.Protocol;

namespace DistTrain.Runtime;

/// <summary>Run file, data and model together: all that decides what is computed. Immutable, for any number of nodes.</summary>
public sealed class LoadedRun
{
    private LoadedRun(RunFile run, PreparedData data, Network network)
    {
        Run = run;
        Data = data;
        Network = network;
        RunJson = run.ToJson();
        RunHash = HashOf(RunJson);
        // Clipping by norm needs the whole gradient before the first update.
        int bucketKiB = run.Cluster.BucketKiB ?? ClusterSpec.BucketKiBDefault;
        Buckets = run.Training.Update.ClipNorm is null
            ? BucketPlan.For(network.Parameters, bucketKiB * (1024 / sizeof(float)))
            : new BucketPlan(network.Parameters.Length, 1);
        Plan = PlanOf(run, data);
    }

    public RunFile Run { get; }

    /// <summary>Not owned.</summary>
    public PreparedData Data { get; }

    public Network Network { get; }

    public BucketPlan Buckets { get; }

    public RunPlan Plan { get; }

    /// <summary>As resolved, canonical.</summary>
    public string RunJson { get; }

    /// <summary>SHA-256 of <see cref="RunJson"/> in UTF-8, in lower-case hex.</summary>
    public string RunHash { get; }

    /// <summary>Whether targets are classes, so that accuracy has a meaning.</summary>
    public bool IsClassification => !Data.ClassNames.IsEmpty;

    /// <exception cref="ModelException">The model does not fit the data.</exception>
    /// <exception cref="RunFileException">The model asks for what the data has not.</exception>
    public static LoadedRun Build(RunFile run, PreparedData data)
    {
        BestFigure.Require(run, data);
        Network network = Network.Build(run.ResolveModel(data));
        TargetFit.Require(data, network);
        FeatureFit.Require(data, network);
        var loaded = new LoadedRun(run, data, network);
        ShardFit.Require(loaded.Plan, network);
        return loaded;
    }

    public static string HashOf(string runJson) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(runJson)));

    private static RunPlan PlanOf(RunFile run, PreparedData data)
    {
        TrainingSpec training = run.Training;
        var plan = new RunPlan
        {
            TrainRows = data.Train.RowCount,
            TestRows = data.Evaluated?.RowCount ?? 0,
            BatchSize = training.BatchSize,
            Shards = training.Shards,
            StepsTotal = training.Steps ?? 0,
            DropLast = training.DropLast,
            EvaluateEveryEpochs = training.EvaluateEveryEpochs,
        };
        return training.Epochs is { } epochs ? plan with { StepsTotal = (long)epochs * plan.StepsPerEpoch } : plan;
    }
}
