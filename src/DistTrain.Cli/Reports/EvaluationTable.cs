using System.Collections.Immutable;
using System.Globalization;
using DistTrain.Runtime;
using Spectre.Console;

namespace DistTrain.Cli;

/// <summary>A model's figures: overall, for each class, and the confusion matrix.</summary>
internal static class EvaluationTable
{
    /// <summary>A confusion matrix with more classes does not fit a terminal; --json has it.</summary>
    private const int ClassesShownMax = 20;

    /// <param name="part">What was evaluated, as in "the test part".</param>
    public static void Write(IAnsiConsole console, EvaluationReport report, string part)
    {
        console.WriteLine($"{Figures.Plural(report.Rows, "row")} of {part}");
        console.WriteLine($"loss      {Figures.Short(report.Loss)}");
        if (report.Accuracy is { } accuracy)
        {
            console.WriteLine($"accuracy  {Figures.Percent(accuracy)}");
            WriteClasses(console, report.Classes);
            WriteConfusion(console, report);
        }
        else
        {
            console.WriteLine($"error     {Figures.Short(report.MeanAbsoluteError ?? double.NaN)} (mean absolute), "
                + $"{Figures.Short(report.RootMeanSquareError ?? double.NaN)} (root mean square)");
            if (report.ExplainedVariance is { } share)
            {
                console.WriteLine($"R²        {Figures.Short(share)} of the targets' variance explained");
            }
        }
    }

    private static void WriteClasses(IAnsiConsole console, ImmutableArray<ClassFigures> classes)
    {
        var table = new TerminalTable("class", "rows", "precision", "recall", "F1");
        foreach (ClassFigures figures in classes)
        {
            table.AddRow(
                Markup.Escape(figures.Name), Figures.Count(figures.Rows), Share(figures.Precision), Share(figures.Recall),
                Share(figures.F1));
        }

        table.WriteTo(console);
    }

    private static void WriteConfusion(IAnsiConsole console, EvaluationReport report)
    {
        if (report.Classes.Length > ClassesShownMax)
        {
            console.WriteLine($"{report.Classes.Length} classes: --json prints the confusion matrix");
            return;
        }

        var table = new TerminalTable(["true \\ predicted", .. report.Classes.Select(figures => figures.Name)]);
        for (int row = 0; row < report.Confusion.Length; row++)
        {
            int actual = row;
            table.AddRow(
            [
                Markup.Escape(report.Classes[row].Name),
                .. report.Confusion[row].Select((count, column) => Cell(count, column == actual)),
            ]);
        }

        table.WriteTo(console);
    }

    private static string Cell(int count, bool isRight)
    {
        string text = count.ToString(CultureInfo.InvariantCulture);
        return count == 0 ? "[grey]·[/]" : isRight ? $"[green]{text}[/]" : $"[red]{text}[/]";
    }

    private static string Share(double? share) => share is { } value ? Figures.Percent(value) : "-";
}
