using DistTrain.Runtime;
using Spectre.Console;

namespace DistTrain.Cli;

/// <summary>The few lines at the end of a run.</summary>
internal static class SummaryTable
{
    public static void Write(IAnsiConsole console, RunSummary summary, string outFolder)
    {
        (string Name, string Value)[] rows = [.. Rows(summary, outFolder)];
        int width = rows.Max(row => row.Name.Length);
        foreach ((string name, string value) in rows)
        {
            console.MarkupLineInterpolated($"{name.PadRight(width)}  [bold]{value}[/]");
        }
    }

    private static IEnumerable<(string Name, string Value)> Rows(RunSummary summary, string outFolder)
    {
        yield return (summary.Outcome, $"{Figures.Plural(summary.Epochs, "epoch")}, {Figures.Plural(summary.Steps, "step")}");
        if (summary.TrainLoss is { } trainLoss)
        {
            yield return ("train loss", Figures.Short(trainLoss));
        }

        if (summary.ValidationLoss is { } validationLoss)
        {
            yield return ("validation loss", Figures.Short(validationLoss)
                + (summary.ValidationAccuracy is { } share ? $", accuracy {Figures.Percent(share)}" : ""));
        }

        if (summary.BestStep is { } best)
        {
            yield return ("best", $"after step {Figures.Count(best)}");
        }

        if (summary.TestLoss is { } testLoss)
        {
            yield return ("test loss", Figures.Short(testLoss));
        }

        if (summary.TestAccuracy is { } accuracy)
        {
            yield return ("test accuracy", Figures.Percent(accuracy));
        }

        if (summary.TestMeanAbsoluteError is { } error)
        {
            yield return ("test error", $"{Figures.Short(error)} (mean absolute), "
                + $"{Figures.Short(summary.TestRootMeanSquareError ?? double.NaN)} (root mean square)");
        }

        yield return ("time", $"{Figures.Duration(summary.Seconds)}, {Figures.Count(summary.SamplesPerSecond)} samples/s");
        yield return ("workers", Headline.DescribeWorkers(summary.Engine, summary.Workers, summary.ThreadsPerWorker)
            + (summary.Recoveries > 0 ? $"; {summary.Recoveries} lost and made up for" : ""));
        yield return ("weightsSha256", summary.WeightsSha256);
        yield return ("out", outFolder);
    }
}
