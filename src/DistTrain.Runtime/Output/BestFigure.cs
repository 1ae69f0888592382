using DistTrain.Data;

namespace DistTrain.Runtime;

/// <summary>The figure by which a run's evaluations are compared, for the best model and for early stopping.</summary>
internal static class BestFigure
{
    /// <returns>Null where the run file asks for neither.</returns>
    public static BestMetric? Of(RunFile run) => run.Checkpoint.Best
        ?? (run.Training.EarlyStopping is { } early ? early.Metric ?? BestMetric.Loss : null);

    /// <summary>The run file's word for it.</summary>
    public static string Name(BestMetric metric)
    {
        string name = metric.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    /// <summary>Whether the run ended early at these figures.</summary>
    public static bool HasStopped(RunFile run, RunProgress progress) =>
        run.Training.EarlyStopping is { } early && progress.Evaluated && progress.BestMetric == Of(run)
        && progress.EvaluationsSinceBest >= early.Patience;

    /// <exception cref="RunFileException">Nothing is evaluated, or there is no such figure for this data.</exception>
    public static void Require(RunFile run, PreparedData data)
    {
        if (run.Checkpoint.Best is { } best && run.Training.EarlyStopping?.Metric is { } other && best != other)
        {
            throw new RunFileException(
                $"{run.Name}: checkpoint.best is {Name(best)} and training.earlyStopping.metric is {Name(other)}; give one of "
                + "them, or the same figure twice");
        }

        if (Of(run) is not { } metric)
        {
            return;
        }

        string key = run.Checkpoint.Best is null ? "training.earlyStopping" : "checkpoint.best";
        if (data.Evaluated is null)
        {
            throw new RunFileException(
                $"{run.Name}: {key} needs rows to evaluate; set some aside with data.validationFraction or data.testFraction");
        }

        if ((metric == BestMetric.Accuracy && data.ClassNames.IsEmpty)
            || (metric is BestMetric.MeanAbsoluteError or BestMetric.RootMeanSquareError && !data.ClassNames.IsEmpty))
        {
            throw new RunFileException(data.ClassNames.IsEmpty
                ? $"{run.Name}: {key} is accuracy, but the data has values; expected loss, meanAbsoluteError or rootMeanSquareError"
                : $"{run.Name}: {key} is {Name(metric)}, but the data has classes; expected loss or accuracy");
        }
    }
}
