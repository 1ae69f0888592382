using System.Collections.Immutable;
using DistTrain.Runtime;
using Spectre.Console;

namespace DistTrain.Cli;

/// <summary>Each sample's target, output, class and loss, and the weights.</summary>
internal static class SampleTable
{
    /// <param name="threshold">Output from which a sample with one output counts as class 1.</param>
    public static void Write(IAnsiConsole console, SampleReport report, float threshold)
    {
        console.WriteLine(report.IsAfter ? "After the last update:" : "Before the first update:");
        var table = new TerminalTable("row", "target", "output", "class", "loss");
        foreach (SampleFigures sample in report.Samples)
        {
            table.AddRow(
                $"{sample.Row}", List(sample.Targets, Figures.Exact), List(sample.Outputs, value => Figures.FourPlaces(value)),
                $"{ClassOf(sample.Outputs, threshold)}", Figures.FourPlaces(sample.Loss));
        }

        table.WriteTo(console);
        console.WriteLine($"average loss {Figures.FourPlaces(report.AverageLoss)}");
        foreach (TensorFigures tensor in report.Weights)
        {
            console.WriteLine($"{tensor.Name} ({string.Join(", ", tensor.Shape)}): {List(tensor.Values, Figures.Exact)}");
        }

        console.WriteLine();
    }

    private static int ClassOf(ImmutableArray<float> outputs, float threshold)
    {
        if (outputs.Length == 1)
        {
            return outputs[0] >= threshold ? 1 : 0;
        }

        return outputs.IndexOf(outputs.Max());
    }

    private static string List(ImmutableArray<float> values, Func<float, string> format) =>
        string.Join(", ", values.Select(format));
}
