using DistTrain.Runtime;

namespace DistTrain.Cli;

/// <summary>One-line descriptions.</summary>
internal static class Headline
{
    public static string Describe(TrainingStarted started)
    {
        string test = started.TestRows > 0 ? $", {Figures.Count(started.TestRows)} to test" : "";
        string validation = started.ValidationRows > 0 ? $", {Figures.Count(started.ValidationRows)} to validate" : "";
        string resumed = started.StepsDone > 0 ? $", resumed after step {Figures.Count(started.StepsDone)}" : "";
        string workers = started.Workers == 0
            ? "workers that come by themselves" : DescribeWorkers(started.Engine, started.Workers, started.ThreadsPerWorker);
        return $"{Figures.Count(started.ParameterCount)} parameters, {Figures.Plural(started.TrainRows, "row")} to train{validation}{test}, "
            + $"{Figures.Plural(started.Epochs, "epoch")} of {Figures.Plural(started.StepsPerEpoch, "step")}, "
            + $"{workers}{resumed}";
    }

    public static string Describe(EpochFigures epoch)
    {
        var parts = new List<string> { $"loss {Figures.Short(epoch.TrainLoss)}" };
        if (epoch.TrainAccuracy is { } accuracy)
        {
            parts.Add($"accuracy {Figures.Percent(accuracy)}");
        }

        if ((epoch.Validation ?? epoch.Test) is { } evaluation)
        {
            string part = epoch.Validation is null ? "test" : "validation";
            parts.Add($"{part} loss {Figures.Short(evaluation.Loss)}");
            parts.Add(evaluation.Accuracy is { } share
                ? $"{part} accuracy {Figures.Percent(share)}"
                : $"{part} error {Figures.Short(evaluation.RootMeanSquareError ?? double.NaN)} (root mean square)");
        }

        return string.Join("  ", parts);
    }

    /// <param name="threads">Of each worker; 0: each has its own number, unknown here.</param>
    public static string DescribeWorkers(string engine, int workers, int threads)
    {
        string where = engine switch
        {
            "in-process" => " in one process",
            "processes" => workers == 1 ? " as a process of its own" : " as processes",
            _ => "",
        };
        string own = threads == 0 ? "" : $", {Figures.Plural(threads, "thread")}{(workers == 1 ? "" : " each")}";
        return $"{Figures.Plural(workers, "worker")}{where}{own}";
    }
}
